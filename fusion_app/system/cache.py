"""What takes time to make, kept between runs in the user's cache folder.

Nothing depends on it: what is missing or damaged is made again, and a folder that cannot be written to costs only that
time. An entry is named by a hash of all that it was made from, so it is never out of date; it begins with a hash of
its own, so damage shows.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import platformdirs

FOLDER_VARIABLE = "CS2FUSION_CACHE"
"""Environment variable that names another folder."""

MAX_BYTES = 64 << 20
"""Of all entries together; those unused for longest go first."""

SUFFIX = ".kept"
"""Of entries; whatever else lies in the folder is somebody else's."""

DIGEST_SIZE = hashlib.sha256().digest_size


def folder() -> Path:
    """Return where entries lie; it may not exist yet."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("cs2fusion-live", appauthor=False)


def name_of(*made_from: str | bytes) -> str:
    """Return the name of the entry that was made from these things, in this order."""
    digest = hashlib.sha256()
    for part in made_from:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def recall(name: str) -> bytes | None:
    """Return what was kept under ``name``; None if nothing was, or if it is damaged."""
    path = _path(name)
    try:
        entry = path.read_bytes()
        os.utime(path)
    except OSError:
        return None
    data = entry[DIGEST_SIZE:]
    return data if hashlib.sha256(data).digest() == entry[:DIGEST_SIZE] else None


def keep(name: str, data: bytes) -> None:
    """Keep ``data`` under ``name`` if the folder can be written to; the oldest entries make room for it."""
    with suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        _write(_path(name), hashlib.sha256(data).digest() + data)
        _make_room()


def forget(name: str) -> None:
    """Keep nothing under ``name`` any more."""
    with suppress(OSError):
        _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return folder() / f"{name}{SUFFIX}"


def _write(path: Path, entry: bytes) -> None:
    """Write through a temporary file: another process may be reading or writing the same entry."""
    handle, partial = tempfile.mkstemp(SUFFIX, "partial-", path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(entry)
        os.replace(partial, path)
    except OSError:
        with suppress(OSError):
            os.unlink(partial)
        raise


def _make_room() -> None:
    newest_first = sorted(folder().glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    total = 0
    for path in newest_first:
        total += path.stat().st_size
        if total > MAX_BYTES:
            path.unlink()
