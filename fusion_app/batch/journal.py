"""What every process notes of its work: one file each, a line each, so that nobody's line is inside another's.

A line is on the disk before what it tells of is given its name. One that a crash has cut off is passed over: what it
was to tell of has no name yet.
"""

import json
import os
from pathlib import Path
from typing import Any

from fusion_app.batch.files import VERSION, check_version, read_lines, unique_name
from fusion_app.errors import BatchError

SUFFIX = ".jsonl"


class Journal:
    """The journal of this process in ``folder``; the file is made with the first line."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{unique_name()}{SUFFIX}"

    def note(self, **facts: Any) -> None:
        """Write a line, and wait until it is on the disk.

        Raises:
            BatchError: It cannot be written.
        """
        try:
            is_new = not self._path.exists()
            with self._path.open("a", encoding="utf-8") as file:
                if is_new:
                    file.write(json.dumps({"format": VERSION}) + "\n")
                file.write(json.dumps(facts) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise BatchError(f"{self._path} cannot be written ({error.strerror}); check the disk") from None


class Journals:
    """The journals of all processes in ``folder``, as far as they were read.

    Attributes:
        segments: What is told of each segment, by its name, by the name of its job.
        results: What is told of each result, newest last, by the name of its job.
        keys: What the segments of each job depend on now (`OpenJob.key`), by its name.
        notes: What the user should know of jobs, by their names, beside what their segments tell.
        errors: Why jobs failed, by their names; what was done for one since takes it away.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, int] = {}
        self.segments: dict[str, dict[str, dict[str, Any]]] = {}
        self.results: dict[str, list[dict[str, Any]]] = {}
        self.keys: dict[str, str] = {}
        self.notes: dict[str, list[str]] = {}
        self.errors: dict[str, str] = {}

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

    def update(self) -> None:
        """Read what has been added.

        Raises:
            BatchError: A journal is of a newer version of the program, or cannot be read.
        """
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
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
        if isinstance(name := line.get("segment"), str):
            self.segments.setdefault(job, {})[name] = line
        elif "result" in line:
            self.results.setdefault(job, []).append(line)
        self._remember(job, line)

    def _remember(self, job: str, line: dict[str, Any]) -> None:
        if isinstance(key := line.get("key"), str):
            self.keys[job] = key
        if isinstance(error := line.get("error"), str):
            self.errors[job] = error
        elif "segment" in line or "result" in line:
            self.errors.pop(job, None)
        if "segment" not in line:
            told = self.notes.setdefault(job, [])
            told += [note for note in line.get("notes", ()) if note not in told]
