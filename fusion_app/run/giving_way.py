"""Under overload the display gives way first, the network's quality second, a recording never.

While a recording runs and the machine does not keep up, the window is handed every second or fourth frame only: what
painting costs goes to fusing and writing. Where that is not enough, automatic quality makes the network cheaper
(`run.quality`); where a model was chosen by hand, frames are lost, counted, and it is said. Without a recording
every frame is shown: pictures that nobody sees need not be fused.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from fusion_app.frames import FusedFrame

FLOOR_FPS = 5.0
"""Frames per second that stay to be seen."""

OVERLOAD_LAG = 0.1
"""Overload: the recorder's queue is fuller than this."""

OVERLOAD_LOST = 0.08
"""Overload, too: of the latest frames more than this share was lost because nobody was free to fuse them."""

OVERLOAD_S = 2.0
"""What has passed before is a hiccup, as when a recording begins: painting, a tenth of a core, would not mend it."""

SETTLE_S = 1.0
"""A change needs so long to show its effect; only then anything else gives way."""

PATIENCE_S, LONGEST_PATIENCE_S = 5.0, 80.0
"""The display comes back after so long a calm, twice as long each time that it was too early."""

OVERRUN_S = 5.0
"""An overload that lasts so long when all has been given is told."""

WINDOW, FEWEST = 30, 15
"""Frames that are looked at, and how many are needed at least."""


@dataclass(frozen=True)
class Load:
    """How a session that records keeps up.

    Attributes:
        lost: Frames that could not be fused in time, as a share of all.
        lag: How full the recorder's queue is, 0…1.
        fps: Frames fused per second.
    """

    lost: float
    lag: float
    fps: float

    @property
    def is_over(self) -> bool:
        """Frames are being lost, or will be."""
        return self.lost > OVERLOAD_LOST or self.lag > OVERLOAD_LAG


@dataclass(frozen=True)
class Display:
    """How much is shown; it knows no clock.

    Attributes:
        stride: Of so many frames one is shown.
        patience_s: How long a calm must last before more is shown.
        has_come_back: The last change showed more than before.
    """

    stride: int = 1
    patience_s: float = PATIENCE_S
    has_come_back: bool = False

    def can_give_way(self, fps: float) -> bool:
        """Tell whether half of what is shown of ``fps`` is still enough to see by."""
        return fps >= 2 * self.stride * FLOOR_FPS

    def next(self, load: Load, settled_s: float, lasted_s: float) -> "Display":
        """Return how much to show from now on: the same, half, or twice as much.

        Args:
            load: How the session keeps up.
            settled_s: Seconds since the last change.
            lasted_s: How much of them, up to now, it has been overload, or has been none.
        """
        if self.stride > 1 and load.fps < self.stride * FLOOR_FPS * 0.7:
            return replace(self, stride=self.stride // 2)  # what is left is so little that painting it costs nothing
        if load.is_over:
            must_give = lasted_s >= OVERLOAD_S and self.can_give_way(load.fps)
            return self._giving_way(settled_s) if must_give else self
        if self.stride > 1 and lasted_s >= self.patience_s:
            return replace(self, stride=self.stride // 2, has_come_back=True)
        return self

    def _giving_way(self, settled_s: float) -> "Display":
        patience_s = self.patience_s
        if self.has_come_back:  # too early, unless it went well for long
            patience_s = min(2 * patience_s, LONGEST_PATIENCE_S) if settled_s < LONGEST_PATIENCE_S else PATIENCE_S
        return Display(2 * self.stride, patience_s)


class DisplayKeeper:
    """A sink that watches how a session keeps up while it records, and says how much of it a window is to show."""

    def __init__(
        self,
        lag: Callable[[], float | None],
        lost: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Watch; ``lag`` and ``lost`` are asked with every frame.

        Args:
            lag: How full the recorder's queue is, 0…1; None while nothing is recorded.
            lost: Frames that could not be fused in time, so far.
            clock: What time is taken by, seconds.
        """
        self.is_shown = False
        """A window shows the session; it is what can give way."""
        self._lag = lag
        self._lost = lost
        self._clock = clock
        self._display = Display()
        self._load: Load | None = None
        self._since = -SETTLE_S
        self._turned = 0.0
        self._overrun_since: float | None = None
        self._times: deque[tuple[float, int]] = deque(maxlen=WINDOW)

    @property
    def stride(self) -> int:
        """Of so many frames the window shows one."""
        return self._display.stride

    def has_to_give(self) -> bool:
        """Tell whether the display gives way before the network's quality: it still can, or its last step is fresh."""
        if not self.is_shown or self._lag() is None:
            return False
        if self._load is None:
            return True  # a recording has just begun
        is_fresh = self.stride > 1 and self._clock() - self._since < SETTLE_S
        return is_fresh or self._display.can_give_way(self._load.fps)

    @property
    def is_overrun(self) -> bool:
        """The display has given what it can, and still frames are being lost, for long by now."""
        return self._overrun_since is not None and self._clock() - self._overrun_since > OVERRUN_S

    def __call__(self, _: FusedFrame) -> None:
        """Note that a frame was fused, and decide."""
        lag = self._lag()
        if lag is None:  # nothing is recorded
            self._change(Display())
            self._load = self._overrun_since = None
            self._times.clear()
            return
        self._times.append((self._clock(), self._lost()))
        if len(self._times) >= FEWEST:
            self._decide(self._measured(lag))

    def _decide(self, load: Load) -> None:
        now, before = self._clock(), self._load
        self._load = load
        if before is None or load.is_over != before.is_over:
            self._turned = now
        if self.is_shown:
            self._change(self._display.next(load, now - self._since, now - max(self._since, self._turned)))
        if not load.is_over or self.has_to_give():
            self._overrun_since = None
        elif self._overrun_since is None:
            self._overrun_since = now

    def _change(self, display: Display) -> None:
        if display.stride != self._display.stride:
            self._since = self._clock()
            self._times.clear()  # what follows is measured anew
        self._display = display

    def _measured(self, lag: float) -> Load:
        (first_s, lost_first), (last_s, lost_last) = self._times[0], self._times[-1]
        count, lost = len(self._times) - 1, lost_last - lost_first
        fps = count / (last_s - first_s) if last_s > first_s else 0.0
        return Load(lost / (count + lost), lag, fps)
