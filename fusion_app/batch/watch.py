"""How far a queue is, seen from its folder alone: whoever works on it, and wherever."""

import json
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fusion_app.batch.board import ENDED, Row, State, Totals
from fusion_app.batch.claims import Claims, told_by
from fusion_app.batch.files import read_json
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.job import Job
from fusion_app.batch.journal import Journals
from fusion_app.batch.result import size_of

LOOKS = 60
"""Of the rate of all: so many looks back it begins."""
LEAST_S = 2.0


@dataclass(frozen=True)
class _Held:
    """What is claimed of a job.

    Attributes:
        told: Frames done and frames per second of each segment that somebody works on.
        is_joining: Its segments are being joined.
    """

    told: tuple[tuple[int, float], ...] = ()
    is_joining: bool = False


class Watch:
    """Watches ``jobs`` of the queue ``folder`` without changing anything in it.

    Attributes:
        journals: What all processes have noted.
    """

    def __init__(
        self,
        folder: BatchFolder,
        jobs: Sequence[Job],
        *,
        is_start: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read what is noted.

        Args:
            folder: The queue.
            jobs: What to watch.
            clock: Seconds, for rates.
            is_start: Work begins now: notes and failures of earlier starts do not count.

        Raises:
            BatchError: The queue was written by a newer version of the program.
        """
        self.journals = Journals(folder.journals)
        if is_start:
            self.journals.begin()
        else:
            self.journals.update()
        self._folder = folder
        self._jobs = {job.name: job for job in jobs}
        self._claims = Claims()
        self._cuts: dict[str, tuple[int, int | None]] = {}
        self._rows: dict[str, Row] = {name: Row(name) for name in self._jobs}
        self._is_first = True
        self._clock = clock
        self._past: deque[tuple[float, int]] = deque(maxlen=LOOKS)

    def look(self) -> Totals:
        """Return the rows of all jobs as they are now.

        Raises:
            BatchError: The journals cannot be read.
        """
        self.journals.update()
        held, is_paused = self._held(), self._folder.is_paused
        for name, row in self._rows.items():
            if row.state not in (State.DONE, State.THERE) or name in held:
                self._rows[name] = self._row(name, held.get(name), is_paused=is_paused)
        self._is_first = False
        return Totals.of(tuple(self._rows.values()), 0.0 if is_paused else self._rate())

    def _rate(self) -> float:
        """Return the frames per second of the last minute: short segments are over before their claims tell any."""
        done = sum(row.done for row in self._rows.values())
        self._past.append((self._clock(), done))
        (since_s, before), (now_s, _) = self._past[0], self._past[-1]
        return max(0.0, (done - before) / (now_s - since_s)) if now_s - since_s > LEAST_S else 0.0

    def _row(self, name: str, held: _Held | None, *, is_paused: bool) -> Row:
        row = replace(self._rows[name], fps=0.0)
        if held is None:
            return self._row_at_rest(row)
        frames = self._frames(name)
        if held.is_joining:
            return replace(row, state=State.JOINING, done=self._done(name), frames=frames)
        done = self._done(name) + sum(count for count, _ in held.told)
        state = State.PAUSED if is_paused else State.FUSING
        return replace(
            row, state=state, done=done, frames=frames, fps=0.0 if is_paused else sum(fps for _, fps in held.told)
        )

    def _row_at_rest(self, row: Row) -> Row:
        """Return the row of a job that nobody works on."""
        name = row.name
        if name in self.journals.errors:
            return replace(row, state=State.FAILED)
        if self._is_there(name):
            done = sum(int(line.get("frames", 0)) for line in self.journals.segments_of(name))
            state = State.THERE if self._is_first else State.DONE
            return replace(row, state=state, done=done, frames=done)
        return replace(row, state=State.WAITING, done=self._done(name), frames=self._frames(name))

    def _is_there(self, name: str) -> bool:
        known, result = self.journals.results.get(name, []), self._folder.output / self._jobs[name].result
        return bool(known) and os.path.lexists(result) and known[-1].get("size") == size_of(result)

    def _held(self) -> dict[str, _Held]:
        """Return what is claimed, by the names of the jobs."""
        found: dict[str, _Held] = {}
        root = self._folder.jobs_folder
        with suppress(OSError):
            names = set(os.listdir(root))
            for name in self._jobs.keys() & names:
                if told := self._told(root / name):
                    found[name] = _Held(told)
            for base in {one.partition(".result.claim-")[0] for one in names if ".result.claim-" in one}:
                if base in self._jobs and self._claims.living(root / f"{base}.result"):
                    found[base] = _Held(is_joining=True)
        return found

    def _told(self, place: Path) -> tuple[tuple[int, float], ...]:
        with suppress(OSError):
            bases = {one.partition(".claim-")[0] for one in os.listdir(place) if ".claim-" in one}
            told = [self._claims.living(place / base) for base in sorted(bases)]
            return tuple(_progress(one) for one in told if one is not None)
        return ()

    def _done(self, name: str) -> int:
        """Return the frames of the finished segments of a job."""
        place = self._folder.place(self._jobs[name])
        try:
            there = {one.removesuffix(".mkv") for one in os.listdir(place)}
        except OSError:
            return 0
        told = self.journals.segments.get(name, {})
        return sum(int(line.get("frames", 0)) for segment, line in told.items() if segment in there)

    def _frames(self, name: str) -> int | None:
        """Return the frames that a job is expected to have; None where it is not cut yet."""
        path = self._folder.place(self._jobs[name]) / "cut.json"
        try:
            stamp = path.stat().st_mtime_ns
        except OSError:
            return self._rows[name].frames
        if self._cuts.get(name, (0, None))[0] != stamp:
            cut = read_json(path) or {}
            self._cuts[name] = stamp, cut.get("frames")
        return self._cuts[name][1]


def ended(totals: Totals) -> bool:
    """Tell whether nothing is left to be done."""
    return all(row.state in ENDED for row in totals.rows)


def _progress(content: dict[str, Any]) -> tuple[int, float]:
    try:
        done, fps = json.loads(told_by(content))
        return int(done), float(fps)
    except (ValueError, TypeError):
        return 0, 0.0  # it has not told anything yet
