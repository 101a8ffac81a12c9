"""What was open last: in the menu and on the empty card, each to be opened, shown in its folder, or forgotten."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, QPoint
from PyQt6.QtWidgets import QMenu, QWidget

from fusion_app.gui.commands import Commands
from fusion_app.gui.empty_card import EmptyCard
from fusion_app.gui.folders import show_folder_of
from fusion_app.gui.popups import Entry, popup
from fusion_app.gui.preferences import Preferences, Recent


class Recents(QObject):
    """Keeps the menu *Open recent* and the card up to date."""

    def __init__(self, menu: QMenu, card: EmptyCard, commands: Commands, preferences: Preferences) -> None:
        super().__init__(card)
        self._menu = menu
        self._card = card
        self._commands = commands
        self._preferences = preferences
        card.recent_chosen.connect(commands.open_recent)
        card.menu_asked.connect(self._ask)
        commands.rigs.changed.connect(self.show)
        self.show()

    def show(self) -> None:
        """Offer what the preferences remember."""
        items = self._preferences.recent_items
        self._menu.clear()
        self._menu.setEnabled(bool(items))
        for item in items:
            _add(self._menu, item.title, self._commands.open_recent, item)
        self._menu.addSeparator()
        folders = self._menu.addMenu(self.tr("Show in &folder"))
        forget = self._menu.addMenu(self.tr("For&get"))
        for item in items:
            if folders is not None and item.file:
                _add(folders, item.title, self._show_folder, item)
            if forget is not None:
                _add(forget, item.title, self._forget, item)
        if folders is not None:
            folders.setEnabled(not folders.isEmpty())
        self._card.show_recent(items)

    def _ask(self, item: Recent, button: QWidget, at: QPoint) -> None:
        """Offer what can be done with one of them."""
        entries = (
            Entry(self.tr("&Open again"), lambda: self._commands.open_recent(item)),
            Entry(self.tr("Show in &folder"), lambda: self._show_folder(item), is_enabled=bool(item.file)),
            None,
            Entry(self.tr("For&get"), lambda: self._forget(item)),
        )
        popup(button, at, item.title, entries)

    def _show_folder(self, item: Recent) -> None:
        if item.file:
            show_folder_of(Path(item.file))

    def _forget(self, item: Recent) -> None:
        self._preferences.forget(item)
        self.show()


def _add(menu: QMenu, title: str, do: Callable[[Recent], None], item: Recent) -> None:
    action = menu.addAction(title.replace("&", "&&"))
    if action is not None:
        action.triggered.connect(lambda _: do(item))
