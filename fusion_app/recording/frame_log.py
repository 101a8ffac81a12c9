"""The CSV of a recording, read again: what it says of each frame."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from fusion_app.recording.entry import LONGEST_S, MAX_LINE, MAX_LOG_BYTES

CLOSE_S = 0.0015
"""Two times are the same if they are nearer than this: a file knows milliseconds, a CSV microseconds."""


class Line(NamedTuple):
    """A line of the CSV.

    Attributes:
        time_s: PTS of the fused frame on the clock of the whole recording.
        ir_s: When its infrared frame lies in the track.
        skew_s: PTS of infrared minus PTS of visible.
        ir: Number of the infrared frame in its source.
        vis: Number of the visible frame in its source.
        is_held: It was marked so.
        lost: 0 nothing, 1 infrared, 2 visible.
    """

    time_s: float
    ir_s: float
    skew_s: float
    ir: int
    vis: int
    is_held: bool
    lost: int


LOST: tuple[Literal["", "ir", "vis"], ...] = ("", "ir", "vis")
KINDS = np.dtype(
    [("time_s", "f8"), ("ir_s", "f8"), ("skew_s", "f8"), ("ir", "i8"), ("vis", "i8"), ("is_held", "?"), ("lost", "i1")]
)


@dataclass(frozen=True)
class Lines:
    """All lines of a recording, in the order of time; 42 bytes each, for they may be millions."""

    table: npt.NDArray[np.void]

    @classmethod
    def joined(cls, parts: "Sequence[Lines]") -> "Lines":
        """Return the lines of all parts."""
        return cls(np.concatenate([part.table for part in parts]))

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, number: int) -> Line:
        return Line(*self.table[number].item())

    def find(self, time_s: float) -> int:
        """Return the number of the first line that is not before ``time_s``."""
        return int(np.searchsorted(self.table["time_s"], time_s - CLOSE_S))

    def nearest(self, time_s: float) -> int:
        """Return the number of the line nearest to ``time_s``."""
        after = min(int(np.searchsorted(self.table["time_s"], time_s)), len(self) - 1)
        before = max(0, after - 1)
        return before if time_s - self[before].time_s < self[after].time_s - time_s else after

    def appeared_s(self, number: int) -> float:
        """Return when the visible frame of the line ``number`` was new."""
        others = np.flatnonzero(self.table["vis"][: number + 1] != self.table["vis"][number])
        return self[int(others[-1]) + 1 if len(others) else 0].time_s


def lines_of(path: Path, began_s: float) -> Lines:
    """Return the lines of a CSV; damaged ones, and those that fall back in time, are left out.

    Args:
        path: The file; where there is none there are no lines.
        began_s: When its part began, seconds.
    """
    found: list[Line] = []
    for row in _rows(path):
        line = _line(row, began_s)
        if line is not None and (not found or line.time_s > found[-1].time_s):
            found.append(line)
    return Lines(np.array(found, KINDS))


def began_of(path: Path) -> float | None:
    """Return when the part began whose CSV is ``path``, or None if it does not say."""
    for row in _rows(path):
        try:
            return float(row["time_s"]) - float(row["pts_s"])
        except (KeyError, TypeError, ValueError):
            return None
    return None


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        if path.stat().st_size > MAX_LOG_BYTES:
            return
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            yield from csv.DictReader(iter(lambda: file.readline(MAX_LINE), ""))
    except (OSError, csv.Error):
        return


def _line(row: dict[str, str], began_s: float) -> Line | None:
    try:
        pts_s, skew_s = float(row["pts_s"]), float(row["skew_ms"]) / 1000
        ir, vis, marks = int(row["ir_frame"]), int(row["visible_frame"]), row["marks"].split(";")
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    if not (0 <= pts_s < LONGEST_S and abs(skew_s) < LONGEST_S and max(abs(ir), abs(vis)) < 2**62):
        return None
    lost = 1 if "lost:ir" in marks else 2 if "lost:vis" in marks else 0
    return Line(began_s + pts_s, began_s + max(0.0, pts_s + skew_s), skew_s, ir, vis, "held" in marks, lost)
