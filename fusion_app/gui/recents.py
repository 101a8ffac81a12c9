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
        self._folders = QMenu(self.tr("Show in &folder"), menu)
        self._folders.aboutToShow.connect(self._list_folders)  # a drive may not answer: it is asked when somebody asks
        self._forgetting = QMenu(self.tr("For&get"), menu)
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
        self._menu.addMenu(self._folders)
        self._menu.addMenu(self._forgetting)
        self._forgetting.clear()
        for item in items:
            _add(self._forgetting, item.title, self._forget, item)
        self._card.show_recent(items)

    def _list_folders(self) -> None:
        self._folders.clear()
        for item in self._preferences.recent_items:
            if item.file:
                _add(self._folders, item.title, self._show_folder, item)
        if self._folders.isEmpty() and (nothing := self._folders.addAction(self.tr("None of them is there now"))):
            nothing.setEnabled(False)

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
