"""What a service says to systemd, by its socket: ready, alive, ending. Elsewhere nothing is said to nobody."""

import os
import re
import socket

WAIT_S = 1.0
"""So long whoever listens may take; the queue of such a socket is short."""


def notify(*lines: str) -> str:
    """Send ``lines`` such as ``READY=1`` to who started this service, if somebody wants to hear of it.

    Returns:
        Why they could not be told, in a few words; empty where they were, or nobody wants to hear.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return ""
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return f"NOTIFY_SOCKET is {address!r}, which is no socket that this program can speak to"
    where = f"\0{address[1:]}" if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
            speaker.settimeout(WAIT_S)
            speaker.sendto("\n".join(lines).encode(), where)
    except OSError as error:
        return f"NOTIFY_SOCKET is {address!r}: {error.strerror or error}"
    return ""


def watchdog_s() -> float | None:
    """Return how long this service may be silent before it is taken for dead, seconds; None: for ever."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    text = os.environ.get("WATCHDOG_USEC", "")
    return int(text) / 1e6 if re.fullmatch(r"[0-9]{1,18}", text) and int(text) else None
