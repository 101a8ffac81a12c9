"""From one pair to another: asks while a recording runs, and remembers what could really be opened."""

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QDialog, QMessageBox, QWidget

from fusion_app.gui.preferences import Preferences, Recent, RecentRig
from fusion_app.gui.session.recording_controller import RecordingController, RecordingState
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.settings import Settings, ViewSettings

WRITING = frozenset({RecordingState.STARTING, RecordingState.ON, RecordingState.PAUSED})


class Switching(QObject):
    """The only way on which the window opens another pair, or closes the one that is open."""

    def __init__(
        self,
        window: QWidget,
        controller: SessionController,
        recording: RecordingController,
        preferences: Preferences,
        show: Callable[[QDialog], None],
    ) -> None:
        """Switch the session of ``controller``; ``show`` opens a dialog over ``window``."""
        super().__init__(window)
        self._window = window
        self._controller = controller
        self._recording = recording
        self._preferences = preferences
        self._show = show
        self._recent: Recent | None = None
        controller.opened.connect(self._remember)

    def open(self, settings: Settings, recent: Recent | None = None) -> None:
        """Open ``settings``; once they are open, ``recent`` stands first among the recent ones.

        Only a rig or a recording says how its pictures are arranged; any other pair leaves that to the user.
        """
        if not isinstance(recent, RecentRig):
            settings = replace(settings, view=ViewSettings(difference=settings.view.difference))

        def act() -> None:
            self._recent = recent
            self._controller.open(settings)

        self._unless_recording(
            self.tr("A recording is running. Finish it and open another pair?"), self.tr("Finish and open"), act
        )

    def reopen(self) -> None:
        """Open what is open once more, or what could not be opened."""
        self.open(self._controller.wanted, self._recent)

    def close(self) -> None:
        """Close what is open."""
        self._unless_recording(
            self.tr("A recording is running. Finish it and close the pair?"),
            self.tr("Finish and close"),
            self._controller.close,
        )

    def _unless_recording(self, question: str, yes: str, act: Callable[[], None]) -> None:
        if self._recording.state not in WRITING:
            act()
            return
        box = QMessageBox(self._window)
        box.setWindowTitle(self.tr("Recording"))
        box.setText(question)
        finish = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        go_on = box.addButton(self.tr("Go on recording"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(go_on)
        box.setEscapeButton(go_on)
        box.finished.connect(lambda _: act() if box.clickedButton() is finish else None)
        self._show(box)

    def _remember(self) -> None:
        if self._recent is not None:
            self._preferences.remember(self._recent)
            self._recent = None
