"""Files that are whole or not there: written beside their place first. Nobody's file is touched on the way."""

import os
from contextlib import suppress
from itertools import count
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, replacing what is there; a half-written file is never left.

    Raises:
        OSError: It cannot be written; what was there is as it was.
    """
    partial = new_file(path.with_name(f"{path.name}.partial"))
    try:
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
