"""Small files of the queue: read with care, written whole, and one version of them told from another."""

import json
import os
import secrets
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from fusion_app.errors import BatchError
from fusion_app.system.whole_files import read_bounded, write_whole

VERSION = 1
"""Of everything in the queue's folder; a program refuses one that is newer than its own."""
MAX_BYTES = 64 << 20


def unique_name() -> str:
    """Return a name that no other process has, on whatever machine."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


def check_version(path: Path, values: dict[str, Any]) -> None:
    """Refuse what a newer version of the program has written.

    Raises:
        BatchError: It is newer, or of no version.
    """
    found = values.get("format")
    if not isinstance(found, int) or found > VERSION:
        raise BatchError(
            f"{path} was written by a newer version of this program (format {found}, this one knows {VERSION}); "
            "update this one, or choose another output folder"
        )


def read_json(path: Path) -> dict[str, Any] | None:
    """Return what a file of the queue holds; None where it is not there or damaged.

    Raises:
        BatchError: It is of a newer version, or cannot be read.
    """
    try:
        values = json.loads(read_bounded(path, MAX_BYTES))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BatchError(f"{path} cannot be read ({error.strerror}); check the disk") from None
    except ValueError:
        return None
    if not isinstance(values, dict):
        return None
    check_version(path, values)
    return values


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Write a file of the queue whole.

    Raises:
        BatchError: It cannot be written.
    """
    try:
        write_whole(path, json.dumps({"format": VERSION} | values, indent=1).encode())
    except OSError as error:
        raise BatchError(f"{path} cannot be written ({error.strerror}); check the disk and the folder") from None


def read_lines(path: Path, begin: int) -> tuple[list[dict[str, Any]], int]:
    """Return the whole lines of a journal from the byte ``begin`` on, damaged ones left out, and where they end.

    Raises:
        BatchError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            file.seek(begin)
            data = file.read()
    except OSError as error:
        raise BatchError(f"{path} cannot be read ({error.strerror}); check the disk") from None
    whole = data[: data.rfind(b"\n") + 1]
    found = []
    for line in whole.splitlines():
        with suppress(ValueError):
            values = json.loads(line)
            found += [values] if isinstance(values, dict) else []
    return found, begin + len(whole)


def flush(path: Path) -> None:
    """Wait until a file, or what a folder says of its files, is on the disk, where the system can tell."""
    with suppress(OSError):  # folders cannot be opened everywhere
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it; what is gone already is no fault."""
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
