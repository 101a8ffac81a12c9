"""Recordings played as if they were live: at their own pace, on the monotonic clock, lost if nobody takes them.

Both recordings of a pair share one `Timeline`, so that they stay in step however long they are played.
"""

import threading
import time
from dataclasses import replace

from fusion_app.frames import Frame
from fusion_app.sources.base import FrameSource, Note, SourceInfo

HEAD_START_S = 0.1
"""Time for both sources to hand over their first frames."""

BEGIN_POLL_S = 0.05
LATE_S = 1.0
"""Frames that come later than this move the whole timeline, for both sources."""


class Timeline:
    """When the frames of a pair of recordings are due; time stands until `begin`.

    Attributes:
        lap_s: Length of one lap if the recordings are looped: both start over together. None plays them once.
        behind_s: How far the machine has fallen behind, altogether, because it cannot decode so fast.
    """

    def __init__(self, lap_s: float | None = None) -> None:
        self.lap_s = lap_s
        self.behind_s = 0.0
        self.begun = threading.Event()
        self._origin_s = 0.0
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Let time run: whoever takes the frames is ready."""
        self._origin_s = time.monotonic() + HEAD_START_S
        self.begun.set()

    def due_s(self, lap: int, pts_s: float) -> float:
        """Return the monotonic time of a frame."""
        with self._lock:
            due_s = self._origin_s + self.behind_s + lap * (self.lap_s or 0.0) + pts_s
            if (late_s := time.monotonic() - due_s) > LATE_S:
                self.behind_s += late_s
                due_s += late_s
            return due_s


class RealtimeSource(FrameSource):
    """A recording as a live source."""

    def __init__(self, source: FrameSource, timeline: Timeline) -> None:
        """Play ``source``, which is owned from then on, along ``timeline``."""
        self._source = source
        self._timeline = timeline
        self._lap = 0
        self._count = 0
        self._last_s = 0.0
        self._cancelled = threading.Event()

    @property
    def info(self) -> SourceInfo:  # type: ignore[override]
        """What the recording says, but live."""
        return replace(self._source.info, is_live=True, is_stills=False, frame_count=None, is_replayed=True)

    @property
    def notice(self) -> str:  # type: ignore[override]
        """What the recording has to say of its reading, and whether it keeps up."""
        behind_s = self._timeline.behind_s
        late = (
            f"{self.info.uri}: {behind_s:.1f} s behind real time; this machine does not decode so fast"
            if behind_s
            else ""
        )
        return self._source.notice or late

    @property
    def notes(self) -> tuple[Note, ...]:  # type: ignore[override]
        """What the recording has to say of its file."""
        return self._source.notes

    @property
    def failed(self) -> int:  # type: ignore[override]
        """Image files that could not be read."""
        return self._source.failed

    def read(self) -> Frame | None:
        """Return the next frame when its time has come; None at the end, or once cancelled."""
        frame = self._next()
        while not self._timeline.begun.wait(BEGIN_POLL_S):
            if self._cancelled.is_set():
                return None
        if frame is None:
            return None
        due_s = max(self._timeline.due_s(self._lap, frame.pts_s), self._last_s + 1e-6)
        if self._cancelled.wait(max(0.0, due_s - time.monotonic())):
            return None
        self._last_s = due_s
        self._count += 1
        return replace(frame, pts_s=due_s, index=self._count - 1, name="")

    def seek(self, pts_s: float) -> None:
        """Do nothing: what plays as if live has no past."""

    def cancel(self) -> None:
        """End the wait for a frame."""
        self._cancelled.set()

    def close(self) -> None:
        """Close the recording."""
        self._source.close()

    def _next(self) -> Frame | None:
        lap_s = self._timeline.lap_s
        frame = self._source.read()
        if lap_s is not None and (frame is None or frame.pts_s >= lap_s):
            self._lap += 1
            self._source.seek(0.0)
            frame = self._source.read()
        return frame
