"""What holds from a program's first moment: where it reports to, and how a signal ends it.

Reporting never ends the work: a terminal that is gone, a full disk and a reader that has left lose what is said to
them, nothing else.
"""

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TextIO

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


class ForgivingFile(io.FileIO):
    """An open file to which nothing can fail to be written.

    Attributes:
        failure: Why something that was written is lost; None: nothing is.
    """

    failure: OSError | None = None

    def write(self, data: Any, /) -> int:
        """Write as much of ``data`` as can be written, and take all of it as written."""
        size = memoryview(data).nbytes
        try:
            written = super().write(data)
        except OSError as error:
            self.failure = error
            return size
        return size if written is None else written  # None: a reader who does not want to be waited for is too slow


def forgive_streams() -> None:
    """Let standard output and standard error take whatever is written; those that are closed lead nowhere."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if _is_closed(number):
            os.open(os.devnull, os.O_RDWR)  # takes this number, so that no video file gets it
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115
    sys.stdout, sys.stderr = _forgiving(sys.stdout), _forgiving(sys.stderr)


def report_failure() -> str:
    """Return why something that was printed on standard output is lost, or empty; a reader that has left wanted it so.

    Call it last: it writes out what is still to be written.
    """
    sys.stdout.flush()
    failure = getattr(getattr(getattr(sys.stdout, "buffer", None), "raw", None), "failure", None)
    return "" if failure is None or isinstance(failure, BrokenPipeError) else str(failure.strerror)


@contextmanager
def leaving_on_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the process at once, with one line, while nothing has begun that must be ended in order.

    As an exception it would come out of whatever library is being loaded, in whatever shape that gives it.
    """
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or previous in (signal.SIG_IGN, None):
        yield  # another thread has no signals; a job in the background of a script is not to heed this one
        return
    signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def say(*lines: str) -> None:
    """Print ``lines``; what file names may hold to steer a terminal is replaced."""
    for line in lines:
        print("".join(letter if letter.isprintable() or letter == "\t" else "\ufffd" for letter in line))


def say_interrupted() -> None:
    """Say in a line that Ctrl-C has ended the program."""
    print("interrupted", file=sys.stderr, flush=True)


def _leave(_number: int, _frame: FrameType | None) -> None:
    say_interrupted()
    os._exit(INTERRUPTED)


def _is_closed(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return True
    return False


def _forgiving(stream: TextIO) -> TextIO:
    """Return ``stream``, if it is the process's own, with a `ForgivingFile` under it."""
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    stream.reconfigure(errors="replace")  # a path must not end the program because a terminal cannot show it
    raw = getattr(stream.buffer, "raw", stream.buffer)
    if type(raw) is not io.FileIO or raw.fileno() not in (1, 2):
        return stream
    stream.flush()
    file = ForgivingFile(raw.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(file), stream.encoding, "replace", line_buffering=stream.line_buffering or raw.fileno() == 2
    )
