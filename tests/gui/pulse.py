"""How long the window was stuck: the pauses between two beats in the event loop."""

import time

import numpy as np
from PyQt6.QtCore import QTimer

BEAT_MS = 5


class Pulse:
    """Beats in the event loop; a long pause between two beats is a window that does not answer."""

    def __init__(self) -> None:
        self.gaps_s: list[float] = []
        self.busy_s: list[float] = []
        """Processor time of the GUI thread between two beats: what it costs itself, whatever else the machine does."""
        self._last, self._busy = time.monotonic(), time.thread_time()
        self.timer = QTimer()
        self.timer.timeout.connect(self._beat)
        self.timer.start(BEAT_MS)

    @property
    def longest_s(self) -> float:
        """The longest pause, seconds."""
        return max(self.gaps_s, default=0.0)

    def percentile_ms(self, percent: float) -> float:
        """Return a percentile of the pauses, milliseconds."""
        return float(np.percentile(self.gaps_s, percent)) * 1000

    def restart(self) -> None:
        """Forget the pauses so far."""
        self.gaps_s, self.busy_s = [], []
        self._last, self._busy = time.monotonic(), time.thread_time()

    def _beat(self) -> None:
        now, busy = time.monotonic(), time.thread_time()
        self.gaps_s.append(now - self._last)
        self.busy_s.append(busy - self._busy)
        self._last, self._busy = now, busy
