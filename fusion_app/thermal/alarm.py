"""Whether something is too hot or too cold: one answer for the window, for events and for brokers."""

import time
from collections.abc import Callable
from enum import Enum

from fusion_app.frames import FusedFrame
from fusion_app.thermal.heat import AlarmSettings, measured

CALM_S = 1.0
"""So long nothing may be beyond the threshold before an alarm is over, so that it does not go on and off."""


class Unwatched(Enum):
    """Why nothing can be watched."""

    NO_PICTURE = "infrared has not come yet"
    LOST = "infrared is lost"
    UNIT = "the camera does not measure in the unit of the alarm"


def seen_by(alarm: AlarmSettings, fused: FusedFrame) -> float | Unwatched | None:
    """Return the hottest or coldest value of a frame in the unit of ``alarm``; None while the shutter is closed."""
    if fused.thermal is None or fused.pair.ir.index < 0:
        return Unwatched.NO_PICTURE
    if fused.pair.lost == "ir":
        return Unwatched.LOST
    if fused.is_nuc:
        return None
    value = measured(fused.thermal, alarm)
    return Unwatched.UNIT if value is None else value


def extreme_of(alarm: AlarmSettings) -> Callable[..., float]:
    """Return what picks of some values the one that matters to ``alarm``: `max` or `min`."""
    return max if alarm.side == "above" else min


class AlarmState:
    """Whether there is an alarm, judged by one value after the other.

    Attributes:
        is_on: Something is beyond the threshold, or was less than `CALM_S` ago; None while nothing is watched.
        value: What was judged last; None while nothing is watched.
        why: Why nothing is watched, or None.
    """

    def __init__(self, settings: AlarmSettings) -> None:
        self.settings = settings
        self.is_on: bool | None = None
        self.value: float | None = None
        self.why: Unwatched | None = None
        self._beyond_s = 0.0

    @property
    def is_beyond(self) -> bool:
        """What was judged last lies beyond the threshold."""
        threshold = self.settings.threshold
        if self.value is None:
            return False
        return self.value > threshold if self.settings.side == "above" else self.value < threshold

    def judge(self, seen: float | Unwatched | None) -> None:
        """Judge what `seen_by` has returned; None changes nothing."""
        if isinstance(seen, Unwatched):
            self.is_on, self.value, self.why = None, None, seen
        elif seen is not None:
            self._judge(seen)

    def _judge(self, value: float) -> None:
        self.value, self.why = value, None
        at_s = time.monotonic()
        if self.is_beyond:
            self.is_on, self._beyond_s = True, at_s
        elif self.is_on is None or at_s - self._beyond_s > CALM_S:
            self.is_on = False
