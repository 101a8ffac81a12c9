"""What every process notes of its work: one file each, a line each, so that nobody's line is inside another's.

A line is on the disk before what it tells of is given its name. One that a crash or a full disk has cut off is passed
over: what it was to tell of has no name yet.

Which of two lines is the newer one cannot be told by files' names or by clocks. So each line has a number, one higher
than all that its writer had read or written before (Lamport, "Time, Clocks, and the Ordering of Events in a Distributed
System", 1978).
"""

import json
import os
from io import RawIOBase
from pathlib import Path
from typing import Any

from fusion_app.batch.files import VERSION, check_version, read_lines, unique_name
from fusion_app.errors import BatchError

SUFFIX = ".jsonl"


class Journal:
    """The journal of this process in ``folder``; the file is made with the first line."""

    def __init__(self, folder: Path, known: "Journals | None" = None) -> None:
        """Write lines that are newer than those ``known`` has read when they are written."""
        self.path = folder / f"{unique_name()}{SUFFIX}"
        self._known = known
        self._order = 0
        self._head = json.dumps({"format": VERSION}) + "\n"
        """What has to stand before the next line."""

    def note(self, **facts: Any) -> None:
        """Write a line, and wait until it is on the disk.

        Raises:
            BatchError: It cannot be written.
        """
        self._order = 1 + max(self._order, 0 if self._known is None else self._known.newest)
        line = json.dumps(facts | {"order": self._order}) + "\n"
        try:
            with self.path.open("ab", buffering=0) as file:
                _write_all(file, (self._head + line).encode())
                os.fsync(file.fileno())
        except OSError as error:
            if not self._head.startswith("\n"):
                self._head = f"\n{self._head}"  # a part of the line may be there: the next one must not go on with it
            raise BatchError(f"{self.path} cannot be written ({error.strerror}); check the disk") from None
        self._head = ""


class Journals:
    """The journals of all processes in ``folder``, as far as they were read.

    Attributes:
        segments: What is told of each segment, by its name, by the name of its job.
        results: What is told of each result, newest last, by the name of its job.
        keys: What the segments of each job depend on now (`OpenJob.key`), by its name.
        notes: What the user should know of jobs, by their names, beside what their segments tell.
        errors: Why jobs failed, by their names; what was done for one since takes it away.
        newest: Number of the newest line.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, int] = {}
        self.segments: dict[str, dict[str, dict[str, Any]]] = {}
        self.results: dict[str, list[dict[str, Any]]] = {}
        self.keys: dict[str, str] = {}
        self.notes: dict[str, list[str]] = {}
        self.errors: dict[str, str] = {}
        self.newest = 0
        self._orders: dict[tuple[str, str], int] = {}

    def begin(self) -> None:
        """Read all that is there, and forget notes and errors of earlier starts.

        Raises:
            BatchError: As `update`.
        """
        self.update()
        self.notes.clear()
        self.errors.clear()

    def segments_of(self, name: str) -> list[dict[str, Any]]:
        """Return what is noted of the segments of a job, those apart that are void by now."""
        key, told = self.keys.get(name, ""), self.segments.get(name, {})
        return [line for segment, line in sorted(told.items()) if key and segment.endswith(f"-{key[:16]}")]

    def update(self, own: Journal | None = None) -> None:
        """Read what has been added.

        Args:
            own: Read this journal alone: with many processes, a look into all is what a file server feels.

        Raises:
            BatchError: A journal is of a newer version of the program, or cannot be read.
        """
        for path in sorted(self._folder.glob(f"*{SUFFIX}")) if own is None else [own.path]:
            begin = self._read.get(path, 0)
            lines, end = read_lines(path, begin)
            if begin == 0 and lines:
                check_version(path, lines[0])
            self._read[path] = end
            for line in lines:
                self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        job = line.get("job")
        if not isinstance(job, str):
            return
        self.newest = max(self.newest, _order(line))
        if isinstance(name := line.get("segment"), str):
            self.segments.setdefault(job, {})[name] = line
        elif "result" in line:
            self.results.setdefault(job, []).append(line)
            self.results[job].sort(key=_order)
        self._remember(job, line)

    def _remember(self, job: str, line: dict[str, Any]) -> None:
        if isinstance(key := line.get("key"), str) and self._is_newest(job, "key", line):
            self.keys[job] = key
        error = line.get("error")
        if (isinstance(error, str) or "segment" in line or "result" in line) and self._is_newest(job, "end", line):
            if isinstance(error, str):
                self.errors[job] = error
            else:
                self.errors.pop(job, None)
        if "segment" not in line:
            told = self.notes.setdefault(job, [])
            told += [note for note in line.get("notes", ()) if note not in told]

    def _is_newest(self, job: str, what: str, line: dict[str, Any]) -> bool:
        """Tell whether nothing newer than ``line`` was read of this; lines of older programs have no number."""
        if _order(line) < self._orders.get((job, what), 0):
            return False
        self._orders[job, what] = _order(line)
        return True


def _order(line: dict[str, Any]) -> int:
    found = line.get("order", 0)
    return found if isinstance(found, int) else 0


def _write_all(file: RawIOBase, data: bytes) -> None:
    while data:
        data = data[file.write(data) or 0 :]
