"""Removes all files of a recording or none, whatever fails on the way and wherever it is killed.

The files first move into a folder ``NAME.removing`` beside them, which a file that cannot go refuses; then they move
back. Once all are in it the folder becomes ``NAME.removed``, and from then on they are only to be deleted. Whoever is
at it holds a lock on the folder, which the kernel takes from the dead: nobody finishes what somebody still does.
"""

import errno
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MOVING, GONE = ".removing", ".removed"
SETTLED_S = 60.0
"""Where nothing locks a folder, it is taken for left behind once nobody has touched it for so long."""
STEM = r"recording-\d{8}-\d{6}(-\d+)?"
FOLDER = re.compile(rf"{STEM}\.(removing|removed)")


def remove_whole(files: Iterable[Path]) -> None:
    """Remove ``files`` of one folder, the first of which names the recording.

    Raises:
        OSError: One of them must stay; then all do.
    """
    paths = list(files)
    folder = paths[0].with_suffix(MOVING)
    folder.mkdir(exist_ok=True)
    with _held(folder) as is_ours:
        if is_ours is False:
            raise OSError(errno.EBUSY, "another program removes it")
        _move(paths, folder)
        _delete(folder.with_suffix(GONE))


def _move(paths: list[Path], folder: Path) -> None:
    try:
        for path in paths:
            path.rename(folder / path.name)
        folder.rename(folder.with_suffix(GONE))
    except OSError:
        _put_back(folder)
        raise


def finish_removals(folder: Path) -> tuple[str, ...]:
    """Do away with what was broken off: recordings that were half moved come back, those that had gone are deleted.

    Returns:
        What was done, a sentence each.

    Raises:
        OSError: The folder cannot be read.
    """
    told = []
    for path in sorted(folder.iterdir()):
        found = FOLDER.fullmatch(path.name)
        if found is not None and path.is_dir() and not path.is_symlink():
            with suppress(OSError), _held(path) as is_ours:  # it is tried again; the others must not wait for it
                if is_ours or (is_ours is None and time.time() - path.stat().st_mtime > SETTLED_S):
                    (_put_back if path.suffix == MOVING else _delete)(path)
                    done = "is back" if path.suffix == MOVING else "was to be removed, and is now"
                    told.append(f"{path.stem} {done}: its removal had been broken off")
    return tuple(told)


@contextmanager
def _held(folder: Path) -> Iterator[bool | None]:
    """Lock ``folder`` meanwhile; yield whether nobody else has, or None where there are no such locks."""
    if sys.platform == "win32":
        yield None
        return
    import fcntl  # noqa: PLC0415 - POSIX only

    descriptor = os.open(folder, os.O_RDONLY)
    is_ours: bool | None = True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        is_ours = False
    except OSError:
        is_ours = None  # this file system has none
    try:
        yield is_ours
    finally:
        os.close(descriptor)


def _put_back(folder: Path) -> None:
    for path in _ours(folder):
        if not (before := folder.with_name(path.name)).exists():
            with suppress(OSError):
                path.rename(before)
    with suppress(OSError):
        folder.rmdir()


def _delete(folder: Path) -> None:
    for path in _ours(folder):
        path.unlink()
    with suppress(OSError):  # something else lies there, which is left alone
        folder.rmdir()


def _ours(folder: Path) -> list[Path]:
    """Return the files in ``folder`` that are of the recording that it is named after."""
    ours = re.compile(rf"{re.escape(folder.stem)}(-\d{{3,}})?\.(mkv|csv|yaml)")
    return [path for path in folder.iterdir() if ours.fullmatch(path.name) and not path.is_dir()]
