"""The file that says: a recording is being written here. What dies leaves it behind; who looks can tell the two apart.

On POSIX the living hold a lock on it, which the kernel takes from the dead. Windows does not let go of a file that is
open, so the living are those whose file cannot be renamed.
"""

import os
import sys
from pathlib import Path

SUFFIX = ".recording"
FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
"""A link to somewhere else is no marker file."""


class MarkerFile:
    """``NAME.recording`` beside ``video``, for as long as the video is being written."""

    def __init__(self, video: Path) -> None:
        self._path = video.with_suffix(SUFFIX)
        self._descriptor: int | None = os.open(self._path, FLAGS | os.O_CREAT, 0o644)
        _lock(self._descriptor)

    def remove(self) -> None:
        """The video is finished. Needs no space on a full disk; a second call does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            if sys.platform == "win32":
                os.close(descriptor)
                self._path.unlink(missing_ok=True)
            else:  # unlocked last, so that nobody takes it for the one of a dead process
                self._path.unlink(missing_ok=True)
                os.close(descriptor)


def claim(video: Path) -> None:
    """Take the name of ``video`` before anything of it is written: its marker file is there, and nobody's yet.

    Raises:
        FileExistsError: Somebody else was faster.
        OSError: The folder cannot be written to.
    """
    os.close(os.open(video.with_suffix(SUFFIX), FLAGS | os.O_CREAT | os.O_EXCL, 0o644))


def is_abandoned(path: Path) -> bool:
    """Tell whether whoever wrote the marker file ``path`` is gone."""
    try:
        if sys.platform == "win32":
            path.rename(path)
            return True
        descriptor = os.open(path, FLAGS)
    except OSError:
        return False  # gone meanwhile, or held
    try:
        return _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock an open file as far as the system can; tell whether nobody else holds it."""
    if sys.platform == "win32":
        return True
    import fcntl  # noqa: PLC0415 - POSIX only

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
