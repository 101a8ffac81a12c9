"""Whether a live source is alive: by the age of its last new frame, for nothing else tells."""

from collections import deque
from statistics import median

STALL_S = 0.8
"""A source is silent once its last frame is this old: so its place is marked before a whole second is over."""

STALL_PERIODS = 3.0
"""A slow source is given this many of its own periods, if that is longer."""

WINDOW_S = 3.0
WINDOW_FRAMES = 256


class Pulse:
    """The arrivals of one source. Times are those of the monotonic clock, seconds."""

    def __init__(self) -> None:
        self._beats: deque[float] = deque(maxlen=WINDOW_FRAMES)
        self._stall_s = STALL_S

    def beat(self, now: float) -> None:
        """Note that a frame has come."""
        beats = self._beats
        if beats and now - beats[-1] > self._stall_s / 2:
            beats.clear()  # back again: the gap says nothing about the rate
        beats.append(now)
        while now - beats[0] > WINDOW_S and len(beats) > 4:
            beats.popleft()
        if len(beats) > 3:
            gaps = [beats[index] - beats[index - 1] for index in range(1, len(beats))]
            self._stall_s = max(STALL_S, STALL_PERIODS * median(gaps))

    def age_s(self, now: float) -> float | None:
        """Return the seconds since the last frame, or None if there was none."""
        return now - self._beats[-1] if self._beats else None

    def is_stalled(self, now: float) -> bool:
        """Tell whether the last frame is too old."""
        return bool(self._beats) and now - self._beats[-1] > self._stall_s

    def fps(self, now: float) -> float | None:
        """Return the frames per second of late; 0 if it has stalled, None before it is known."""
        if self.is_stalled(now):
            return 0.0
        if len(self._beats) < 3 or self._beats[-1] <= self._beats[0]:
            return None
        return (len(self._beats) - 1) / (self._beats[-1] - self._beats[0])
