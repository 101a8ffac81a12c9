"""Recording of the running session, and snapshots: both write in the background and never stop the picture.

The actions of recording are connected here, and show its state.
"""

import enum
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame
from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.gui.session.worker import Worker
from fusion_app.recording import PreRollStatus, Recording, RecordingStatus
from fusion_app.session.recorder import Recorder, snapshot
from fusion_app.session.session import Session
from fusion_app.session.wall import WallTile
from fusion_app.settings import RecordingSettings, Settings

__all__ = ["RecordingController", "RecordingState", "RecordingStatus"]


class RecordingState(enum.Enum):
    """Where a recording stands."""

    OFF = enum.auto()
    STARTING = enum.auto()
    ON = enum.auto()
    PAUSED = enum.auto()
    FINALISING = enum.auto()


RUNNING = frozenset({RecordingState.ON, RecordingState.PAUSED})

WHILE_RECORDING = ("record_pause", "marker", "record_split")
"""Actions that are for a running recording only."""


class _Start:
    """A recording that has been asked for, until the worker begins it or nobody wants it any more."""

    def __init__(self, recorder: Recorder, settings: Settings) -> None:
        self._recorder, self._settings = recorder, settings
        self._lock = threading.Lock()
        self._is_settled = False

    def __call__(self) -> bool:
        """Begin, in the worker's thread; tell False if it was withdrawn before.

        Raises:
            FusionAppError: It cannot be written.
        """
        if not self._settle():
            return False
        self._recorder.start(self._settings)
        return True

    def withdraw(self) -> bool:
        """Let it not begin; tell False if it has begun already."""
        return self._settle()

    def _settle(self) -> bool:
        with self._lock:
            is_first, self._is_settled = not self._is_settled, True
            return is_first


