"""What a session says of itself at one moment: asked once, shown in many places."""

from collections import deque
from dataclasses import dataclass, field

from fusion_app.pairing.base import PairingCounts
from fusion_app.recording import RecordingStatus
from fusion_app.run.runner import Pace
from fusion_app.run.telemetry import RunStatus
from fusion_app.session.session import Session
from fusion_app.sources import BufferedSource
from fusion_app.sources.base import Note, SourceInfo, SourceState

LATELY_S = 10.0


@dataclass(frozen=True)
class SourceOverview:
    """A source at one moment.

    Attributes:
        info: What is known of it.
        state: How it is.
        dropped: Frames that were lost because nobody took them in time.
        notes: What there is to know of its file.
    """

    info: SourceInfo
    state: SourceState
    dropped: int = 0
    notes: tuple[Note, ...] = ()

    @classmethod
    def of(cls, source: BufferedSource) -> "SourceOverview":
        """Look at ``source``."""
        return cls(source.info, source.state(), source.dropped, source.notes)

    @property
    def is_gone(self) -> bool:
        """It is live, and no new frames come."""
        return self.info.is_live and self.state.is_silent


@dataclass(frozen=True)
class Overview:
    """A session at one moment.

    Attributes:
        ir: The infrared source.
        vis: The visible source.
        run: What the run measures.
        counts: What became of the frames.
        pace: How the run keeps time.
        engine: Model and device, in words.
        unshown: Fused frames that a newer one replaced before they could be shown.
        stride: Of so many fused frames one is shown, for a recording comes first.
        recording: The recording that runs, or None.
        disk_left: Free bytes where a recording would go, or None where they are not known.
        speed: Seconds of a file that are played in one of real time.
        lost_lately: Share of the frames of the last `LATELY_S` that were not fused, 0…1; None where nobody looked.
    """

    ir: SourceOverview
    vis: SourceOverview
    run: RunStatus = field(default_factory=RunStatus)
    counts: PairingCounts = field(default_factory=PairingCounts)
    pace: Pace = Pace.LIVE
    engine: str = ""
    unshown: int = 0
    stride: int = 1
    recording: RecordingStatus | None = None
    disk_left: int | None = None
    speed: float = 1.0
    lost_lately: float | None = None

    @property
    def dropped(self) -> int:
        """Frames that were lost without being fused, for want of a partner or because nobody took them in time."""
        return self.counts.dropped + self.ir.dropped + self.vis.dropped


class Losses:
    """Watches what is lost, so that what is over is not held against a run for ever."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int, int]] = deque()

    def lately(self, lost: int, fused: int, now_s: float) -> float:
        """Return the share that was lost in the last `LATELY_S` before ``now_s``, from the counts so far."""
        if self._seen and (lost < self._seen[-1][1] or fused < self._seen[-1][2]):
            self._seen.clear()  # another session
        self._seen.append((now_s, lost, fused))
        while self._seen[0][0] < now_s - LATELY_S:
            self._seen.popleft()
        _, lost_then, fused_then = self._seen[0]
        return (lost - lost_then) / max(1, lost - lost_then + fused - fused_then)


def look(
    session: Session, recording: RecordingStatus | None = None, unshown: int = 0, disk_left: int | None = None
) -> Overview:
    """Return ``session`` as it is now."""
    return Overview(
        SourceOverview.of(session.ir),
        SourceOverview.of(session.vis),
        session.status(),
        session.pairs.counts,
        session.pace,
        session.description,
        unshown,
        session.stride,
        recording,
        disk_left,
        session.runner.speed,
    )
