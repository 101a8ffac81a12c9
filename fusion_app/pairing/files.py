"""Two recordings become pairs by PTS. The visible one leads: each frame gets the infrared frame nearest in time.

Within the tolerance a pair is simply a pair. Beyond it the last infrared frame is held and the pair is marked; after
three periods without a newer one the visible frame is dropped, and counted. For live streams see `live`.
"""

from dataclasses import replace

from fusion_app.frames import Frame, FramePair
from fusion_app.pairing.base import FrameReader, PairingCounts, PairingPolicy


class PairStream:
    """Reads two files in step, as `Pairs`; see the module's text for the rules."""

    vis_period_s = None
    """See `Pairs`: files say it themselves."""

    def __init__(self, ir: FrameReader, vis: FrameReader, policy: PairingPolicy, end_s: float | None = None) -> None:
        """Read ``ir`` and ``vis`` up to the visible PTS ``end_s``, exclusive; None reads to the end."""
        self._ir = ir
        self._vis = vis
        self.policy = policy
        self.end_s = end_s
        self.counts = PairingCounts()
        self._ir_ended_at_s: float | None = None
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

    @property
    def notice(self) -> str:
        """That infrared ends before the visible stream; see `Pairs`."""
        if self._ir_ended_at_s is None:
            return ""
        end = f"{self._ir_ended_at_s:.2f} s"
        return f"infrared ends at {end}; the visible frames after it have no partner and were not fused"

    def count(self, start_s: float, end_s: float | None) -> None:
        """See `Pairs`: only reading tells which frames find a partner."""

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
                self._ir_ended_at_s = 0.0 if ir is None else ir.pts_s
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
