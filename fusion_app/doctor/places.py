"""Folders that are written to, and the space in them."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fusion_app.doctor.finding import Finding, State
from fusion_app.system import cache, logs

GIGABYTE = 1_000_000_000
LEAST_FREE = 2 * GIGABYTE
"""Less than some ten minutes of recording."""


def place_findings(recordings: Path) -> Sequence[Finding]:
    """Return the folders of cache, log and recordings, each tried, with the free space."""
    return [
        _finding("Cache", cache.folder(), f"name another in {cache.FOLDER_VARIABLE}, or every start takes longer"),
        _finding("Log", logs.folder(), f"name another in {logs.FOLDER_VARIABLE}, or errors leave no trace"),
        _finding("Recordings", recordings, "choose another folder in the Record dock or the rig", LEAST_FREE),
    ]


def _finding(name: str, folder: Path, remedy: str, least_free: int = 0) -> Finding:
    there = _existing(folder)
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"written")
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Finding(name, f"{folder} cannot be written ({error.strerror})", State.WRONG, remedy)
    found = f"{folder}, {free / GIGABYTE:.0f} GB free"
    if free < least_free:
        return Finding(name, found, State.WRONG, f"free some space, or {remedy}")
    return Finding(name, found)


def _existing(folder: Path) -> Path:
    """Return the folder, or where it would be made."""
    return next((path for path in (folder, *folder.absolute().parents) if path.is_dir()), folder)
