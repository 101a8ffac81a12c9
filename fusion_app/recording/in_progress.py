"""The file that says: a recording is being written here. What dies leaves it behind; who looks can tell the two apart.

On POSIX the living hold a lock on it, which the kernel takes from the dead. Windows does not let go of a file that is
open, so the living are those whose file cannot be renamed.
"""

import os
import sys
from pathlib import Path

from fusion_app.system.file_lock import lock

SUFFIX = ".recording"
FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
"""A link to somewhere else is no marker file."""
GLANCE_S = 0.2
"""Who only looks whether a file is held holds it himself, for less than this."""

_claimed: "dict[Path, MarkerFile]" = {}
"""Marker files that this process holds for recordings which wait for their first frame."""


class MarkerFile:
    """``NAME.recording`` beside a video, held for as long as the video is being written: `begin` or `adopt` one."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor: int | None = descriptor

    def remove(self) -> None:
        """The video is finished. Needs no space on a full disk; a second call does nothing."""
        if self._descriptor is None:
            return
        if sys.platform == "win32":
            self.release()
            self._path.unlink(missing_ok=True)
        else:  # unlocked last, so that nobody takes it for the one of a dead process
            self._path.unlink(missing_ok=True)
            self.release()

    def release(self) -> None:
        """Leave the file as that of a video which is not finished, for somebody else to adopt."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def begin(video: Path) -> MarkerFile:
    """Hold the marker file of ``video``, which is about to be written.

    Raises:
        OSError: The folder cannot be written to.
    """
    path = video.with_suffix(SUFFIX)
    if (held := _claimed.pop(path, None)) is not None:
        if path.exists():
            return held
        held.release()
    return _held(path, os.O_CREAT)


def adopt(video: Path) -> MarkerFile | None:
    """Hold the marker file that somebody left who died over ``video``; None if it is gone or somebody else holds it."""
    path = video.with_suffix(SUFFIX)
    if sys.platform == "win32" and not is_abandoned(path):
        return None
    try:
        descriptor = os.open(path, FLAGS)
    except OSError:
        return None
    held = MarkerFile(path, descriptor)
    if lock(descriptor, GLANCE_S) and path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
        return held
    held.release()
    return None


def claim(video: Path) -> None:
    """Take the name of ``video`` before anything of it is written, and hold its marker file for `begin`.

    Raises:
        FileExistsError: Somebody else was faster.
        OSError: The folder cannot be written to.
    """
    path = video.with_suffix(SUFFIX)
    _claimed[path] = _held(path, os.O_CREAT | os.O_EXCL)


def give_up(video: Path) -> None:
    """Take the marker file of ``video`` away, whoever made it."""
    path = video.with_suffix(SUFFIX)
    if (held := _claimed.pop(path, None)) is not None:
        held.remove()
    path.unlink(missing_ok=True)


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
        return lock(descriptor)
    finally:
        os.close(descriptor)


def _held(path: Path, more: int) -> MarkerFile:
    descriptor = os.open(path, FLAGS | more, 0o644)
    lock(descriptor, GLANCE_S)
    return MarkerFile(path, descriptor)
