"""What a service says to systemd, by its socket: ready, alive, ending. Elsewhere nothing is said to nobody."""

import os
import re
import socket
from contextlib import suppress


def notify(*lines: str) -> None:
    """Send ``lines`` such as ``READY=1`` to who started this service, if somebody wants to hear of it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return
    where = f"\0{address[1:]}" if address.startswith("@") else address
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
        speaker.setblocking(False)
        speaker.sendto("\n".join(lines).encode(), where)


def watchdog_s() -> float | None:
    """Return how long this service may be silent before it is taken for dead, seconds; None: for ever."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    text = os.environ.get("WATCHDOG_USEC", "")
    return int(text) / 1e6 if re.fullmatch(r"[0-9]{1,18}", text) and int(text) else None
