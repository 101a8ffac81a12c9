"""What the lanes of a wall take from: the newest pair and no other, so that nothing piles up behind a slow model."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fusion_app.frames import FusedFrame


@dataclass(frozen=True)
class Turn:
    """A pair to be fused.

    Attributes:
        fused: As the session has fused it.
        number: How many pairs the wall has been offered until then.
        arrived_s: When, seconds of the monotonic clock.
        has_difference: What infrared adds is to be seen.
    """

    fused: FusedFrame
    number: int
    arrived_s: float
    has_difference: bool = False


class Offer:
    """The newest pair, and what all lanes have to heed; every method may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._newest: FusedFrame | None = None
        self._held: FusedFrame | None = None
        self._number, self._opened = 0, 0
        self.arrived_s = 0.0
        self.is_closed = self.is_resting = False
        self._has_difference = False

    def put(self, fused: FusedFrame) -> None:
        """Offer ``fused`` instead of the one before; what comes while the lanes are held or at rest is not counted."""
        with self._changed:
            if self._held is None:
                self._newest, self.arrived_s = fused, time.monotonic()
                self._number += not self.is_resting
            self._changed.notify_all()

    def hold(self, fused: FusedFrame | None) -> None:
        """Offer ``fused`` and nothing else; None goes on with what comes."""
        with self._changed:
            self._held, self._newest = fused, fused or self._newest
            self._changed.notify_all()

    def rest(self, is_resting: bool) -> None:
        """Offer nothing for the time being; or go on."""
        with self._changed:
            self.is_resting = is_resting
            self._changed.notify_all()

    def show_difference(self, is_on: bool) -> None:
        """Have the lanes make what infrared adds, too."""
        with self._changed:
            self._has_difference = is_on
            self._changed.notify_all()

    def close(self) -> None:
        """Offer nothing any more."""
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()

    def next(self, owes: Callable[[Turn], float | None]) -> Turn | None:
        """Wait until a lane has something to do; None once the wall is closed.

        Args:
            owes: Returns in how many seconds there is something to do for a pair; None: nothing.
        """
        with self._changed:
            while not self.is_closed:
                turn = self._turn()
                wait_s = owes(turn) if turn is not None else None
                if wait_s == 0:
                    return turn
                self._changed.wait(wait_s)
            return None

    @contextmanager
    def opening(self, rank: int) -> Iterator[bool]:
        """Open a model once ``rank`` others are open: small ones first, so that none waits for a large one.

        What it yields says whether the model is still wanted.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.is_closed or self._opened >= rank)
        try:
            yield not self.is_closed
        finally:
            with self._changed:
                self._opened += 1
                self._changed.notify_all()

    def _turn(self) -> Turn | None:
        if self._newest is None or self.is_resting:
            return None
        return Turn(self._newest, self._number, self.arrived_s, self._has_difference)
