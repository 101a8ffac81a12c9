"""Pairs made ready in a thread of their own, a few ahead of the one being fused; for runs that take every frame.

Fusing is the slowest step of an export. What comes before it would otherwise wait for it, and it for that.
"""

import threading
from collections import deque
from collections.abc import Callable

from fusion_app.frames import FramePair
from fusion_app.pairing import PairReader

CAPACITY = 4


class PairsAhead:
    """Reads ``pairs`` as they are asked for, and a few more. Its thread begins with the first `read`."""

    def __init__(self, pairs: PairReader, prepare: Callable[[FramePair], FramePair]) -> None:
        """Hand out what ``prepare`` makes of each pair; it is called in the order of the pairs, in one thread."""
        self._pairs = pairs
        self._prepare = prepare
        self._changed = threading.Condition()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._ready: deque[FramePair] = deque()
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None
        self._is_over = False
        self._is_closing = False

    def read(self) -> FramePair | None:
        """Return the next pair, waiting for it, or None at the end.

        Raises:
            Exception: What reading or preparing the pair has raised.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="pairs", daemon=True)
            self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._is_over)
            if self._ready:
                pair = self._ready.popleft()
                self._changed.notify_all()
                return pair
            if self._error is not None:
                raise self._error
            return None

    def seek(self, pts_s: float) -> None:
        """Forget what was read ahead and continue at ``pts_s``."""
        self.close()
        self._begin_anew()
        self._pairs.seek(pts_s)

    def close(self) -> None:
        """End the thread; where it waits for its sources, they are to be cancelled before."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        error: Exception | None = None
        try:
            while (pair := self._pairs.read()) is not None and self._put(self._prepare(pair)):
                pass
        except Exception as caught:  # noqa: BLE001 - handed to whoever reads, behind the pairs before it
            error = caught
        with self._changed:
            self._error, self._is_over = error, True
            self._changed.notify_all()

    def _put(self, pair: FramePair) -> bool:
        """Hand over ``pair`` once there is room; tell whether to go on."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._ready) < CAPACITY or self._is_closing)
            self._ready.append(pair)
            self._changed.notify_all()
            return not self._is_closing
