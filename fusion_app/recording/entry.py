"""What a recording keeps of a frame."""

import time
from dataclasses import dataclass, replace

from fusion_app.frames import FusedFrame, MeasuredSpot, Planes
from fusion_app.recording.marks import Mark, MarkKind, mark
from fusion_app.writers.copied import headed


@dataclass(frozen=True)
class Entry:
    """A frame on its way into a recording.

    Attributes:
        fused: The frame, in the time of the session.
        wall_s: When it was taken, seconds since 1970.
        latency_ms: From its capture (a file's: from when it was read) to its fused image, milliseconds.
        period_s: Nominal time from one frame to the next at this moment, seconds.
        ir_period_s: The same of infrared.
        marks: What is to be known of it.
        begins_part: The user wants a new part to begin with it.
        unfused: Visible frames that could not be fused in time, since the session was attached to.
        spots: What infrared measures; empty where it sees nothing.
    """

    fused: FusedFrame
    wall_s: float
    latency_ms: float
    period_s: float = 0.04
    ir_period_s: float = 0.04
    marks: tuple[Mark, ...] = ()
    begins_part: bool = False
    unfused: int = 0
    spots: tuple[MeasuredSpot, ...] = ()

    def marked(self, *marks: Mark) -> "Entry":
        """Return the entry with more marks."""
        return replace(self, marks=(*self.marks, *marks)) if marks else self

    @property
    def bytes(self) -> int:
        """Memory that its images take, at most; what frames share is counted for each."""
        pair = self.fused.pair
        packets = sum(len(coded.data) for coded in pair.vis.coded)
        return int(self.fused.picture.nbytes + pair.vis.picture.nbytes + pair.ir.picture.nbytes + packets)

    @property
    def headed(self) -> "Entry":
        """The entry with all that its visible frame is decoded from, so that a file can begin with it."""
        pair = self.fused.pair
        return replace(self, fused=replace(self.fused, pair=replace(pair, vis=headed(pair.vis))))

    @property
    def is_key(self) -> bool:
        """A file can begin here without copies of packets before it."""
        coded = self.fused.pair.vis.coded
        return not coded or any(one.is_key for one in coded)


def entry_of(fused: FusedFrame, period_s: float, ir_period_s: float, *, is_live: bool) -> Entry:
    """Return the entry of a frame that has just been fused; its PTS is that of its source, not yet the session's."""
    now = time.time()
    fused = recordable(fused)
    pair = fused.pair
    captured = pair.ir.pts_s if pair.lost == "vis" else pair.vis.pts_s
    latency_s = time.monotonic() - captured if is_live else sum(fused.stage_ms.values()) / 1000
    found = {
        Mark(MarkKind.HELD): pair.is_held,
        Mark(MarkKind.LOST, pair.lost): bool(pair.lost),
        Mark(MarkKind.NUC): fused.is_nuc,
    }
    marks = tuple(one for one, is_true in found.items() if is_true)
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


class Losses:
    """Lets each loss be told once, on the next line that is written: what is dropped tells nothing."""

    def __init__(self, unfused: int | None = None) -> None:
        """Begin where ``unfused`` frames have been told of; None: with those of the first entry."""
        self.dropped = 0
        """Told of so far."""
        self.unfused = unfused

    def marks(self, entry: Entry, dropped: int) -> tuple[Mark, ...]:
        """Return what ``entry`` has to tell, before which ``dropped`` frames could not be written in all."""
        if self.unfused is None:
            self.unfused = entry.unfused
        more = {MarkKind.DROPPED: dropped - self.dropped, MarkKind.UNFUSED: entry.unfused - self.unfused}
        return tuple(mark(kind, count) for kind, count in more.items() if count > 0)

    def told(self, entry: Entry, dropped: int) -> None:
        """Note that the marks of ``entry`` are written."""
        self.dropped, self.unfused = dropped, entry.unfused
