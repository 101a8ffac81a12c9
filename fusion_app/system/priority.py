"""How readily this process gives way to others."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MOST = 19
_BELOW_NORMAL, _NORMAL = 0x4000, 0x20


@contextmanager
def giving_way(nice: int) -> Iterator[None]:
    """Give way to other processes meanwhile; afterwards as before, where the system lets a process take that back.

    Args:
        nice: 0 (not at all) to 19 (they have all they want), as POSIX counts. A process that gives way more already
            stays as it is. Windows knows one step: any but 0 is "below normal".
    """
    if sys.platform == "win32":
        with _windows(nice):
            yield
        return
    before = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, max(before, min(nice, MOST)))
    try:
        yield
    finally:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, before)


@contextmanager
def _windows(nice: int) -> Iterator[None]:
    """As `giving_way`; written from the documentation and never run."""
    import ctypes  # noqa: PLC0415

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    if nice > 0:
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
    try:
        yield
    finally:
        if nice > 0:
            kernel.SetPriorityClass(kernel.GetCurrentProcess(), _NORMAL)
