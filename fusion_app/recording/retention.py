"""Old recordings make room: the oldest first, never one with a marker, never anything but recordings of ours."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

from fusion_app.errors import SettingsError
from fusion_app.recording.in_progress import SUFFIX
from fusion_app.recording.marks import MarkKind
from fusion_app.recording.removal import STEM, finish_removals, remove_whole
from fusion_app.recording.sidecar import Sidecar
from fusion_app.system.yaml_files import load_as

NAME = re.compile(rf"{STEM}\.mkv")
BLOCK = 1 << 20
MARKER = MarkKind.MARKER.encode()
OURS = "CS2Fusion Live "
UNITS = {"h": 3600.0, "d": 86400.0, "w": 604800.0}
SIZES = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
KEEP = re.compile(r"(\d{1,9})(h|d|w|MB|GB|TB)")
OLDEST_COLUMNS = {"frame", "pts_s", "marks"}
"""What the CSV of every version has had: one without them is not ours, or damaged."""


@dataclass(frozen=True)
class Keep:
    """How much is kept.

    Attributes:
        seconds: Recordings that ended longer ago than this go; None: none for its age.
        size: Bytes that all recordings may take; None: any.
    """

    seconds: float | None = None
    size: int | None = None


def keep_of(text: str) -> Keep:
    """Return what ``7d``, ``12h``, ``2w``, ``200GB`` or ``500MB`` says.

    Raises:
        SettingsError: It says nothing of the kind.
    """
    found = KEEP.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise SettingsError("keep", text, "a time or a size like 12h, 7d, 4w, 500MB, 200GB")
    number, unit = int(found[1]), found[2]
    return Keep(size=number * SIZES[unit]) if unit in SIZES else Keep(seconds=number * UNITS[unit])


@dataclass(frozen=True)
class Kept:
    """A finished recording on the disk.

    Attributes:
        files: All of it: videos, CSVs and YAMLs of all parts.
        ended_s: When it ended, seconds since 1970.
        size: Bytes of all files.
        logs: The CSV of each part.
    """

    files: tuple[Path, ...]
    ended_s: float
    size: int
    logs: tuple[Path, ...]

    @property
    def has_marker(self) -> bool:
        """It has a marker, or a CSV does not tell. All CSVs are read for that: an hour has some 10 MB."""
        return any(map(_has_marker, self.logs))


@dataclass(frozen=True)
class Cleared:
    """What `make_room` did.

    Attributes:
        removed: The first file of each recording that has gone.
        notice: Why less than asked for could be removed, one sentence, or empty.
    """

    removed: tuple[Path, ...] = ()
    notice: str = ""


def make_room(folder: Path, keep: Keep, now_s: float) -> Cleared:
    """Remove the recordings in ``folder`` that ``keep`` has no room for, the oldest first.

    Only ordinary files directly in the folder are looked at, no link is followed, and what is being written, was not
    finished or has a marker stays.

    Args:
        folder: Where recordings are.
        keep: How much stays.
        now_s: The time, seconds since 1970.
    """
    if not folder.is_dir():
        return Cleared()
    failures: list[str] = []
    _try(partial(finish_removals, folder), folder, failures)
    total = _size_of_all(folder)
    removed: list[Path] = []
    for one in sorted(finished_recordings(folder), key=lambda one: one.ended_s):
        is_old = keep.seconds is not None and now_s - one.ended_s > keep.seconds
        is_too_much = keep.size is not None and total > keep.size
        if not (is_old or is_too_much) or one.has_marker:
            continue
        if _try(partial(remove_whole, one.files), one.files[0], failures):
            removed.append(one.files[0])
            total -= one.size
    return Cleared(tuple(removed), "; ".join(filter(None, (_failed(failures), _too_much(total, keep)))))


def finished_recordings(folder: Path) -> list[Kept]:
    """Return every finished recording of ours in ``folder``, by its first part."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return []
    return [kept for path in paths if NAME.fullmatch(path.name) and (kept := _kept(path)) is not None]


def _kept(path: Path) -> Kept | None:
    """Return the recording whose first part is ``path``; None if it is none of ours, or not finished."""
    first = _sidecar(path)
    if first is None or first.part != 1:
        return None
    parts, last = [path], first
    for number in count(2):
        part = path.with_name(f"{path.stem}-{number:03d}.mkv")
        if not part.exists():
            break
        found = _sidecar(part)
        if found is None or found.part != number:
            return None  # somebody else's, or being written
        parts, last = [*parts, part], found
    if last.ended == "next part":
        return None  # the part after it is missing or comes just now
    files = [part.with_suffix(suffix) for part in parts for suffix in (".mkv", ".csv", ".yaml")]
    there = tuple(one for one in files if one.is_file() and not one.is_symlink())
    logs = tuple(part.with_suffix(".csv") for part in parts)
    return Kept(there, _ended_s(last, path), sum(one.stat().st_size for one in there), logs)


def _sidecar(video: Path) -> Sidecar | None:
    """Return what the YAML beside a finished ``video`` of ours says, else None."""
    sidecar = video.with_suffix(".yaml")
    if any(one.is_symlink() or not one.is_file() for one in (video, sidecar)) or video.with_suffix(SUFFIX).exists():
        return None
    try:
        found: Sidecar = load_as(Sidecar, sidecar)
    except SettingsError:
        return None
    return found if found.program.startswith(OURS) and found.finished and found.ended else None


def _has_marker(path: Path) -> bool:
    """Tell whether the CSV ``path`` has a marker; one that cannot be read, or is damaged, may have had one.

    It is looked at as bytes: damage, which would end the reading of a table, may lie before a marker.
    """
    try:
        with path.open("rb") as file:
            heads = file.readline(BLOCK).decode("utf-8", "replace").strip().split(",")
            if path.is_symlink() or not set(heads) >= OLDEST_COLUMNS:
                return True
            before, is_empty = b"", True
            for block in iter(partial(file.read, BLOCK), b""):
                if MARKER in before + block or b"\0" in block:
                    return True
                before, is_empty = block[-len(MARKER) :], False
            return is_empty
    except OSError:
        return True


def _ended_s(sidecar: Sidecar, path: Path) -> float:
    with suppress(ValueError):
        return datetime.fromisoformat(sidecar.finished).timestamp()
    return path.stat().st_mtime


def _size_of_all(folder: Path) -> int:
    """Return the bytes of all videos of recordings in ``folder``, also of those that stay whatever happens."""
    total = 0
    with suppress(OSError):
        for path in folder.glob("recording-*"):
            if path.is_file() and not path.is_symlink():
                total += path.stat().st_size
    return total


def _try(act: Callable[[], object], what: Path, failures: list[str]) -> bool:
    try:
        act()
    except OSError as error:
        failures.append(f"{what} cannot be removed ({error.strerror})")
        return False
    return True


def _failed(failures: list[str]) -> str:
    more = f", and {len(failures) - 1} more cannot" if len(failures) > 1 else ""
    return f"{failures[0]}{more}; check the folder" if failures else ""


def _too_much(total: int, keep: Keep) -> str:
    if keep.size is None or total <= keep.size:
        return ""
    return (
        f"the recordings take {total / 1e9:.1f} GB of the {keep.size / 1e9:g} GB to be kept; what is left has markers, "
        "is being written or was not finished, so remove some of it yourself"
    )
