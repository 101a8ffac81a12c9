"""A recording from start to stop: its parts, pauses, markers, and what became of every frame."""

import threading
from dataclasses import dataclass, replace
from pathlib import Path

from fusion_app.errors import RecordingError
from fusion_app.recording.entry import Entry, Losses
from fusion_app.recording.marks import Mark, MarkKind, mark
from fusion_app.recording.part import PartPlan
from fusion_app.recording.parts import Parts
from fusion_app.recording.preroll import PreRoll
from fusion_app.writers.queued import QueuedWriter

MOST_MARKERS = 50
"""Markers that may wait for a frame: all of one frame stand in one line of the CSV, which must stay readable."""
QUEUE_BYTES = 256_000_000
"""Memory of the frames that wait to be written, at most; what comes beyond is dropped and counted."""


@dataclass(frozen=True)
class RecordingStatus:
    """A running recording at one moment.

    Attributes:
        seconds: Recorded so far, pauses left out.
        size: Bytes on disk, all parts together.
        written: Frames written.
        dropped: Frames lost because the disk or the encoder was too slow.
        unfused: Visible frames that are missing because they could not be fused in time.
        path: The part being written.
        part: Its number, from 1.
        backlog: Frames that wait to be written.
        disk_left: Free bytes on the disk.
        minutes_left: Until the recording must end for want of space, as fast as it grows now; None before it is known.
        is_paused: Nothing is recorded until it is resumed.
        warning: One sentence on what the user should know, or empty.
        first: The first part, which names the whole.
        visible: How the visible track is kept, in words.
        encoder: What encodes H.264, in words; empty before the first frame.
    """

    seconds: float
    size: int
    written: int
    dropped: int
    unfused: int = 0
    path: Path = Path()
    part: int = 1
    backlog: int = 0
    disk_left: int = 0
    minutes_left: float | None = None
    is_paused: bool = False
    warning: str = ""
    first: Path = Path()
    visible: str = ""
    encoder: str = ""


