"""Videos read in step with another one: asked for a time, each gives the picture nearest to it."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

PERIODS = 3.0
"""So many periods from its time a picture still stands for it."""
PERIOD_S = 0.04
CLOSE_S = 1e-3


class Timed(Protocol):
    """Something with a time, seconds from the first one."""

    @property
    def pts_s(self) -> float:
        """The time."""


T = TypeVar("T", bound=Timed)


class InStep(Generic[T]):
    """Goes forward through the pictures of a video."""

    def __init__(self, pictures: Iterator[T]) -> None:
        """Take ``pictures``, whose times rise."""
        self._pictures = pictures
        self._now = next(pictures, None)
        self._next = next(pictures, None)
        self._period_s = PERIOD_S if self._now is None or self._next is None else self._next.pts_s - self._now.pts_s

    def at(self, pts_s: float) -> T | None:
        """Return the picture nearest to a time, None where none lies within three periods; times must not go back."""
        while self._now is not None and self._next is not None and self._is_next_nearer(self._now, self._next, pts_s):
            self._now, self._next = self._next, next(self._pictures, None)
        return self._now if self._now is not None and self._is_near(self._now, pts_s) else None

    @property
    def is_over(self) -> bool:
        """No other picture comes after the one that was given last."""
        return self._next is None

    def _is_near(self, picture: T, pts_s: float) -> bool:
        return abs(picture.pts_s - pts_s) <= PERIODS * self._period_s + CLOSE_S

    @staticmethod
    def _is_next_nearer(now: T, after: T, pts_s: float) -> bool:
        return abs(after.pts_s - pts_s) < abs(now.pts_s - pts_s)
