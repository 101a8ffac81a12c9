"""Free space where a recording goes: watched while it runs, so that it ends while it can still be finished."""

import shutil
import time
from pathlib import Path

from fusion_app.errors import RecordingError
from fusion_app.settings import RecordingSettings

MEGABYTE = 1_000_000
PERIOD_S = 1.0


class DiskWatch:
    """Looks at the free space of ``folder`` at most once a second."""

    def __init__(self, folder: Path, settings: RecordingSettings) -> None:
        self._folder = folder
        self._warn = settings.warn_free_mb * MEGABYTE
        self._stop = settings.stop_free_mb * MEGABYTE
        self._looked_at = -PERIOD_S
        self.free = 0
        """Bytes, as last seen."""
        self.check()

    @property
    def usable(self) -> int:
        """Bytes that may still be written before the recording ends."""
        return max(0, self.free - self._stop)

    @property
    def warning(self) -> str:
        """One sentence when space was short at the last `check`, else empty; from any thread, never waiting."""
        return f"only {megabytes(self.free)} are left on the disk of the recording" if self.free < self._warn else ""

    def check(self) -> None:
        """Look, if it is time to.

        Raises:
            RecordingError: So little is left that a recording must end now.
        """
        self._look()
        if self.free < self._stop:
            raise RecordingError(
                f"only {megabytes(self.free)} are left in {self._folder}, so the recording ends here, complete; "
                "free some space or choose another folder"
            )

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < PERIOD_S:
            return
        self._looked_at = now
        try:
            self.free = shutil.disk_usage(self._folder).free
        except OSError as error:
            raise RecordingError(
                f"{self._folder} cannot be reached any more ({error.strerror}); check the disk"
            ) from error


def megabytes(size: int) -> str:
    """Return a size in bytes for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1_000 * MEGABYTE else f"{size / MEGABYTE:.0f} MB"
