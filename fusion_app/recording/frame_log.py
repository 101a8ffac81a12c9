"""The CSV of a recording, a line per frame: written, and read again."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from fusion_app.errors import RecordingError
from fusion_app.frames import MeasuredSpot
from fusion_app.recording.entry import Entry
from fusion_app.recording.marks import Mark, MarkKind, marks_of
from fusion_app.settings import MOST_SPOTS
from fusion_app.system.whole_files import open_bounded
from fusion_app.writers.base import write_failure

COLUMNS = (
    "frame",
    "pts_s",
    "time_s",
    "wall_clock",
    "ir_frame",
    "visible_frame",
    "skew_ms",
    "latency_ms",
    "marks",
    "unit",
    "hottest",
    "hottest_x",
    "hottest_y",
    "coldest",
    "coldest_x",
    "coldest_y",
    "centre",
    *(f"spot_{number}" for number in range(1, MOST_SPOTS + 1)),
)
"""New ones come last: whoever reads by place finds what was there before."""
MARKS = COLUMNS.index("marks")
MAX_LOG_BYTES = 2**30
LONGEST_S = 1e7
MAX_LINE = 65_536
"""Of a log that is read, characters: what a crash has left may be one line without end."""
CLOSE_S = 0.0015
"""Two times are the same if they are nearer than this: a file knows milliseconds, a CSV microseconds."""


class FrameLog:
    """The CSV beside a video: one line per frame, whole at every moment."""

    def __init__(self, path: Path, origin_s: float, began_s: float) -> None:
        """Create the file.

        Args:
            path: Where; it must not exist.
            origin_s: PTS of the session that is zero in the video.
            began_s: Seconds that were recorded before this video began.
        """
        self._path = path
        self._origin_s = origin_s
        self._began_s = began_s
        self._frame = 0
        self._last: tuple[int, tuple[object, ...]] | None = None
        """Where the last line begins, and what it says."""
        try:
            self._file = path.open("xb", buffering=0)  # one write per line: what is killed leaves whole lines
        except OSError as error:
            raise RecordingError(write_failure(path, error)) from error
        try:
            self._write(COLUMNS)
        except RecordingError:
            self._file.close()
            path.unlink()
            raise

    def write(self, entry: Entry) -> None:
        """Write the line of ``entry``.

        Raises:
            RecordingError: The disk refuses.
        """
        pair = entry.fused.pair
        pts_s = entry.fused.pts_s - self._origin_s
        self._note(
            (
                self._frame,
                f"{pts_s:.6f}",
                f"{self._began_s + pts_s:.6f}",
                datetime.fromtimestamp(entry.wall_s).astimezone().isoformat(timespec="milliseconds"),
                pair.ir.index,
                pair.vis.index,
                f"{pair.skew_s * 1000:.3f}",
                f"{entry.latency_ms:.3f}",
                ";".join(map(str, entry.marks)),
                *_measured(entry.spots),
            )
        )
        self._frame += 1

    def mark_last(self, marks: Iterable[Mark]) -> None:
        """Add ``marks`` to the last line; without a line nothing is done.

        Raises:
            RecordingError: The disk refuses.
        """
        if self._last is not None:
            at, row = self._last
            self._file.seek(at)
            self._note((*row[:MARKS], ";".join(filter(None, (str(row[MARKS]), *map(str, marks)))), *row[MARKS + 1 :]))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _note(self, row: tuple[object, ...]) -> None:
        self._last = self._file.tell(), row
        self._write(row)

    def _write(self, row: tuple[object, ...]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(row)
        try:
            self._file.write(line.getvalue().encode())
        except OSError as error:
            raise RecordingError(write_failure(self._path, error)) from error


def _measured(spots: Sequence[MeasuredSpot]) -> Iterator[str]:
    """Yield what stands in the columns from ``unit`` on; empty where nothing is measured."""
    found: dict[tuple[str, int], MeasuredSpot] = {(spot.kind, spot.number): spot for spot in spots}
    yield spots[0].unit if spots else ""
    for kind in ("hottest", "coldest"):
        spot = found.get((kind, 0))
        yield from ("", "", "") if spot is None else (_number(spot.value), f"{spot.x:.4f}", f"{spot.y:.4f}")
    for key in (("centre", 0), *(("placed", number) for number in range(1, MOST_SPOTS + 1))):
        spot = found.get(key)
        yield "" if spot is None else _number(spot.value)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value == round(value) else f"{value:.2f}"


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


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Return the lines of the CSV of a recording by the names of their columns, as far as it can be read."""
    with suppress(OSError, csv.Error), open_bounded(path, MAX_LOG_BYTES) as data:
        text = io.TextIOWrapper(data, "utf-8", errors="replace", newline="")
        yield from csv.DictReader(iter(lambda: text.readline(MAX_LINE), ""))


def markers_of(path: Path) -> list[tuple[float, str]]:
    """Return PTS and text of the markers in the CSV of a recording; lines that are damaged have none."""
    found: list[tuple[float, str]] = []
    for row in rows_of(path):
        texts = [one.value or "" for one in marks_of(row.get("marks") or "") if one.kind is MarkKind.MARKER]
        try:
            found.extend((float(row["pts_s"]), text) for text in texts)
        except (KeyError, TypeError, ValueError):
            continue
    return [(pts_s, text) for pts_s, text in found if 0 <= pts_s < LONGEST_S]


def lines_of(path: Path, began_s: float) -> Lines:
    """Return the lines of a CSV; damaged ones, and those that fall back in time, are left out.

    Args:
        path: The file; where there is none there are no lines.
        began_s: When its part began, seconds.
    """
    found: list[Line] = []
    for row in rows_of(path):
        line = _line(row, began_s)
        if line is not None and (not found or line.time_s > found[-1].time_s):
            found.append(line)
    return Lines(np.array(found, KINDS))


def began_of(path: Path) -> float | None:
    """Return when the part began whose CSV is ``path``, or None if it does not say."""
    for row in rows_of(path):
        try:
            return float(row["time_s"]) - float(row["pts_s"])
        except (KeyError, TypeError, ValueError):
            return None
    return None


def _line(row: dict[str, str], began_s: float) -> Line | None:
    try:
        pts_s, skew_s = float(row["pts_s"]), float(row["skew_ms"]) / 1000
        ir, vis, marks = int(row["ir_frame"]), int(row["visible_frame"]), marks_of(row["marks"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    if not (0 <= pts_s < LONGEST_S and abs(skew_s) < LONGEST_S and max(abs(ir), abs(vis)) < 2**62):
        return None
    lost = 1 if Mark(MarkKind.LOST, "ir") in marks else 2 if Mark(MarkKind.LOST, "vis") in marks else 0
    is_held = Mark(MarkKind.HELD) in marks
    return Line(began_s + pts_s, began_s + max(0.0, pts_s + skew_s), skew_s, ir, vis, is_held, lost)
