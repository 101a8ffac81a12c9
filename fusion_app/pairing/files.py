"""Two recordings become pairs by PTS. The visible one leads: each frame gets the infrared frame nearest in time.

Within the tolerance a pair is simply a pair. Beyond it the last infrared frame is held and the pair is marked; after
three periods without a newer one the visible frame is dropped, and counted. For live streams see `live_pairing`.
"""

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


@dataclass(frozen=True)
class PairingPolicy:
    """When two frames belong together.

    Attributes:
        tolerance_s: Largest skew of a good pair, seconds.
        hold_s: Largest skew at which the last infrared frame is still shown, seconds.
        offset_s: Added to infrared PTS, seconds.
    """

    tolerance_s: float
    hold_s: float
    offset_s: float = 0.0

    @classmethod
    def for_periods(cls, ir_period_s: float, vis_period_s: float, offset_s: float = 0.0) -> "PairingPolicy":
        """Return the policy for two streams: half the slower period, at least 20 ms; hold for three periods."""
        slower = max(ir_period_s, vis_period_s)
        return cls(max(slower / 2, MIN_TOLERANCE_S) + 1e-6, HOLD_PERIODS * slower + 1e-6, offset_s)

    @classmethod
    def exact(cls) -> "PairingPolicy":
        """Return the policy for stills: equal PTS or nothing."""
        return cls(1e-6, 1e-6)


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


class PairStream:
    """Reads two sources in step; see the module's text for the rules."""

    def __init__(self, ir: FrameReader, vis: FrameReader, policy: PairingPolicy, end_s: float | None = None) -> None:
        """Read ``ir`` and ``vis`` up to the visible PTS ``end_s``, exclusive; None reads to the end."""
        self._ir = ir
        self._vis = vis
        self.policy = policy
        self.end_s = end_s
        self.counts = PairingCounts()
        self.ir_ended_at_s: float | None = None
        """PTS of the last infrared frame, once visible frames were left without a partner after it."""
        self._forget()

    def _forget(self) -> None:
        self._now: Frame | None = None
        self._next: Frame | None = None
        self._is_now_used = True
        self._ir_is_over = False

    @property
    def offset_s(self) -> float:
        """Added to infrared PTS, seconds; may be changed at any time, for the frames read from then on."""
        return self.policy.offset_s

    @offset_s.setter
    def offset_s(self, offset_s: float) -> None:
        self.policy = replace(self.policy, offset_s=offset_s)

    def read(self) -> FramePair | None:
        """Return the next pair, or None when the visible stream is over or infrared can never match again."""
        while (vis := self._vis.read()) is not None:
            if self.end_s is not None and vis.pts_s >= self.end_s:
                break
            ir = self._nearest(vis.pts_s)
            if ir is not None and abs(ir.pts_s - vis.pts_s) <= self.policy.hold_s:
                return self._pair(ir, vis)
            self._count(dropped=1)
            if self._ir_is_over and (ir is None or vis.pts_s > ir.pts_s):
                self.ir_ended_at_s = 0.0 if ir is None else ir.pts_s
                break
        return None

    def seek(self, pts_s: float) -> None:
        """Continue at the first visible frame not before ``pts_s``; counts go on."""
        self._forget()
        margin = self.policy.hold_s  # the nearest infrared frame may lie before the visible one
        self._ir.seek(max(0.0, pts_s - self.policy.offset_s - margin))
        self._vis.seek(pts_s)

    def _nearest(self, pts_s: float) -> Frame | None:
        """Advance infrared until its next frame lies after ``pts_s``; return the nearer of the two around it."""
        while self._next is None or self._next.pts_s <= pts_s:
            if self._next is not None:
                self._advance()
            self._next = self._read_ir()
            if self._next is None:
                break
        if self._next is None or (self._now is not None and pts_s - self._now.pts_s <= self._next.pts_s - pts_s):
            return self._now
        return self._next

    def _advance(self) -> None:
        self._count(unused=0 if self._is_now_used else 1)
        self._now, self._next = self._next, None
        self._is_now_used = False

    def _read_ir(self) -> Frame | None:
        frame = None if self._ir_is_over else self._ir.read()
        if frame is None:
            self._ir_is_over = self._ir.is_over
            return None
        return replace(frame, pts_s=frame.pts_s + self.policy.offset_s)

    def _pair(self, ir: Frame, vis: Frame) -> FramePair:
        if ir is self._now:
            self._is_now_used = True
        is_held = abs(ir.pts_s - vis.pts_s) > self.policy.tolerance_s
        self._count(paired=1, held=int(is_held))
        return FramePair(ir, vis, is_held)

    def _count(self, paired: int = 0, held: int = 0, dropped: int = 0, unused: int = 0) -> None:
        c = self.counts
        self.counts = replace(
            c, paired=c.paired + paired, held=c.held + held, dropped=c.dropped + dropped, unused=c.unused + unused
        )
