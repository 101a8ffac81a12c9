"""Recording of the running session, and snapshots: both write in the background and never stop the picture."""

import enum
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame
from fusion_app.gui.worker import Worker
from fusion_app.recording import Recorder
from fusion_app.session import Session
from fusion_app.session_clock import SessionClock
from fusion_app.settings import RecordingSettings
from fusion_app.snapshot import free_path, recording_folder, save_snapshot
from fusion_app.writers import open_writer


class RecordingState(enum.Enum):
    """Where a recording stands."""

    OFF = enum.auto()
    STARTING = enum.auto()
    ON = enum.auto()
    FINALISING = enum.auto()


@dataclass(frozen=True)
class RecordingStatus:
    """A running recording at one moment.

    Attributes:
        seconds: Since it began.
        size: Bytes on disk.
        written: Frames written.
        dropped: Frames lost because the disk or the encoder was too slow.
    """

    seconds: float
    size: int
    written: int
    dropped: int


@dataclass(frozen=True)
class _Running:
    session: Session
    path: Path
    recorder: Recorder
    sink: SessionClock
    since: float


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
        self._running: _Running | None = None

    def start(self, session: Session, settings: RecordingSettings) -> None:
        """Record what ``session`` fuses from now on, into a new file."""
        if self.state is RecordingState.OFF:
            self._set(RecordingState.STARTING)
            self._worker.submit(partial(_open, session, settings), self._on_opened, self._on_failed)

    def stop(self) -> None:
        """Finish the file."""
        if self.state not in (RecordingState.ON, RecordingState.STARTING):
            return
        self._set(RecordingState.FINALISING)
        if self._running is not None:
            self._finish(self._running)

    def check(self) -> None:
        """Stop a recording that has failed by itself. Call it now and then."""
        if self._running is not None and self._running.recorder.error is not None:
            self.stop()

    def status(self) -> RecordingStatus | None:
        """Return how the recording goes, or None if there is none."""
        if (now := self._running) is None:
            return None
        size = now.path.stat().st_size if now.path.exists() else 0
        return RecordingStatus(time.monotonic() - now.since, size, now.recorder.written, now.recorder.dropped)

    def snapshot(self, fused: FusedFrame, settings: RecordingSettings) -> None:
        """Keep ``fused`` and its sources as pictures."""
        self._worker.submit(
            partial(save_snapshot, recording_folder(settings), fused), self.saved.emit, self.failed.emit
        )

    def _set(self, state: RecordingState) -> None:
        self.state = state
        self.changed.emit(state)

    def _on_opened(self, running: _Running) -> None:
        self._running = running
        if self.state is RecordingState.FINALISING:  # stopped before it had begun
            self._finish(running)
            return
        running.session.runner.add_sink(running.sink)
        self._set(RecordingState.ON)

    def _finish(self, running: _Running) -> None:
        running.session.runner.remove_sink(running.sink)
        self._worker.submit(partial(_finish, running), self._on_finished, self._on_failed)

    def _on_finished(self, path: Path) -> None:
        self._running = None
        self._set(RecordingState.OFF)
        self.saved.emit(path)

    def _on_failed(self, error: Exception) -> None:
        self._running = None
        self._set(RecordingState.OFF)
        self.failed.emit(error)


def _open(session: Session, settings: RecordingSettings) -> _Running:
    path = free_path(recording_folder(settings), "fused", ".mkv")
    info = session.vis.info
    recorder = Recorder(open_writer(path, info.fps or 25.0, settings.quality), is_live=True)
    return _Running(session, path, recorder, SessionClock(recorder, info.period_s), time.monotonic())


def _finish(running: _Running) -> Path:
    running.recorder.close()
    if not running.path.exists():
        raise RecordingError("nothing was recorded: no frame was fused between start and stop")
    return running.path