class RecordingController(QObject):
    """Starts and stops the recorder of a session, as the actions ask.

    Signals:
        changed: The state is another.
        failed: A recording or snapshot could not be written; what was written before stays playable.
        saved: This file is complete.
        said: A short message for the status bar.
    """

    changed = pyqtSignal(RecordingState)
    failed = pyqtSignal(Exception)
    saved = pyqtSignal(Path)
    said = pyqtSignal(str)

    def __init__(self, worker: Worker, actions: Actions, controller: SessionController) -> None:
        super().__init__(worker)
        self.state = RecordingState.OFF
        self._worker = worker
        self._actions = actions
        self._controller = controller
        self._markers = 0
        self._recorder: Recorder | None = None
        self._session: Session | None = None
        self._start: _Start | None = None
        actions["record"].triggered.connect(lambda _: self.toggle())
        actions["record_pause"].triggered.connect(lambda _: self.toggle_pause())
        actions["marker"].triggered.connect(lambda _: self._press_marker())
        actions["record_split"].triggered.connect(lambda _: self.split())
        self.changed.connect(self._show)
        self._show(self.state)

    def follow(self) -> None:
        """Watch every session that the controller opens, and let go of it before it closes."""
        controller = self._controller

        def attach() -> None:
            if controller.session is not None:
                self.attach(controller.session, controller.settings)

        controller.state_changed.connect(attach)
        self.changed.connect(attach)  # a session that was opened while the recording before was being finished
        controller.releasing.connect(self.release)
        controller.settings_changed.connect(self._measure)

    def _measure(self) -> None:
        """Measure at the spots of now, also in what is being recorded."""
        if self._recorder is not None and self._session is self._controller.session:
            self._recorder.measure(self._controller.settings)

    def attach(self, session: Session, settings: Settings) -> None:
        """Watch ``session`` from now on: what comes before a recording is its pre-roll."""
        if session is not self._session and self.state is RecordingState.OFF:
            self.release()
            self._session = session
            self._recorder = Recorder(session, settings)

    def release(self) -> None:
        """Let go of the session, because it is about to close; a recording is finished in the background.

        One that has not begun is not waited for: the worker may be busy for long, and would have nothing to record.
        """
        if self._start is not None and self._start.withdraw():
            self._set(RecordingState.OFF)
            self.said.emit(self.tr("Nothing was recorded: what was open has been closed before the recording began"))
        self.stop()
        if self._recorder is not None:
            self._recorder.detach()
        self._recorder = self._session = None

    def start(self, session: Session, settings: Settings) -> None:
        """Record what ``session`` fuses from now on, into a new file."""
        if self.state is not RecordingState.OFF:
            return
        self.attach(session, settings)
        assert self._recorder is not None  # noqa: S101 - attached just now
        self._set(RecordingState.STARTING)
        recorder = self._recorder
        self._start = _Start(recorder, settings)
        self._worker.submit(self._start, partial(self._on_started, recorder), self._on_failed)

    def toggle(self) -> None:
        """Start or finish a recording."""
        if self.state is not RecordingState.OFF:
            self.stop()
        elif self._controller.session is not None:
            self._markers = 0
            self.start(self._controller.session, self._controller.settings)

    def stop(self) -> None:
        """Finish the file."""
        if self.state in RUNNING and self._recorder is not None:
            self._finish(self._recorder)
        elif self.state is RecordingState.STARTING:
            self._set(RecordingState.FINALISING)

    def toggle_pause(self) -> None:
        """Leave out what comes, or go on."""
        if (recording := self._recording) is None or self.state not in RUNNING:
            return
        if self.state is RecordingState.ON:
            recording.pause()
            self._set(RecordingState.PAUSED)
        else:
            recording.resume()
            self._set(RecordingState.ON)

    def set_marker(self, text: str = "") -> None:
        """Mark this moment in the recording, by ``text`` or by a number.

        Raises:
            RecordingError: Too many markers wait for a frame.
        """
        if (recording := self._recording) is not None:
            recording.add_marker(text or self.tr("Marker {0}").format(self._markers + 1))
            self._markers += 1
            self.said.emit(self.tr("Marker {0} is set").format(self._markers))

    def _press_marker(self) -> None:
        try:
            self.set_marker()
        except RecordingError as error:
            self.said.emit(str(error))

    def split(self) -> None:
        """Go on in a new part."""
        if (recording := self._recording) is not None:
            recording.split()

    def use(self, settings: RecordingSettings) -> None:
        """Record so from the next recording on; a pre-roll begins anew where it is to be another."""
        before = self._controller.settings.recording
        self._controller.use_recording(settings)
        session = self._controller.session
        is_off = self.state is RecordingState.OFF
        if session is not None and is_off and _encoded(before) != _encoded(settings):
            self.release()
            self.attach(session, self._controller.settings)

    def check(self) -> None:
        """Stop a recording that has failed by itself. Call it now and then."""
        if (recording := self._recording) is not None and recording.error is not None:
            self.stop()

    def status(self) -> RecordingStatus | None:
        """Return how the recording goes, or None if there is none."""
        return None if self._recorder is None else self._recorder.status()

    def preroll(self) -> PreRollStatus | None:
        """Return what a recording that is started now would begin with, or None where nothing is watched."""
        return None if self._recorder is None else self._recorder.preroll()

    def snapshot(self, session: Session, settings: Settings, fused: FusedFrame, tiles: Sequence[WallTile] = ()) -> None:
        """Keep ``fused`` of ``session``, its sources, ``tiles`` of its wall, and how they were made."""
        self._worker.submit(partial(snapshot, session, settings, fused, tiles), self.saved.emit, self.failed.emit)

    @property
    def _recording(self) -> Recording | None:
        return None if self._recorder is None else self._recorder.recording

    def _show(self, state: RecordingState) -> None:
        is_off = state is RecordingState.OFF
        record, pause = self._actions["record"], self._actions["record_pause"]
        record.setChecked(state in RUNNING or state is RecordingState.STARTING)
        record.setText(self.tr("&Record") if is_off else self.tr("Stop &recording"))
        record.setIconText(self.tr("Record") if is_off else self.tr("Stop"))  # the tool bar is narrow
        pause.setChecked(state is RecordingState.PAUSED)
        for name in WHILE_RECORDING:
            self._actions[name].setEnabled(state in RUNNING)

    def _set(self, state: RecordingState) -> None:
        self.state = state
        self.changed.emit(state)

    def _on_started(self, recorder: Recorder, has_begun: bool) -> None:
        if not has_begun:
            return
        if self.state is RecordingState.FINALISING:  # stopped before it had begun
            self._finish(recorder)
        else:
            self._set(RecordingState.ON)

    def _finish(self, recorder: Recorder) -> None:
        self._set(RecordingState.FINALISING)
        self._worker.submit(recorder.stop, self._on_finished, self._on_failed)

    def _on_finished(self, path: Path) -> None:
        self._set(RecordingState.OFF)
        self.saved.emit(path)

    def _on_failed(self, error: Exception) -> None:
        self._set(RecordingState.OFF)
        self.failed.emit(error)


def _encoded(settings: RecordingSettings) -> tuple[object, ...]:
    """Return what a pre-roll depends on."""
    return settings.preroll_s, settings.tracks, settings.quality, settings.ir_codec, settings.visible, settings.encoder
