"""The choice of what fuses: a combo box in the tool bar and the same in a menu."""

from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QMenu

from fusion_app.engine import model_names
from fusion_app.gui.combo import ComboBox
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
        self._weights = fusion.weights
        own = (Path(fusion.weights).name,) if fusion.weights else ()
        self._names = (*own, "auto", *model_names())
        self.combo = ComboBox()
        self.combo.addItems(self._names)
        self.combo.setAccessibleName(self.tr("Model"))
        self.combo.setToolTip(self.tr("What fuses; auto takes what this computer can keep up with"))
        self.combo.setMinimumWidth(130)
        self.combo.activated.connect(self._choose)
        self._menu_actions: list[QAction] = []
        self.show_chosen(fusion)

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the same in ``menu``."""
        group = QActionGroup(menu)
        for index, name in enumerate(self._names):
            action = QAction(name, group)
            action.setCheckable(True)
            action.triggered.connect(lambda _, index=index: self._choose(index))
            menu.addAction(action)
            self._menu_actions.append(action)
        self.show_chosen(self._fusion)

    def show_chosen(self, fusion: FusionSettings) -> None:
        """Show what is in use."""
        self._fusion = fusion
        name = Path(fusion.weights).name if fusion.weights else fusion.model
        index = self._names.index(name) if name in self._names else -1
        self.combo.setCurrentIndex(index)
        if 0 <= index < len(self._menu_actions):
            self._menu_actions[index].setChecked(True)

    def _choose(self, index: int) -> None:
        is_own = bool(self._weights) and index == 0
        model = self._fusion.model if is_own else self._names[index]
        self.chosen.emit(replace(self._fusion, model=model, weights=self._weights if is_own else ""))
