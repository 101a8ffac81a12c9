"""Recording of the running session, and snapshots: both write in the background and never stop the picture."""

import enum
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.frames import FusedFrame
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.gui.session.worker import Worker
from fusion_app.recording import PreRollStatus, RecordingStatus
from fusion_app.session.recorder import SessionRecorder, snapshot
from fusion_app.session.session import Session
from fusion_app.settings import Settings

__all__ = ["RecordingControl", "RecordingState", "RecordingStatus"]


class RecordingState(enum.Enum):
    """Where a recording stands."""

    OFF = enum.auto()
    STARTING = enum.auto()
    ON = enum.auto()
    PAUSED = enum.auto()
    FINALISING = enum.auto()


RUNNING = frozenset({RecordingState.ON, RecordingState.PAUSED})


class RecordingControl(QObject):
    """Starts and stops the recorder of a session.

    Signals:
        changed: The state is another.
        failed: A recording or snapshot could not be written; what was written before stays playable.
        saved: This file is complete.
    """

    changed = pyqtSignal(RecordingState)
    failed = pyqtSignal(Exception)
    saved = pyqtSignal(Path)

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self.state = RecordingState.OFF
        self._worker = worker
        self._recorder: SessionRecorder | None = None
        self._session: Session | None = None

    def follow(self, controller: SessionController) -> None:
        """Watch every session that ``controller`` opens, and let go of it before it closes."""

        def attach() -> None:
            if controller.session is not None:
                self.attach(controller.session, controller.settings)

        controller.state_changed.connect(attach)
        self.changed.connect(attach)  # a session that was opened while the recording before was being finished
        controller.releasing.connect(self.release)

    def attach(self, session: Session, settings: Settings) -> None:
        """Watch ``session`` from now on: what comes before a recording is its pre-roll."""
        if session is not self._session and self.state is RecordingState.OFF:
            self.release()
            self._session = session
            self._recorder = SessionRecorder(session, settings)

    def release(self) -> None:
        """Let go of the session, because it is about to close; a recording is finished in the background."""
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
        start = partial(recorder.start, settings)
        self._worker.submit(start, lambda _: self._on_started(recorder), self._on_failed)

    def stop(self) -> None:
        """Finish the file."""
        if self.state in RUNNING and self._recorder is not None:
            self._finish(self._recorder)
        elif self.state is RecordingState.STARTING:
            self._set(RecordingState.FINALISING)

    def toggle_pause(self) -> None:
        """Leave out what comes, or go on."""
        if self._recorder is None or self.state not in RUNNING:
            return
        if self.state is RecordingState.ON:
            self._recorder.pause()
            self._set(RecordingState.PAUSED)
        else:
            self._recorder.resume()
            self._set(RecordingState.ON)

    def add_marker(self, text: str = "") -> None:
        """Mark this moment in the recording."""
        if self._recorder is not None:
            self._recorder.marker(text)

    def split(self) -> None:
        """Go on in a new part."""
        if self._recorder is not None:
            self._recorder.split()

    def check(self) -> None:
        """Stop a recording that has failed by itself. Call it now and then."""
        if self._recorder is not None and self._recorder.error is not None:
            self.stop()

    def status(self) -> RecordingStatus | None:
        """Return how the recording goes, or None if there is none."""
        return None if self._recorder is None else self._recorder.status()

    def preroll(self) -> PreRollStatus | None:
        """Return what a recording that is started now would begin with, or None where nothing is watched."""
        return None if self._recorder is None else self._recorder.preroll()

    def snapshot(self, session: Session, settings: Settings, fused: FusedFrame) -> None:
        """Keep ``fused`` of ``session``, its sources and how they were made, as pictures and a YAML."""
        self._worker.submit(partial(snapshot, session, settings, fused), self.saved.emit, self.failed.emit)

    def _set(self, state: RecordingState) -> None:
        self.state = state
        self.changed.emit(state)

    def _on_started(self, recorder: SessionRecorder) -> None:
        if self.state is RecordingState.FINALISING:  # stopped before it had begun
            self._finish(recorder)
        else:
            self._set(RecordingState.ON)

    def _finish(self, recorder: SessionRecorder) -> None:
        self._set(RecordingState.FINALISING)
        self._worker.submit(recorder.stop, self._on_finished, self._on_failed)

    def _on_finished(self, path: Path) -> None:
        self._set(RecordingState.OFF)
        self.saved.emit(path)

    def _on_failed(self, error: Exception) -> None:
        self._set(RecordingState.OFF)
        self.failed.emit(error)
