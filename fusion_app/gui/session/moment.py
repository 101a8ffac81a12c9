"""What a session says of itself at one moment: asked once, shown in many places."""

from dataclasses import dataclass, field

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from fusion_app.gui.session.disk_left import DiskLeft
from fusion_app.gui.session.recording_control import RecordingControl, RecordingStatus
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.pairing.files import PairingCounts
from fusion_app.recording.snapshot import recording_folder
from fusion_app.run.runner import Pace
from fusion_app.run.telemetry import RunStatus
from fusion_app.session.session import Session
from fusion_app.sources import BufferedSource
from fusion_app.sources.base import SourceInfo, SourceState

LOOK_MS = 100


@dataclass(frozen=True)
class SourceMoment:
    """A source at one moment.

    Attributes:
        info: What is known of it.
        state: How it is.
        dropped: Frames that were lost because nobody took them in time.
    """

    info: SourceInfo
    state: SourceState
    dropped: int = 0

    @classmethod
    def of(cls, source: BufferedSource) -> "SourceMoment":
        """Look at ``source``."""
        return cls(source.info, source.state(), source.dropped)

    @property
    def is_gone(self) -> bool:
        """It is live, and no new frames come."""
        return self.info.is_live and self.state.is_silent


@dataclass(frozen=True)
class Moment:
    """A session at one moment.

    Attributes:
        ir: The infrared source.
        vis: The visible source.
        run: What the run measures.
        counts: What became of the frames.
        pace: How the run keeps time.
        engine: Model and device, in words.
        unshown: Fused frames that a newer one replaced before the window could show them.
        stride: Of so many fused frames the window shows one, for a recording comes first.
        recording: The recording that runs, or None.
        disk_left: Free bytes where a recording would go, or None where they are not known.
    """

    ir: SourceMoment
    vis: SourceMoment
    run: RunStatus = field(default_factory=RunStatus)
    counts: PairingCounts = field(default_factory=PairingCounts)
    pace: Pace = Pace.LIVE
    engine: str = ""
    unshown: int = 0
    stride: int = 1
    recording: RecordingStatus | None = None
    disk_left: int | None = None


def look(
    session: Session, recording: RecordingStatus | None = None, unshown: int = 0, disk_left: int | None = None
) -> Moment:
    """Return ``session`` as it is now."""
    return Moment(
        SourceMoment.of(session.ir),
        SourceMoment.of(session.vis),
        session.telemetry.status(),
        session.pairs.counts,
        session.pace,
        session.engine.description,
        unshown,
        session.display.stride,
        recording,
        disk_left,
    )


class Watch(QObject):
    """Looks at the session ten times a second.

    Signals:
        looked: A `Moment`, or None while there is no session.
    """

    looked = pyqtSignal(object)

    def __init__(self, controller: SessionController, recording: RecordingControl) -> None:
        super().__init__(controller)
        self._controller = controller
        self._recording = recording
        self._disk = DiskLeft()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_MS)

    def look(self) -> None:
        """Look now."""
        session = self._controller.session
        if session is None:
            self.looked.emit(None)
        else:
            disk_left = self._disk.look(recording_folder(self._controller.settings.recording))
            self.looked.emit(look(session, self._recording.status(), self._controller.sink.replaced, disk_left))

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
