"""The choice of what fuses: a combo box in the tool bar and the same in a menu."""

from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QMenu

from fusion_app.engine import model_names
from fusion_app.gui.bars.combo import ComboBox
from fusion_app.settings import FusionSettings


class ModelChoice(QObject):
    """Every model and mode, and the user's own weights if they are given.

    Signals:
        chosen: The user wants these fusion settings.
    """

    chosen = pyqtSignal(FusionSettings)

    def __init__(self, fusion: FusionSettings, parent: QObject) -> None:
        super().__init__(parent)
        self._fusion = fusion
        self._weights = ""
        self._names: tuple[str, ...] = ()
        self._menu: QMenu | None = None
        self._menu_actions: list[QAction] = []
        self.combo = ComboBox()
        self.combo.setAccessibleName(self.tr("Model"))
        self.combo.setToolTip(self.tr("What fuses; auto takes what this computer can keep up with"))
        self.combo.setMinimumWidth(130)
        self.combo.activated.connect(self._choose)
        self._offer(fusion.weights)
        self.show_chosen(fusion)

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the same in ``menu``."""
        self._menu = menu
        self._offer(self._weights)
        self.show_chosen(self._fusion)

    def show_chosen(self, fusion: FusionSettings) -> None:
        """Show what is in use; weights that a rig brings are offered from then on."""
        self._fusion = fusion
        if fusion.weights and fusion.weights != self._weights:
            self._offer(fusion.weights)
        name = Path(fusion.weights).name if fusion.weights else fusion.model
        index = self._names.index(name) if name in self._names else -1
        self.combo.setCurrentIndex(index)
        if 0 <= index < len(self._menu_actions):
            self._menu_actions[index].setChecked(True)

    def _offer(self, weights: str) -> None:
        self._weights = weights
        self._names = (*((Path(weights).name,) if weights else ()), "auto", *model_names())
        self.combo.clear()
        self.combo.addItems(self._names)
        if self._menu is not None:
            menu, group = self._menu, QActionGroup(self._menu)
            menu.clear()
            self._menu_actions = [self._menu_action(menu, group, index) for index in range(len(self._names))]

    def _menu_action(self, menu: QMenu, group: QActionGroup, index: int) -> QAction:
        action = QAction(self._names[index], group)
        action.setCheckable(True)
        action.triggered.connect(lambda _: self._choose(index))
        menu.addAction(action)
        return action

    def _choose(self, index: int) -> None:
        is_own = bool(self._weights) and index == 0
        model = self._fusion.model if is_own else self._names[index]
        weights = self._weights if is_own else ""
        fusion = (
            self._fusion if self._fusion.mode == "network" else replace(self._fusion, mode="network", strength=None)
        )
        self.chosen.emit(replace(fusion, model=model, weights=weights))
