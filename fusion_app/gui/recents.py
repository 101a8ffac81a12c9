"""What was open last: in the menu and on the empty card."""

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMenu

from fusion_app.gui.commands import Commands
from fusion_app.gui.empty_card import EmptyCard
from fusion_app.gui.preferences import Preferences


class Recents(QObject):
    """Keeps the menu *Open recent* and the card up to date."""

    def __init__(self, menu: QMenu, card: EmptyCard, commands: Commands, preferences: Preferences) -> None:
        super().__init__(card)
        self._menu = menu
        self._card = card
        self._commands = commands
        self._preferences = preferences
        card.recent_chosen.connect(commands.open_recent)
        commands.rigs.changed.connect(self.show)
        self.show()

    def show(self) -> None:
        """Offer what the preferences remember."""
        items = self._preferences.recent_items
        self._menu.clear()
        self._menu.setEnabled(bool(items))
        for item in items:
            action = self._menu.addAction(item.title)
            if action is not None:
                action.triggered.connect(lambda _, item=item: self._commands.open_recent(item))
        self._card.show_recent(items)
