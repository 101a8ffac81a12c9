"""The time of a recording of what someone watches: it runs on while they seek, loop and pause."""

import time
from collections.abc import Callable
from dataclasses import replace

from fusion_app.frames import FusedFrame

JUMP_S = 1.0
"""How much further a stream may get than the clock on the wall before that is a jump, not progress."""


class SessionClock:
    """A sink in front of a sink: hands frames on with a PTS that never jumps, neither back nor ahead.

    Progress of the source is kept exactly; a jump (a seek, a loop, a step while paused) becomes one period.
    """

    def __init__(self, sink: Callable[[FusedFrame], None], period_s: float) -> None:
        """Retime frames for ``sink``; ``period_s`` is the nominal time from one to the next."""
        self._sink = sink
        self._period_s = period_s
        self._offset_s = 0.0
        self._last: tuple[float, float] | None = None

    def __call__(self, fused: FusedFrame) -> None:
        """Hand ``fused`` on, in the time of the session."""
        now = time.monotonic()
        if self._last is not None:
            self._offset_s += self._jump(fused.pts_s, now)
        self._last = (fused.pts_s, now)
        vis = replace(fused.pair.vis, pts_s=fused.pts_s + self._offset_s)
        self._sink(replace(fused, pair=replace(fused.pair, vis=vis)))

    def _jump(self, pts_s: float, now: float) -> float:
        """Return what to add so that time goes on from the last frame."""
        assert self._last is not None  # noqa: S101 - the caller has looked
        progress, elapsed = pts_s - self._last[0], now - self._last[1]
        is_jump = progress <= 0 or progress > elapsed + JUMP_S
        return self._period_s - progress if is_jump else 0.0
