"""How far everything is, for people: a row for each job, in the words and numbers of one moment."""

import enum
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol


class State(enum.Enum):
    """What becomes of a job."""

    WAITING = "waiting"
    FUSING = "fusing"
    PAUSED = "paused"
    JOINING = "joining"
    ELSEWHERE = "elsewhere"
    """Other processes work on all that is left of it."""
    DONE = "done"
    THERE = "there"
    """It was finished by an earlier start."""
    FAILED = "failed"


AT_WORK = (State.FUSING, State.PAUSED, State.JOINING, State.ELSEWHERE)
ENDED = (State.DONE, State.THERE, State.FAILED)


@dataclass(frozen=True)
class Row:
    """One job.

    Attributes:
        name: Of the job.
        state: What becomes of it.
        done: Frames fused.
        frames: Frames expected, or None.
        fps: Frames per second of late, 0 where nothing runs.
    """

    name: str
    state: State = State.WAITING
    done: int = 0
    frames: int | None = None
    fps: float = 0.0

    @property
    def part(self) -> float | None:
        """How much of it is done, 0…1; None where that is not known."""
        if self.state in (State.DONE, State.THERE):
            return 1.0
        return min(1.0, self.done / self.frames) if self.frames else None

    @property
    def left_s(self) -> float | None:
        """Seconds that it will still take, or None."""
        return (self.frames - self.done) / self.fps if self.frames and self.fps else None


@dataclass(frozen=True)
class Totals:
    """All jobs at one moment.

    Attributes:
        rows: In the order of the jobs.
        fps: Frames per second of all that work on them.
        left_s: Seconds until all is done at this rate; 0: it is, None: not known.
    """

    rows: tuple[Row, ...]
    fps: float
    left_s: float | None

    @classmethod
    def of(cls, rows: tuple[Row, ...], fps: float = 0.0) -> "Totals":
        """Return the totals of ``rows`` at ``fps``, or as fast as they are at this moment if that is more."""
        fps = max(fps, sum(row.fps for row in rows))
        return cls(rows, fps, left_of(rows, fps))


def first_rows(rows: Sequence[Row], most: int) -> tuple[Row, ...]:
    """Return at most so many rows: where not all have room, those that somebody works on come first."""
    if len(rows) <= most:
        return tuple(rows)
    order = (*AT_WORK, State.FAILED, State.WAITING, State.DONE, State.THERE)
    return tuple(sorted(rows, key=lambda row: order.index(row.state)))[:most]


def left_of(rows: Sequence[Row], fps: float) -> float | None:
    """Return the seconds that ``rows`` will take at ``fps``; jobs not yet opened count as the others do."""
    open_rows = [row for row in rows if row.state not in ENDED]
    known = [row.frames for row in rows if row.frames]
    if not open_rows:
        return 0.0
    if not known or not fps:
        return None
    mean = sum(known) / len(known)
    return sum(max(0.0, (row.frames or mean) - row.done) for row in open_rows) / fps


class Shown(Protocol):
    """What a table shows: `Board` of this process, or `Totals` of all."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order of the jobs."""

    @property
    def fps(self) -> float:
        """Frames per second."""

    @property
    def left_s(self) -> float | None:
        """Seconds until all is done, or None."""


class Board:
    """The rows of all jobs; changed by the worker, shown by whoever listens."""

    def __init__(
        self, names: Sequence[str], show: "Callable[[Board], None]", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rows = {name: Row(name) for name in names}
        self._show = show
        self._clock = clock
        self._began_s = clock()
        self._segment_began: tuple[float, int] = (0.0, 0)
        self._fused = 0

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order of the jobs."""
        return tuple(self._rows.values())

    def row(self, name: str) -> Row:
        """Return the row of the job ``name``."""
        return self._rows[name]

    def set(self, name: str, state: State, done: int | None = None, frames: int | None = None) -> None:
        """Change what is known of the job ``name``; None leaves it."""
        row = self._rows[name]
        frames = row.frames if frames is None else frames
        done = row.done if done is None else done
        fps = row.fps if state is State.FUSING else 0.0
        self._rows[name] = replace(row, state=state, done=done, frames=frames, fps=fps)
        self._show(self)

    def begin_segment(self, name: str) -> None:
        """A segment of the job ``name`` begins."""
        self._segment_began = (self._clock(), 0)
        self.set(name, State.FUSING)

    def frame(self, name: str, before: int, done: int) -> None:
        """``done`` frames of a segment are fused, ``before`` of the segments before it."""
        self._fused += 1
        began_s, first = self._segment_began
        now = self._clock()
        if first == 0:  # opening files and warming up is not fusing
            self._segment_began = (now, done)
        fps = (done - first) / (now - began_s) if first and now > began_s else self._rows[name].fps
        self._rows[name] = replace(self._rows[name], done=before + done, fps=fps)
        self._show(self)

    @property
    def fps(self) -> float:
        """Frames per second of this process since it began."""
        return self._fused / max(1e-3, self._clock() - self._began_s)

    @property
    def left_s(self) -> float | None:
        """Seconds until all is done, as fast as this process was so far; jobs not yet opened count as the others do."""
        return left_of(self.rows, self.fps if self._fused else 0.0)


def duration(seconds: float) -> str:
    """Return a length of time for people: ``48 s``, ``3:12 min``, ``2 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
