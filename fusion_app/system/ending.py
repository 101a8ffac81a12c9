"""Which signals ask a program to finish what it does and go."""

import signal

HANGUP = getattr(signal, "SIGHUP", None)
"""A terminal has closed; Windows has no such signal."""


def ending_signals() -> tuple[signal.Signals, ...]:
    """Return those that are to be heeded here: a terminal's end is not where it is to be ignored (``nohup``)."""
    asks = [signal.SIGINT, signal.SIGTERM]
    if HANGUP is not None and signal.getsignal(HANGUP) is not signal.SIG_IGN:
        asks.append(HANGUP)
    return tuple(asks)
