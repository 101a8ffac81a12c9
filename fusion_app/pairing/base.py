"""What belongs together: the contract of a stream of pairs, the policy of time, and what became of the frames."""

from dataclasses import dataclass, replace
from typing import Protocol

from fusion_app.frames import Frame, FramePair

MIN_TOLERANCE_S = 0.020
HOLD_PERIODS = 3.0


class FrameReader(Protocol):
    """What pairing needs of a buffered source."""

    def read(self) -> Frame | None:
        """Return the next frame, waiting for it, or None at the end."""

    def seek(self, pts_s: float) -> None:
        """Continue at the first frame not before ``pts_s``."""

    @property
    def is_over(self) -> bool:
        """No frame will come any more."""

    def count_after(self, pts_s: float) -> int | None:
        """Return how many frames come after ``pts_s``, None where that is not known."""


@dataclass(frozen=True)
class PairingPolicy:
    """When two frames belong together.

    Attributes:
        tolerance_s: Largest skew of a good pair, seconds.
        hold_s: How long the last infrared frame is shown, and the first before its time, seconds.
        offset_s: Added to infrared PTS, seconds.
        lasts: Between two infrared frames the earlier one is shown, however far apart they are.
    """

    tolerance_s: float
    hold_s: float
    offset_s: float = 0.0
    lasts: bool = True

    @classmethod
    def for_periods(cls, ir_period_s: float, vis_period_s: float, offset_s: float = 0.0) -> "PairingPolicy":
        """Return the policy for two streams: half the slower period, at least 20 ms; hold for three periods."""
        slower = max(ir_period_s, vis_period_s)
        return cls(max(slower / 2, MIN_TOLERANCE_S) + 1e-6, HOLD_PERIODS * slower + 1e-6, offset_s)

    @classmethod
    def exact(cls) -> "PairingPolicy":
        """Return the policy for stills: equal PTS or nothing."""
        return cls(1e-6, 1e-6, lasts=False)


@dataclass(frozen=True)
class PairingCounts:
    """What became of the frames so far.

    Attributes:
        paired: Pairs handed out, the held ones included.
        held: Pairs whose infrared frame was older than the tolerance.
        dropped: Visible frames that found no infrared frame.
        unused: Infrared frames that were nearest to no visible frame.
        lost: Pairs (live) that went on from one source because the other was silent.
    """

    paired: int = 0
    held: int = 0
    dropped: int = 0
    unused: int = 0
    lost: int = 0


class Recorded:
    """What streams of recorded pairs have in common: an end, an offset that may be changed meanwhile, and counts.

    Attributes:
        policy: What belongs together.
        counts: What became of the frames so far.
        end_s: Visible PTS at which reading ends, exclusive; None reads to the end.
    """

    vis_period_s = None
    """See `Pairs`: files say it themselves."""

    def __init__(self, policy: PairingPolicy, end_s: float | None = None) -> None:
        self.policy = policy
        self.counts = PairingCounts()
        self.end_s = end_s

    @property
    def offset_s(self) -> float:
        """Added to infrared PTS, seconds; may be changed at any time, for the frames read from then on."""
        return self.policy.offset_s

    @offset_s.setter
    def offset_s(self, offset_s: float) -> None:
        self.policy = replace(self.policy, offset_s=offset_s)


class Pairs(Protocol):
    """Two sources read in step: of files, of live cameras, or of a recording.

    Attributes:
        counts: What became of the frames so far.
        offset_s: Added to infrared PTS, seconds; may be changed at any time, for the frames read from then on.
        end_s: Visible PTS at which reading ends, seconds, exclusive; None reads to the end. Live pairs know no end.
    """

    counts: PairingCounts
    offset_s: float
    end_s: float | None

    @property
    def policy(self) -> PairingPolicy:
        """When two frames belong together."""

    @property
    def notice(self) -> str:
        """What the user should know of the pairs so far, a sentence or empty."""

    @property
    def vis_period_s(self) -> float | None:
        """Time between two visible frames as measured, seconds; None where what the source says of itself holds."""

    def read(self) -> FramePair | None:
        """Return the next pair, waiting for it, or None at the end."""

    def seek(self, pts_s: float) -> None:
        """Continue at the first visible frame not before ``pts_s``, seconds; live pairs have no past."""

    def count(self, start_s: float, end_s: float | None) -> int | None:
        """Return how many pairs lie between two times, seconds (None is the end); None where only reading tells."""

    def left_over(self) -> tuple[int, int]:
        """Return how many visible and infrared frames were not fused for want of the other, once reading is over."""
