import threading
import time

import numpy as np
import pytest

from fusion_app.ahead import CAPACITY, PairsAhead
from fusion_app.frames import Frame, FramePair


class Pairs:
    """Pairs at 50 fps, as many as asked for; one of them may fail."""

    def __init__(self, count: int, fails_at: int = -1) -> None:
        self.reads = 0
        self._count = count
        self._fails_at = fails_at
        self._next = 0

    def read(self) -> FramePair | None:
        if self._next == self._fails_at:
            raise ValueError("no frame")
        if self._next >= self._count:
            return None
        self.reads += 1
        frame = Frame(np.zeros((2, 2), np.uint8), self._next / 50, self._next)
        self._next += 1
        return FramePair(frame, frame)

    def seek(self, pts_s: float) -> None:
        self._next = round(pts_s * 50)


def same(pair: FramePair) -> FramePair:
    return pair


def indices(ahead: PairsAhead, count: int) -> list[int]:
    return [pair.vis.index for _ in range(count) if (pair := ahead.read()) is not None]


def test_every_pair_is_prepared_once_in_order_in_a_thread_of_its_own() -> None:
    seen: list[tuple[int, str]] = []

    def note(pair: FramePair) -> FramePair:
        seen.append((pair.vis.index, threading.current_thread().name))
        return pair

    ahead = PairsAhead(Pairs(20), note)
    assert indices(ahead, 30) == list(range(20))
    assert ahead.read() is None
    assert seen == [(index, "pairs") for index in range(20)]
    ahead.close()


def test_only_a_few_pairs_are_kept_ready() -> None:
    pairs = Pairs(100)
    ahead = PairsAhead(pairs, same)
    assert pairs.reads == 0  # nobody has asked yet
    ahead.read()
    deadline = time.monotonic() + 5
    while pairs.reads < CAPACITY + 1 and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.05)
    assert CAPACITY + 1 <= pairs.reads <= CAPACITY + 2
    ahead.close()


def test_seeking_forgets_what_was_read_ahead() -> None:
    ahead = PairsAhead(Pairs(20), same)
    assert indices(ahead, 2) == [0, 1]
    ahead.seek(0.2)
    assert indices(ahead, 30) == list(range(10, 20))
    ahead.close()


def test_what_fails_is_raised_behind_the_pairs_before_it() -> None:
    ahead = PairsAhead(Pairs(20, fails_at=3), same)
    assert indices(ahead, 3) == [0, 1, 2]
    with pytest.raises(ValueError, match="no frame"):
        ahead.read()
    ahead.close()


def test_closing_ends_the_thread_whether_or_not_anybody_reads() -> None:
    ahead = PairsAhead(Pairs(1000), same)
    ahead.close()  # never read
    ahead = PairsAhead(Pairs(1000), same)
    ahead.read()
    ahead.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "pairs"]
