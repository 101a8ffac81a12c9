"""A recording paired again as it was: its CSV says which frames belong together, held and lost ones included."""

from dataclasses import replace

from fusion_app.frames import Frame, FramePair
from fusion_app.pairing.base import FrameReader, PairingPolicy, Recorded
from fusion_app.recording.frame_log import CLOSE_S, LOST, Line, Lines

STEP_S = 0.001
"""A frame that came too late for its time is this much behind the one before (`writers.tracks.MIN_STEP`)."""


class _Cursor:
    """A track that is read along the lines: each of its frames is shown from its own time to the next one's."""

    def __init__(self, reader: FrameReader) -> None:
        self._reader = reader
        self._shown: Frame | None = None
        self._ahead: Frame | None = None
        self.number = 0
        """Number that the CSV gave the frame when it was new."""
        self.is_over = False
        """The last frame of the track is shown."""
        self.passed = 0
        """Frames that were due together with a later one, and so not shown."""

    def seek(self, pts_s: float) -> None:
        """Continue at the frame that lies at ``pts_s``."""
        self._reader.seek(max(0.0, pts_s - CLOSE_S))
        self._shown = self._ahead = None
        self.is_over = False

    def at(self, due_s: float, number: int) -> Frame | None:
        """Return the frame that is shown at ``due_s``, which the CSV calls ``number``; None if the track is empty."""
        is_first = self._shown is None
        if is_first:
            self._advance(number)
        shown = self._shown
        if shown is not None and self._is_due(max(due_s, shown.pts_s + STEP_S)):
            self._advance(number)
        while self._is_due(due_s):
            self.passed += not is_first  # a copied track begins before the first line, with a key frame
            self._advance(number)
        return self._shown

    def _is_due(self, due_s: float) -> bool:
        return self._ahead is not None and self._ahead.pts_s <= due_s + CLOSE_S / 2

    def _advance(self, number: int) -> None:
        self._shown = self._ahead or self._reader.read()
        self._ahead = self._reader.read() if self._shown is not None else None
        self.number, self.is_over = number, self._ahead is None


class RecordedPairs(Recorded):
    """Reads the two tracks of a recording in the steps of its lines, as `Pairs`."""

    def __init__(self, ir: FrameReader, vis: FrameReader, lines: Lines, policy: PairingPolicy) -> None:
        """Pair ``ir`` and ``vis`` as ``lines`` say; ``policy`` tells what belongs together under another offset."""
        super().__init__(policy)
        self._ir, self._vis = _Cursor(ir), _Cursor(vis)
        self._lines = lines
        self._next = 0
        self._untold_s: float | None = None
        """Time of the last line, where the track goes on behind it."""
        self._offset_s = 0.0
        """The offset that infrared is read with; the wanted one may be set from another thread."""

    @property
    def notice(self) -> str:
        """What is to be said of the frames so far, or empty."""
        found = []
        if lost := self.counts.lost:
            found.append(f"in {lost} frames a camera was lost: they show the other one, as when they were recorded")
        if self._untold_s is not None:
            found.append(f"the CSV says nothing of what follows {self._untold_s:.1f} s, which is left out")
        return "; ".join(found)

    def count(self, start_s: float, end_s: float | None) -> int:
        """Return how many frames lie between two times; None is the end."""
        end = len(self._lines) if end_s is None else self._lines.find(end_s)
        return max(0, end - self._lines.find(start_s))

    def left_over(self) -> tuple[int, int]:
        """See `Pairs`: none, every line of a recording is a frame."""
        return 0, 0

    def seek(self, pts_s: float) -> None:
        """Continue at the first frame not before ``pts_s``; counts go on."""
        self._next = self._lines.find(pts_s)
        if self._next < len(self._lines):
            self._vis.seek(self._lines.appeared_s(self._next))
            self._seek_ir()

    def _seek_ir(self) -> None:
        self._offset_s = self.policy.offset_s
        self._ir.seek(self._ir_line(self._next).ir_s)

    def read(self) -> FramePair | None:
        """Return the next pair, or None at the end of the lines, or where the tracks end before them."""
        if self._next >= len(self._lines):
            return None
        if self._offset_s != self.policy.offset_s:
            self._seek_ir()
        line, other = self._lines[self._next], self._ir_line(self._next)
        if self.end_s is not None and line.time_s >= self.end_s - CLOSE_S:
            return None
        vis, ir = self._vis.at(line.time_s, line.vis), self._ir.at(other.ir_s, other.ir)
        if vis is None or ir is None or (self._vis.is_over and self._vis.number != line.vis):
            return None
        self._next += 1
        if self._next == len(self._lines) and not self._vis.is_over:
            self._untold_s = line.time_s
        return self._pair(ir, vis, line, other)

    def _ir_line(self, number: int) -> Line:
        """Return the line whose infrared frame is shown with the line ``number``."""
        line = self._lines[number]
        return self._lines[self._lines.nearest(line.time_s - self._offset_s)] if self._offset_s else line

    def _pair(self, ir: Frame, vis: Frame, line: Line, other: Line) -> FramePair:
        is_blank = other.ir < 0 and len(ir.picture.shape) == 3
        picture = ir.image[..., 0] if is_blank else ir.picture  # a blank is grey
        skew_s = other.time_s + self._offset_s - line.time_s + other.skew_s if self._offset_s else line.skew_s
        lost = LOST[line.lost if line.lost == 2 else other.lost if other.lost == 1 else 0]
        is_held = not lost and (line.is_held if not self._offset_s else abs(skew_s) > self.policy.tolerance_s)
        c = self.counts
        self.counts = replace(
            c, paired=c.paired + 1, held=c.held + is_held, dropped=self._vis.passed, lost=c.lost + bool(lost)
        )
        return FramePair(
            replace(ir, picture=picture, pts_s=line.time_s + skew_s, index=other.ir),
            replace(vis, pts_s=line.time_s, index=line.vis),
            is_held,
            lost,
        )
