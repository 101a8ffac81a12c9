"""Recordings that were joined end to end: where the time of a file begins anew."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

RESTART_S = 1.0
"""How far time must fall back to be a new beginning whatever comes then."""
LEAST_PERIODS = 4.0
"""How far it must fall back to be one if it goes on from there; pictures out of order fall back less."""
NEXT_PERIODS = 1.5
"""So soon the next frame of a recording comes."""


def with_next(items: Iterable[T]) -> Iterator[tuple[T, T | None]]:
    """Yield each item with the one behind it; None behind the last."""
    before: list[T] = []
    for item in items:
        if before:
            yield before.pop(), item
        before.append(item)
    if before:
        yield before.pop(), None


def begins_anew(step_s: float, at_s: float | None, next_s: float | None, period_s: float) -> bool:
    """Tell whether a frame is the first of another recording, and not one with a wrong time.

    Args:
        step_s: Seconds from the frame before it.
        at_s: Its time on the clock of the file; None where nothing tells it.
        next_s: The same of the frame behind it.
        period_s: Nominal time between two frames.
    """
    if step_s < -RESTART_S:
        return True
    if at_s is None or next_s is None or step_s > -LEAST_PERIODS * period_s:
        return False
    return 0 < next_s - at_s < NEXT_PERIODS * period_s
