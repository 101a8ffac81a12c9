"""One stream that holds both pictures, side by side or one above the other.

`SharedSource` reads the stream once for all halves that are taken of it; each half is a source of its own, with the
same PTS as the other.
"""

import threading
from collections import deque
from dataclasses import replace

import numpy as np

from fusion_app.errors import SourceError
from fusion_app.frames import Frame, Image, Size
from fusion_app.sources.base import FrameSource, Note, SourceInfo, SourceState

SPLIT = "split:"
SIDES = ("left", "right", "top", "bottom")
TICK_S = 1e-6
"""Less than any two frames are apart. (The next larger number would be none where denormals are flushed to zero.)"""


def parse_split(uri: str) -> tuple[str, str]:
    """Return side and inner URI of ``split:SIDE:URI``.

    Raises:
        SourceError: It is not written like that.
    """
    side, _, inner = uri.removeprefix(SPLIT).partition(":")
    if side not in SIDES or not inner or inner.startswith(SPLIT):
        raise SourceError(SPLIT, f"is followed by {', '.join(SIDES)} and a source, like split:left:camera:0")
    return side, inner


def half(image: Image, side: str) -> Image:
    """Return the half of ``(H, W)`` or ``(H, W, 3)`` at ``side``; of an odd size the middle belongs to none."""
    height, width = max(1, image.shape[0] // 2), max(1, image.shape[1] // 2)
    rows = {"top": slice(height), "bottom": slice(-height, None)}.get(side, slice(None))
    columns = {"left": slice(width), "right": slice(-width, None)}.get(side, slice(None))
    return np.ascontiguousarray(image[rows, columns])


class SharedSource:
    """A source that several halves read, each in its own thread; a frame is read once and kept until all had it."""

    def __init__(self, source: FrameSource) -> None:
        self.source = source
        self._halves: list[HalfSource] = []
        self._changed = threading.Condition()
        self._is_reading = False
        self._is_cancelled = False

    def take(self, side: str) -> "HalfSource":
        """Return a source that is the half at ``side``."""
        found = HalfSource(self, side)
        self._halves.append(found)
        return found

    def read(self, reader: "HalfSource") -> Frame | None:
        """Return the next frame for ``reader``, whole. Whoever finds none reads one for all; the others wait for it."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: reader.waiting or self._is_cancelled or not self._is_reading)
                if reader.waiting:
                    return reader.waiting.popleft()
                if self._is_reading:
                    return None  # cancelled
                self._is_reading = True
            if not self._read_for_all():
                return None

    def _read_for_all(self) -> bool:
        frame = None
        try:
            frame = self.source.read()
        finally:
            with self._changed:
                self._is_reading = False
                if frame is not None:
                    self._hand_out(frame)
                self._changed.notify_all()
        return frame is not None

    def _hand_out(self, frame: Frame) -> None:
        for one in self._halves:
            if frame.pts_s >= one.next_s:
                one.waiting.append(frame)
                one.next_s = frame.pts_s + TICK_S

    def seek(self, reader: "HalfSource", pts_s: float) -> None:
        """Continue for ``reader`` at ``pts_s``; the others go on where they are."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_reading)
            reader.waiting.clear()
            reader.next_s = pts_s - 0.0005  # as files round
            self.source.seek(max(0.0, min(one.next_s for one in self._halves)))

    def cancel(self) -> None:
        """End reading, for all halves."""
        with self._changed:
            self._is_cancelled = True
            self._changed.notify_all()
        self.source.cancel()

    def release(self, reader: "HalfSource") -> None:
        """Let ``reader`` go; the source is closed with its last half."""
        with self._changed:
            if reader in self._halves:
                self._halves.remove(reader)
            is_last = not self._halves
        if is_last:
            self.source.close()


class HalfSource(FrameSource):
    """One half of a stream."""

    def __init__(self, shared: SharedSource, side: str) -> None:
        """Read the half at ``side``; made by `SharedSource.take`."""
        self.waiting: deque[Frame] = deque()
        self.next_s = -np.inf
        self._shared = shared
        self._side = side

    @property
    def info(self) -> SourceInfo:  # type: ignore[override]
        """What the stream says, for one half."""
        info = self._shared.source.info
        width, height = info.size
        size = Size(max(1, width // 2), height) if self._side in SIDES[:2] else Size(width, max(1, height // 2))
        return replace(info, uri=f"split:{self._side}:{info.uri}", size=size)

    @property
    def notice(self) -> str:  # type: ignore[override]
        """What the stream has to say."""
        return self._shared.source.notice

    @property
    def notes(self) -> tuple[Note, ...]:  # type: ignore[override]
        """What the stream has to say of its file."""
        return self._shared.source.notes

    def count_after(self, pts_s: float) -> int | None:
        """Return how many frames come after ``pts_s``."""
        return self._shared.source.count_after(pts_s)

    @property
    def failed(self) -> int:  # type: ignore[override]
        """Image files that could not be read."""
        return self._shared.source.failed

    def read(self) -> Frame | None:
        """Return the half of the next frame."""
        frame = self._shared.read(self)
        return None if frame is None else replace(frame, picture=half(frame.image, self._side), coded=())

    def seek(self, pts_s: float) -> None:
        """Continue at the first frame not before ``pts_s``."""
        self._shared.seek(self, pts_s)

    def close(self) -> None:
        """Let go of the stream; the last half closes it."""
        self._shared.release(self)

    def state(self) -> SourceState:
        """Return how the connection to the stream is."""
        return self._shared.source.state()

    def retry_now(self) -> None:
        """Open the stream again at once if it waits to be."""
        self._shared.source.retry_now()

    def cancel(self) -> None:
        """End reading of the stream, for all halves."""
        self._shared.cancel()

    def abandon(self) -> None:
        """Leave the stream to its driver."""
        self._shared.source.abandon()
