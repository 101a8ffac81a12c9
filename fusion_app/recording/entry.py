"""What a recording keeps of a frame, and the CSV that has a line for each."""

import csv
import io
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame, Planes
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
)
MARK_LENGTH = 200
MAX_LOG_BYTES = 2**30
LONGEST_S = 1e7
MAX_LINE = 65_536
"""Of a log that is read, characters: what a crash has left may be one line without end."""


@dataclass(frozen=True)
class Entry:
    """A frame on its way into a recording.

    Attributes:
        fused: The frame, in the time of the session.
        wall_s: When it was taken, seconds since 1970.
        latency_ms: From its capture (a file's: from when it was read) to its fused image, milliseconds.
        period_s: Nominal time from one frame to the next at this moment, seconds.
        ir_period_s: The same of infrared.
        marks: What is to be known of it: ``held``, ``lost:ir``, ``nuc``, ``dropped:3``, ``unfused:3``, ``marker:…``,
            ``pause:2.5``.
        begins_part: The user wants a new part to begin with it.
        unfused: Visible frames that could not be fused in time, since the session was attached to.
    """

    fused: FusedFrame
    wall_s: float
    latency_ms: float
    period_s: float = 0.04
    ir_period_s: float = 0.04
    marks: tuple[str, ...] = ()
    begins_part: bool = False
    unfused: int = 0

    def marked(self, *marks: str) -> "Entry":
        """Return the entry with more marks."""
        return replace(self, marks=(*self.marks, *marks)) if marks else self

    @property
    def bytes(self) -> int:
        """Memory that its images take, at most; what frames share is counted for each."""
        pair = self.fused.pair
        return int(self.fused.image.nbytes + pair.vis.image.nbytes + pair.ir.image.nbytes)


def entry_of(fused: FusedFrame, period_s: float, ir_period_s: float, *, is_live: bool) -> Entry:
    """Return the entry of a frame that has just been fused; its PTS is that of its source, not yet the session's."""
    now = time.time()
    fused = recordable(fused)
    pair = fused.pair
    captured = pair.ir.pts_s if pair.lost == "vis" else pair.vis.pts_s
    latency_s = time.monotonic() - captured if is_live else sum(fused.stage_ms.values()) / 1000
    found = {"held": pair.is_held, f"lost:{pair.lost}": bool(pair.lost), "nuc": fused.is_nuc}
    marks = tuple(mark for mark, is_true in found.items() if is_true)
    return Entry(fused, now - latency_s, latency_s * 1000, period_s, ir_period_s, marks)


def recordable(fused: FusedFrame) -> FusedFrame:
    """Return ``fused`` without what no recording holds, and with infrared as an image.

    Frames of raw bytes are kept as they came where that makes an image of two bytes a pixel: they can be decoded again.
    """
    ir, view = fused.pair.ir, fused.thermal
    if isinstance(ir.picture, Planes):  # a picture as it came
        return replace(fused, ir_view=ir.picture.luma, thermal=None)
    image = ir.picture
    is_row = image.size == max(image.shape) and image.size > 1
    if view is not None and (is_row or image.ndim == 3):
        if is_row and view.counts is not None:
            image = view.counts
        elif is_row or (image.shape[2] == 2 and view.counts is None):
            image = view.grey
    pair = fused.pair if image is ir.picture else replace(fused.pair, ir=replace(ir, picture=image))
    return replace(fused, pair=pair, ir_view=image, thermal=None)


def marker(kind: str, value: object) -> str:
    """Return a mark; the text of a user must break neither the line nor the list of marks."""
    text = " ".join(str(value).replace(";", ",").split())[:MARK_LENGTH]
    return f"{kind}:{text}"


class Losses:
    """Lets each loss be told once, on the next line that is written: what is dropped tells nothing."""

    def __init__(self, unfused: int | None = None) -> None:
        """Begin where ``unfused`` frames have been told of; None: with those of the first entry."""
        self.dropped = 0
        """Told of so far."""
        self.unfused = unfused

    def marks(self, entry: Entry, dropped: int) -> tuple[str, ...]:
        """Return what ``entry`` has to tell, before which ``dropped`` frames could not be written in all."""
        if self.unfused is None:
            self.unfused = entry.unfused
        more = {"dropped": dropped - self.dropped, "unfused": entry.unfused - self.unfused}
        return tuple(marker(kind, count) for kind, count in more.items() if count > 0)

    def told(self, entry: Entry, dropped: int) -> None:
        """Note that the marks of ``entry`` are written."""
        self.dropped, self.unfused = dropped, entry.unfused


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
        self._write(
            (
                self._frame,
                f"{pts_s:.6f}",
                f"{self._began_s + pts_s:.6f}",
                datetime.fromtimestamp(entry.wall_s).astimezone().isoformat(timespec="milliseconds"),
                pair.ir.index,
                pair.vis.index,
                f"{pair.skew_s * 1000:.3f}",
                f"{entry.latency_ms:.3f}",
                ";".join(entry.marks),
            )
        )
        self._frame += 1

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, row: tuple[object, ...]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(row)
        try:
            self._file.write(line.getvalue().encode())
        except OSError as error:
            raise RecordingError(write_failure(self._path, error)) from error


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Return the lines of the CSV of a recording by the names of their columns, as far as it can be read."""
    with suppress(OSError, csv.Error), open_bounded(path, MAX_LOG_BYTES) as data:
        text = io.TextIOWrapper(data, "utf-8", errors="replace", newline="")
        yield from csv.DictReader(iter(lambda: text.readline(MAX_LINE), ""))


def markers_of(path: Path) -> list[tuple[float, str]]:
    """Return PTS and text of the markers in the CSV of a recording; lines that are damaged have none."""
    found: list[tuple[float, str]] = []
    for row in rows_of(path):
        texts = [mark[7:] for mark in (row.get("marks") or "").split(";") if mark.startswith("marker:")]
        try:
            found.extend((float(row["pts_s"]), text) for text in texts)
        except (KeyError, TypeError, ValueError):
            continue
    return [(pts_s, text) for pts_s, text in found if 0 <= pts_s < LONGEST_S]
