"""How long work shows itself on a terminal, and how Ctrl-C ends it in order."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from tqdm import tqdm

from fusion_app.system.ending import HANGUP, ending_signals


class ProgressBar:
    """Frames done, frames per second and the time that is left, from the first frame on."""

    def __init__(self, *, quiet: bool, unit: str = "frames", verb: str = "fusing") -> None:
        """Count ``unit`` under ``verb``; without a word where ``quiet``."""
        self._quiet = quiet
        self._unit, self._verb = unit, verb
        self._bar: tqdm[NoReturn] | None = None

    def __call__(self, done: int, expected: int | None) -> None:
        """Show ``done`` frames of ``expected`` (None: unknown)."""
        if self._bar is None:
            tqdm.monitor_interval = 0  # with miniters=1 nothing is left for its thread to do
            self._bar = tqdm(
                unit=f" {self._unit}", disable=self._quiet, dynamic_ncols=True, desc=self._verb, miniters=1
            )
        bar = self._bar
        bar.total = max(done, expected) if expected else None
        bar.update(done - bar.n)

    def close(self) -> None:
        """Leave the line as it is."""
        if self._bar is not None:
            self._bar.close()


class ProgressLine:
    """One line of text that changes in place on a terminal; elsewhere a new line now and then."""

    EVERY_S = 60.0

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._is_terminal = sys.stderr.isatty()
        self._said_at = 0.0
        self._width = 0

    def __call__(self, text: str) -> None:
        """Show ``text``."""
        now = time.monotonic()
        if self._quiet or now - self._said_at < (0.2 if self._is_terminal else self.EVERY_S):
            return
        self._said_at = now
        if self._is_terminal:
            print(f"\r{text:<{self._width}}", end="", file=sys.stderr, flush=True)
            self._width = len(text)
        else:
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Leave the line as it is."""
        if self._width:
            print(file=sys.stderr)


@contextmanager
def interruptible(cancel: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM set ``cancel``; a second one interrupts at once.

    A terminal that closes does as SIGTERM does, however often it says so; unless it was to be ignored (``nohup``).
    """
    heard: set[int] = set()

    def request(number: int, _frame: FrameType | None) -> None:
        cancel.set()
        heard.add(number)
        if number != HANGUP:
            signal.signal(number, previous[signal.Signals(number)])

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {number: signal.getsignal(number) for number in ending_signals()}
    for number in previous:
        signal.signal(number, request)
    try:
        yield
    finally:
        for number, handler in previous.items():
            # A terminal that is gone may say so once more, when all is done and nothing is left to be ended.
            signal.signal(number, signal.SIG_IGN if number == HANGUP and number in heard else handler)
