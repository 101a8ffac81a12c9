"""Files that are whole or not there: written beside their place first. Nobody's file is touched on the way."""

import os
from contextlib import suppress
from itertools import count
from pathlib import Path


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
