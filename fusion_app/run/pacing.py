"""When a played frame is due: real time runs from the first picture on, and what comes too late is skipped."""

import time
from collections.abc import Callable

LATE_S = 0.1
"""How late a played frame may still be shown; beyond it frames are skipped until the picture has caught up."""

PATIENCE_S = 0.25
"""How long frames are skipped without catching up before the run takes the time as it is."""


class Pacing:
    """The clock of a played file; of the runner's thread alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Measure time with ``clock``, seconds."""
        self._clock = clock
        self._speed = 1.0
        self._origin: tuple[float, float] | None = None
        """A moment of the clock, and the PTS that was due then."""
        self._skipping: tuple[float, float] | None = None
        """Since when frames are skipped, and how late the first of them was."""

    def begin_anew(self, speed: float = 1.0) -> None:
        """Let time run from the next picture on, ``speed`` seconds of the video in one of the clock."""
        self._origin, self._speed = None, speed

    def shown(self, pts_s: float) -> None:
        """Note that the frame of ``pts_s`` is shown now; a network's first frame takes longest, so time begins here."""
        if self._origin is None:
            self._origin = (self._clock(), pts_s)

    def due_s(self, pts_s: float) -> float | None:
        """Return when to show the frame of ``pts_s``, seconds of the clock; None if its time has passed."""
        now = self._clock()
        if self._origin is None:
            return now
        due = self._origin[0] + (pts_s - self._origin[1]) / self._speed
        if now > due + LATE_S:
            if self._is_catching_up(now, now - due):
                return None
            self._origin, due = (now, pts_s), now
        self._skipping = None
        return due

    def _is_catching_up(self, now: float, late_s: float) -> bool:
        """Tell whether skipping helps; where the source itself is slower than real time it would never end."""
        if self._skipping is None:
            self._skipping = (now, late_s)
        since, late_then_s = self._skipping
        return now - since < PATIENCE_S or late_s < late_then_s
