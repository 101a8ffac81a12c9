"""Joins the Fusion dock, the menu of modes and the key M with the session."""

from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject

from fusion_app.gui.bars.actions import MODES, Actions
from fusion_app.gui.docks.fusion import FusionDock
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.settings import FusionMode, FusionSettings


class FusionController(QObject):
    """Takes what the user wants of the fused picture into use, and shows what is.

    Attributes:
        panel: The dock.
    """

    def __init__(self, actions: Actions, controller: SessionController) -> None:
        super().__init__(controller)
        self.panel = FusionDock()
        self._controller = controller
        self._actions = dict(zip(MODES, actions.group("mode"), strict=True))
        self._wanted = controller.settings.fusion
        for mode, action in self._actions.items():
            action.triggered.connect(partial(self._choose, mode))
        actions["mode_next"].triggered.connect(lambda _: self._turn(1))
        actions["mode_before"].triggered.connect(lambda _: self._turn(-1))
        self.panel.changed.connect(self._use)
        self.panel.difference_wanted.connect(actions["difference"].setChecked)
        actions["difference"].toggled.connect(self.panel.show_difference)
        controller.engine_changed.connect(self._show)
        controller.state_changed.connect(self._show)
        controller.failed.connect(self._show)
        self._show()

    def _choose(self, mode: FusionMode, _is_checked: bool = False) -> None:
        self._use(replace(self._wanted, mode=mode, strength=None))

    def _turn(self, steps: int) -> None:
        modes = list(MODES)
        self._choose(modes[(modes.index(self._wanted.mode) + steps) % len(modes)])

    def _use(self, fusion: FusionSettings) -> None:
        self._tell(fusion)
        self._controller.use(fusion)

    def _show(self, *_: object) -> None:
        self._tell(self._controller.settings.fusion)

    def _tell(self, fusion: FusionSettings) -> None:
        self._wanted = fusion
        self.panel.show_settings(fusion)
        self._actions[fusion.mode].setChecked(True)
