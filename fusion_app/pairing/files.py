"""Two recordings become pairs by PTS. The visible one leads: each frame gets the infrared frame nearest in time.

Within the tolerance a pair is simply a pair. Beyond it the infrared frame before is held and the pair is marked: a
picture lasts until the next one, however long that takes. Only behind the last infrared frame, and before the first,
visible frames are dropped after three periods, and counted. For live streams see `live`.
"""

import math
from dataclasses import replace

from fusion_app.frames import Frame, FramePair
from fusion_app.pairing.base import FrameReader, PairingPolicy, Recorded

CLOSE_S = 0.0005
"""Times nearer than this are the same: files round."""


class PairStream(Recorded):
    """Reads two files in step, as `Pairs`; see the module's text for the rules."""

    def __init__(self, ir: FrameReader, vis: FrameReader, policy: PairingPolicy, end_s: float | None = None) -> None:
        """Read ``ir`` and ``vis`` up to the visible PTS ``end_s``, exclusive; None reads to the end."""
        super().__init__(policy, end_s)
        self._ir = ir
        self._vis = vis
        self._ir_ended_at_s: float | None = None
        """PTS of the last infrared frame, once visible frames were left without a partner after it."""
        self._last_vis_s: float | None = None
        self._last_ir_s: float | None = None
        """PTS of the last infrared frame that was read, as its file has it."""
        self._from_s = -math.inf
        self._forget()

    def _forget(self) -> None:
        self._now: Frame | None = None
        self._next: Frame | None = None
        self._is_now_used = self._is_next_used = True
        self._ir_is_over = False

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
            self._last_vis_s = vis.pts_s
            ir = self._shown_at(vis.pts_s)
            if ir is not None:
                return self._pair(ir, vis)
            self._count(dropped=1)
            if self._ir_is_over and self._next is None:
                self._ir_ended_at_s = 0.0 if self._now is None else self._now.pts_s
                break
        return None

    def seek(self, pts_s: float) -> None:
        """Continue at the first visible frame not before ``pts_s``; counts go on."""
        self._vis.seek(pts_s)
        self._from_s = pts_s
        back_s = self.policy.hold_s  # the infrared frame that is shown may lie before the visible one, even far before
        begin_s = self._ir_from(pts_s, back_s)
        while self.policy.lasts and begin_s > 0 and self._next is not None and self._next.pts_s > pts_s:
            back_s *= 4
            begin_s = self._ir_from(pts_s, back_s)

    def _ir_from(self, pts_s: float, back_s: float) -> float:
        """Read infrared from ``back_s`` before ``pts_s`` on, or from its begin; return where that is in its file."""
        self._forget()
        begin_s = max(0.0, pts_s - self.policy.offset_s - back_s)
        self._ir.seek(begin_s)
        self._next = self._read_ir()
        return begin_s

    @property
    def unused(self) -> int:
        """Infrared frames read so far that no visible frame was paired with."""
        waiting = ((self._now, self._is_now_used), (self._next, self._is_next_used))
        return self.counts.unused + sum(self._is_missed(frame, is_used=is_used) for frame, is_used in waiting)

    def left_over(self) -> tuple[int, int]:
        """Return what was not paired once `read` has come to its end, beside what `counts` says was dropped.

        Returns:
            Visible frames up to `end_s` that were not read, because infrared had ended; infrared frames that belong to
            no visible frame. Whoever set an end does not ask for infrared behind it: 0 then.
        """
        vis = _between(self._vis, self._last_vis_s, self.end_s) if self._ir_ended_at_s is not None else 0
        return vis, 0 if self.end_s is not None else self.unused + _between(self._ir, self._last_ir_s, None)

    def _shown_at(self, pts_s: float) -> Frame | None:
        """Return the infrared frame for a visible one of ``pts_s``, or None where there is none."""
        nearest, now = self._nearest(pts_s), self._now
        if nearest is None or abs(nearest.pts_s - pts_s) <= self.policy.tolerance_s:
            return nearest
        if now is not None and self._next is not None and self.policy.lasts:
            return now
        return nearest if abs(nearest.pts_s - pts_s) <= self.policy.hold_s else None

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
        self._count(unused=self._is_missed(self._now, is_used=self._is_now_used))
        self._now, self._next = self._next, None
        self._is_now_used = self._is_next_used

    def _is_missed(self, frame: Frame | None, *, is_used: bool) -> int:
        return int(frame is not None and not is_used and frame.pts_s >= self._from_s)

    def _read_ir(self) -> Frame | None:
        frame = None if self._ir_is_over else self._ir.read()
        if frame is None:
            self._ir_is_over = self._ir.is_over
            return None
        self._last_ir_s, self._is_next_used = frame.pts_s, False
        return replace(frame, pts_s=frame.pts_s + self.policy.offset_s)

    def _pair(self, ir: Frame, vis: Frame) -> FramePair:
        if ir is self._now:
            self._is_now_used = True
        else:
            self._is_next_used = True
        is_held = abs(ir.pts_s - vis.pts_s) > self.policy.tolerance_s
        self._count(paired=1, held=int(is_held))
        return FramePair(ir, vis, is_held)

    def _count(self, paired: int = 0, held: int = 0, dropped: int = 0, unused: int = 0) -> None:
        c = self.counts
        self.counts = replace(
            c, paired=c.paired + paired, held=c.held + held, dropped=c.dropped + dropped, unused=c.unused + unused
        )


def _between(reader: FrameReader, after_s: float | None, before_s: float | None) -> int:
    """Return how many frames come after one time and before another; 0 where that is not known."""
    count = reader.count_after(-1.0 if after_s is None else after_s) or 0
    beyond = 0 if before_s is None else reader.count_after(before_s - CLOSE_S) or 0
    return max(0, count - beyond)
