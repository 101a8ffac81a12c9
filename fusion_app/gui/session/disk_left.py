"""What the disk for recordings has left, asked aside: a share that does not answer must not stop the window."""

import shutil
import threading
import time
from pathlib import Path

PERIOD_S = 5.0


class DiskLeft:
    """Looks every few seconds, in a thread of its own, as long as somebody wants to know."""

    def __init__(self) -> None:
        self._folder = Path()
        self._free: int | None = None
        self._asked_s = -PERIOD_S
        self._thread: threading.Thread | None = None

    def look(self, folder: Path) -> int | None:
        """Return the free bytes where ``folder`` is, or will be, as last seen; None while they are not known."""
        if folder != self._folder:
            self._folder, self._free, self._asked_s = folder, None, -PERIOD_S
        is_asking = self._thread is not None and self._thread.is_alive()
        if not is_asking and time.monotonic() - self._asked_s >= PERIOD_S:
            self._asked_s = time.monotonic()
            self._thread = threading.Thread(target=self._ask, args=(folder,), name="disk", daemon=True)
            self._thread.start()
        return self._free

    def _ask(self, folder: Path) -> None:
        free = _free(folder)
        if folder == self._folder:
            self._free = free


def _free(folder: Path) -> int | None:
    folder = folder.absolute()
    try:
        return shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free
    except OSError:
        return None
