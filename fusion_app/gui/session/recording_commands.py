"""What the actions of a recording do, and how its state shows in them."""

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.session.recording_control import RUNNING, RecordingControl, RecordingState
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.settings import RecordingSettings

WHILE_RECORDING = ("record_pause", "marker", "record_split")


class RecordingCommands(QObject):
    """Connects the actions of recording.

    Attributes:
        recording: What records.

    Signals:
        said: A short message for the status bar.
    """

    said = pyqtSignal(str)

    def __init__(self, actions: Actions, controller: SessionController, recording: RecordingControl) -> None:
        super().__init__(recording)
        self._actions = actions
        self._controller = controller
        self.recording = recording
        self._markers = 0
        actions["record"].triggered.connect(lambda _: self.toggle())
        actions["record_pause"].triggered.connect(lambda _: recording.toggle_pause())
        actions["marker"].triggered.connect(lambda _: self.set_marker())
        actions["record_split"].triggered.connect(lambda _: recording.split())
        recording.changed.connect(self._show)
        self._show(recording.state)

    def toggle(self) -> None:
        """Start or finish a recording."""
        if self.recording.state is not RecordingState.OFF:
            self.recording.stop()
        elif self._controller.session is not None:
            self._markers = 0
            self.recording.start(self._controller.session, self._controller.settings)

    def set_marker(self) -> None:
        """Mark this moment."""
        self._markers += 1
        self.recording.add_marker(self.tr("Marker {0}").format(self._markers))
        self.said.emit(self.tr("Marker {0} is set").format(self._markers))

    def use(self, settings: RecordingSettings) -> None:
        """Record so from the next recording on; a pre-roll begins anew where it is to be another."""
        before = self._controller.settings.recording
        self._controller.use_recording(settings)
        session = self._controller.session
        is_off = self.recording.state is RecordingState.OFF
        if session is not None and is_off and _encoded(before) != _encoded(settings):
            self.recording.release()
            self.recording.attach(session, self._controller.settings)

    def _show(self, state: RecordingState) -> None:
        is_off = state is RecordingState.OFF
        record, pause = self._actions["record"], self._actions["record_pause"]
        record.setChecked(state in RUNNING or state is RecordingState.STARTING)
        record.setText(self.tr("&Record") if is_off else self.tr("Stop &recording"))
        record.setIconText(self.tr("Record") if is_off else self.tr("Stop"))  # the tool bar is narrow
        pause.setChecked(state is RecordingState.PAUSED)
        for name in WHILE_RECORDING:
            self._actions[name].setEnabled(state in RUNNING)


def _encoded(settings: RecordingSettings) -> tuple[object, ...]:
    """Return what a pre-roll depends on."""
    return settings.preroll_s, settings.tracks, settings.quality, settings.ir_codec
