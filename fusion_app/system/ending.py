"""How a program ends: which signals ask it to finish what it does, and what becomes of threads that hang."""

import logging
import os
import signal
import sys
import threading
import time
from multiprocessing import parent_process

PATIENCE_S = 1.0
"""How long threads that are left behind may take to end."""

HANGUP = getattr(signal, "SIGHUP", None)
"""A terminal has closed; Windows has no such signal."""


def ending_signals() -> tuple[signal.Signals, ...]:
    """Return those that are to be heeded here: a terminal's end is not where it is to be ignored (``nohup``)."""
    asks = [signal.SIGINT, signal.SIGTERM]
    if HANGUP is not None and signal.getsignal(HANGUP) is not signal.SIG_IGN:
        asks.append(HANGUP)
    return tuple(asks)


def ignore_interrupts() -> None:
    """Let Ctrl-C, which a terminal tells all processes, be the matter of the one that began this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_with_parent(leave_s: float = 0.0) -> None:
    """End this child with the program that began it, however that ends, at most ``leave_s`` later; nobody else would.

    While the program lives, it ends a child that is held up.
    """

    def wait() -> None:
        if (parent := parent_process()) is not None:
            parent.join()
            time.sleep(leave_s)
            os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def leave(code: int) -> int:
    """Return ``code``, or end the process with it at once where a thread hangs in a driver or is still computing.

    Call it last: whatever is worth waiting for has been waited for. A thread that comes back from a library while the
    interpreter is taken down is ended by Python from within that library's C++, which aborts the process ("terminate
    called without an active exception"): the work is done, and a script would read that it failed. Qt crashes, too.
    """
    deadline = time.monotonic() + PATIENCE_S
    others = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
    for thread in others:
        thread.join(max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() for thread in others):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code
