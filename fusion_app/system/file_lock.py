"""A lock on an open file, which the kernel takes from the dead: the living are told from those that were killed."""

import sys
import time


def lock(descriptor: int, patience_s: float = 0.0) -> bool:
    """Lock an open file as far as the system can; tell whether nobody else holds it any longer than ``patience_s``.

    On Windows nothing is locked and the answer is yes.
    """
    if sys.platform == "win32":
        return True
    import fcntl  # noqa: PLC0415 - POSIX only

    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True