class Recording:
    """Writes entries into ``path`` and, where a part ends, into files with numbers behind the name.

    It is called from one thread; everything else may be asked from any. Nothing is on disk before the first frame.
    """

    def __init__(
        self, path: Path, plan: PartPlan, before: PreRoll | None = None, duration_s: float | None = None
    ) -> None:
        """Begin with what was seen ``before`` the start.

        Args:
            path: The first part.
            plan: What is recorded, and how.
            before: The pre-roll; nothing is kept in it any more.
            duration_s: Frames later than this are not taken, seconds without pauses and pre-roll; None takes all.

        Raises:
            RecordingError: There is not enough space to begin.
        """
        self.path = path
        self._parts = Parts(path, plan, before)
        self._queue = QueuedWriter(
            self._parts,
            is_live=True,
            capacity=QUEUE_BYTES,
            weigh=lambda entry: entry.bytes,
            begin=self._parts.begin,
            spare=0 if before is None else before.spare,
        )
        self._lock = threading.Lock()
        self._marks: list[Mark] = []
        self._is_paused = False
        self._has_resumed = False
        self._must_split = False
        self._losses = Losses(None if before is None else before.unfused)
        self._cut_s = 0.0
        self._first_s: float | None = None
        self._last_s = None if before is None else before.newest_s
        self._duration_s = duration_s
        self._is_over = False

    @property
    def error(self) -> RecordingError | None:
        """Why it has stopped by itself, or None."""
        return self._queue.error

    @property
    def is_paused(self) -> bool:
        """Nothing is recorded until `resume`."""
        return self._is_paused

    @property
    def is_over(self) -> bool:
        """The time that was asked for is recorded."""
        return self._is_over

    @property
    def fullness(self) -> float:
        """How full the queue is, 0…1; at 1 frames are dropped."""
        return self._queue.fullness

    def __call__(self, entry: Entry) -> None:
        """Take one frame."""
        with self._lock:
            if self._is_paused:
                return
            has_resumed, self._has_resumed = self._has_resumed, False
            marks, self._marks = self._marks, []
            entry = replace(entry, begins_part=self._must_split)
            self._must_split = False
        if has_resumed and self._last_s is not None:
            paused_s = max(0.0, entry.fused.pts_s - self._last_s - entry.period_s)
            self._cut_s += paused_s
            marks.append(mark(MarkKind.PAUSE, f"{paused_s:.3f}"))
            self._losses.unfused = entry.unfused  # nobody wanted those
        self._is_over = self._is_over or self._is_late(entry.fused.pts_s)
        if not self._is_over and not self._offer(entry, marks):
            self._remember(marks, must_split=entry.begins_part)

    def _is_late(self, pts_s: float) -> bool:
        file_s = pts_s - self._cut_s
        if self._first_s is None:
            self._first_s = file_s
        return self._duration_s is not None and file_s - self._first_s >= self._duration_s - 1e-6

    def _offer(self, entry: Entry, marks: list[Mark]) -> bool:
        dropped = self._queue.dropped
        told = self._losses.marks(entry, dropped)
        is_taken = self._queue.offer(_moved(entry.marked(*marks, *told), self._cut_s))
        if is_taken:
            self._losses.told(entry, dropped)
        self._last_s = entry.fused.pts_s
        return is_taken

    def pause(self) -> None:
        """Leave out what comes until `resume`; the time of the file stands still."""
        with self._lock:
            self._is_paused = True

    def resume(self) -> None:
        """Go on."""
        with self._lock:
            self._has_resumed = self._has_resumed or self._is_paused
            self._is_paused = False

    def add_marker(self, text: str = "") -> None:
        """Mark the next frame; where none comes any more, the last one.

        Raises:
            RecordingError: As many markers wait for a frame as one can have.
        """
        with self._lock:
            if sum(one.kind is MarkKind.MARKER for one in self._marks) >= MOST_MARKERS:
                raise RecordingError(f"{MOST_MARKERS} markers wait for a frame already; wait until pictures come")
            self._marks = [*self._marks, mark(MarkKind.MARKER, text)]

    def split(self) -> None:
        """Begin the next part with the next frame."""
        self._remember([], must_split=True)

    def status(self) -> RecordingStatus:
        """Return how it goes."""
        parts, queue = self._parts, self._queue
        size, seconds = parts.size, parts.seconds
        rate = size / seconds if seconds > 5 else 0.0
        return RecordingStatus(
            path=parts.path,
            part=parts.number,
            seconds=seconds,
            size=size,
            written=parts.before + queue.written,
            dropped=parts.dropped_before + queue.dropped,
            unfused=parts.unfused,
            backlog=queue.backlog,
            disk_left=parts.disk.free,
            minutes_left=parts.disk.usable / rate / 60 if rate else None,
            is_paused=self._is_paused,
            warning=parts.disk.warning,
            first=self.path,
            visible=parts.visible,
            encoder=parts.encoder,
        )

    def close(self) -> None:
        """Write what waits and finish the file.

        Raises:
            RecordingError: Something could not be written.
        """
        self._parts.late_drops = self._queue.dropped - self._losses.dropped
        with self._lock:
            self._parts.late_markers = tuple(one for one in self._marks if one.kind is MarkKind.MARKER)
        self._queue.close()

    def _remember(self, marks: list[Mark], *, must_split: bool = False) -> None:
        with self._lock:
            self._marks = [*marks, *self._marks]
            self._must_split = self._must_split or must_split


def _moved(entry: Entry, earlier_s: float) -> Entry:
    """Return ``entry`` with all its times earlier: pauses are cut out."""
    if not earlier_s:
        return entry
    pair = entry.fused.pair
    ir = replace(pair.ir, pts_s=pair.ir.pts_s - earlier_s)
    vis = replace(pair.vis, pts_s=pair.vis.pts_s - earlier_s)
    return replace(entry, fused=replace(entry.fused, pair=replace(pair, ir=ir, vis=vis)))
