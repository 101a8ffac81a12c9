"""Work spread over processes whose results come back in order, however many there are."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

import cv2

from fusion_app.errors import PairingError

AHEAD = 2
"""Pieces that each process may have waiting: enough that none is idle, few enough for the memory."""

MOST = 61
"""Windows waits for no more processes at once."""

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def in_order(work: Callable[[Piece], Result], pieces: Iterable[Piece], jobs: int) -> Iterator[Result]:
    """Yield ``work(piece)`` of each piece, in the order of ``pieces``; the first error ends it.

    Whoever stops listening, by Ctrl-C or an error, ends the processes at once.

    Args:
        work: A function of a module.
        pieces: Read as they are needed, in this process.
        jobs: How many processes, `MOST` of them at most; 1 works in this one.

    Raises:
        PairingError: A process was ended from outside.
    """
    jobs = min(jobs, MOST)
    if jobs == 1:
        yield from map(work, pieces)
        return
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _begin)
    is_done = False
    try:
        waiting: deque[Future[Result]] = deque()
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) > AHEAD * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
        is_done = True
    except BrokenProcessPool:
        raise PairingError("a process that measured was ended, perhaps for want of memory; give fewer --jobs") from None
    finally:
        for child in set() if is_done else set(multiprocessing.active_children()) - others:
            child.kill()
        pool.shutdown(wait=is_done, cancel_futures=True)


def _begin() -> None:
    """Prepare a process: Ctrl-C ends it without a word, and it uses one core."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    cv2.setNumThreads(1)
