"""How long work shows itself on a terminal, and how Ctrl-C ends it in order."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from tqdm import tqdm


class ProgressBar:
    """Frames done, frames per second and the time that is left, from the first frame on."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: tqdm[NoReturn] | None = None

    def __call__(self, done: int, expected: int | None) -> None:
        """Show ``done`` frames of ``expected`` (None: unknown)."""
        if self._bar is None:
            tqdm.monitor_interval = 0  # with miniters=1 nothing is left for its thread to do
            self._bar = tqdm(unit=" frames", disable=self._quiet, dynamic_ncols=True, desc="fusing", miniters=1)
        bar = self._bar
        bar.total = max(done, expected) if expected else None
        bar.update(done - bar.n)

    def close(self) -> None:
        """Leave the line as it is."""
        if self._bar is not None:
            self._bar.close()


@contextmanager
def interruptible(cancel: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C set ``cancel``; a second one interrupts at once."""

    def request(_signal: int, _frame: FrameType | None) -> None:
        cancel.set()
        signal.signal(signal.SIGINT, previous)

    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, request)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
