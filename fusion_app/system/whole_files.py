"""Files that are whole or not there: written beside their place first, read only if they are files of bounded size.

Nobody's file is touched on the way.
"""

import errno
import os
import stat
from contextlib import suppress
from io import BufferedReader
from itertools import count
from pathlib import Path


def open_bounded(path: Path, max_bytes: int) -> BufferedReader:
    """Open an ordinary file of at most ``max_bytes``: a device is without end, and a pipe lets its reader wait.

    Raises:
        OSError: It is no such file (``strerror`` says so), or cannot be opened.
    """
    _check_bounded(path.stat(), max_bytes)  # before it is opened: some devices act on that alone
    waits_for_nobody = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, waits_for_nobody), "rb")
    try:
        _check_bounded(os.fstat(file.fileno()), max_bytes)  # another may have taken its place
    except OSError:
        file.close()
        raise
    return file


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """Return the content of an ordinary file of at most ``max_bytes``.

    Raises:
        OSError: As `open_bounded`.
    """
    with open_bounded(path, max_bytes) as file:
        return file.read(os.fstat(file.fileno()).st_size)  # what the kernel invents while it is read has no size


def _check_bounded(state: os.stat_result, max_bytes: int) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise OSError(errno.EINVAL, "it is no ordinary file")
    if state.st_size > max_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {max_bytes >> 10:,} KiB")


def write_whole(path: Path, data: bytes, *, is_private: bool = False) -> None:
    """Write ``data`` to ``path``, replacing what is there; a half-written file is never left.

    Args:
        path: The file.
        data: All of it.
        is_private: Nobody but the user may read it.

    Raises:
        OSError: It cannot be written; what was there is as it was.
    """
    partial = new_file(path.with_name(f"{path.name}.partial"))
    try:
        if is_private:
            partial.chmod(0o600)  # while nothing is in it
        partial.write_bytes(data)
        os.replace(partial, path)
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def new_file(path: Path) -> Path:
    """Create an empty file at ``path`` or, where that name is taken, at ``NAME-2``, ``NAME-3``, …, and return its path.

    Raises:
        OSError: The folder cannot be written to.
    """
    for number in count(1):
        name = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        with suppress(FileExistsError):
            name.open("xb").close()
            return name
    raise AssertionError  # count never ends
