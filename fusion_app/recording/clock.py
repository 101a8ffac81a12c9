"""The time of a recording of what someone watches: it runs on while they seek, loop and pause."""

import time
from dataclasses import replace

from fusion_app.frames import FusedFrame

JUMP_S = 1.0
"""How much further a stream may get than the clock on the wall before that is a jump, not progress."""


LEAST_S = 0.001
"""Least time from one frame to the next: what Matroska can tell apart."""


class SessionClock:
    """Gives frames a PTS that never falls back; the skew of a pair stays what it is.

    A live frame's time is that of the machine and is kept as it is. Of a played file the progress is kept exactly; a
    jump (a seek, a loop, a step while paused) becomes one period.
    """

    def __init__(self, period_s: float, *, is_live: bool = False) -> None:
        """Take ``period_s`` as the nominal time from one frame to the next."""
        self._period_s = period_s
        self._is_live = is_live
        self._offset_s = 0.0
        self._last: tuple[float, float] | None = None

    def __call__(self, fused: FusedFrame) -> FusedFrame:
        """Return ``fused`` in the time of the session."""
        now = time.monotonic()
        pair = fused.pair
        # Once the visible camera is silent its last frame is repeated: time goes on with the infrared one.
        pts_s = pair.ir.pts_s if pair.lost == "vis" else pair.vis.pts_s
        shift_s = self._live_shift(pts_s) if self._is_live else self._played_shift(pts_s, now)
        self._last = (pts_s + shift_s, now)
        ir = replace(pair.ir, pts_s=pair.ir.pts_s + shift_s)
        vis = replace(pair.vis, pts_s=pts_s + shift_s)
        return replace(fused, pair=replace(pair, ir=ir, vis=vis))

    def _live_shift(self, pts_s: float) -> float:
        """Return what to add to a frame of the other camera that is a little older, once the first is lost or back."""
        return 0.0 if self._last is None else max(0.0, self._last[0] + LEAST_S - pts_s)

    def _played_shift(self, pts_s: float, now: float) -> float:
        """Return what to add so that time goes on from the last frame."""
        if self._last is not None:
            progress, elapsed = pts_s + self._offset_s - self._last[0], now - self._last[1]
            is_jump = progress <= 0 or progress > elapsed + JUMP_S
            self._offset_s += self._period_s - progress if is_jump else 0.0
        return self._offset_s
