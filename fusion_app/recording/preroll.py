"""What was seen before someone pressed Record: encoded as it comes, as in a recording, and kept in memory."""

import time
from contextlib import suppress
from dataclasses import dataclass

from fusion_app.errors import RecordingError
from fusion_app.recording.clips import Clip, ClipWriter, joined
from fusion_app.recording.entry import Entry, Losses
from fusion_app.settings import RecordingSettings
from fusion_app.writers.queued import QueuedWriter

CAPACITY = 512_000_000
"""Bytes that encoded frames may take; 30 seconds of two real 1080p cameras take a fifth of it."""

WAITING = 256_000_000
"""Bytes of frames that wait to be encoded, at most; what comes beyond is dropped and counted, as in a recording."""

SLACK_S = 1.0


@dataclass(frozen=True)
class PreRollStatus:
    """A pre-roll at one moment.

    Attributes:
        asked_s: How much is wanted, seconds.
        seconds: How much there is.
        size: Memory of it, bytes.
        dropped: Frames that could not be encoded in time.
        failure: Why there is none, or empty.
    """

    asked_s: float
    seconds: float = 0.0
    size: int = 0
    dropped: int = 0
    failure: str = ""


class PreRoll:
    """The last ``settings.preroll_s`` seconds of what `keep` was called with, as far as `CAPACITY` reaches.

    They begin with a key frame, so they may be a second more. Encoding has a thread of its own, from the first frame.
    """

    def __init__(self, settings: RecordingSettings, capacity: int = CAPACITY) -> None:
        self.newest_s: float | None = None
        """PTS of the last frame."""
        self._seconds = settings.preroll_s
        self._capacity = capacity
        self._writer = ClipWriter(settings, capacity)
        self._queue: QueuedWriter[Entry] | None = None
        self._losses = Losses()

    @property
    def fullness(self) -> float:
        """How full the queue is, 0…1; at 1 frames are dropped."""
        return 0.0 if self._queue is None else self._queue.fullness

    @property
    def spare(self) -> int:
        """Bytes of `CAPACITY` that are not used; what comes while the pre-roll is written may have them."""
        return max(0, self._capacity - self._writer.bytes) if self._queue is not None else 0

    @property
    def unfused(self) -> int | None:
        """How many frames that could not be fused in time its lines have told of; None where it holds none."""
        return self._losses.unfused

    def keep(self, entry: Entry) -> None:
        """Keep ``entry``, and forget what is too old or too much."""
        if not self._seconds:
            return
        if self._queue is None:
            self._queue = QueuedWriter(self._writer, is_live=True, capacity=WAITING, weigh=lambda item: item.bytes)
        dropped = self._queue.dropped
        if self._queue.offer(entry.marked(*self._losses.marks(entry, dropped))):
            self._losses.told(entry, dropped)
        self.newest_s = entry.fused.pts_s

    def take(self) -> list[Clip]:
        """Return what is kept, the oldest first, once it is encoded; nothing can be kept any more.

        What came before a long silence is left out.
        """
        since_s = time.time() - self._seconds - SLACK_S
        if self._queue is not None:
            with suppress(RecordingError):  # what was encoded before is good
                self._queue.close()
        return joined(clip for clip in self._writer.clips if clip.lines[-1].wall_s >= since_s)

    def status(self) -> PreRollStatus:
        """Return how much is kept; from any thread."""
        queue, writer = self._queue, self._writer
        if queue is None:
            return PreRollStatus(self._seconds)
        failure = "" if queue.error is None else str(queue.error)
        return PreRollStatus(self._seconds, writer.seconds, writer.bytes, queue.dropped, failure)

    def abandon(self) -> None:
        """Forget all of it, without waiting; nothing can be kept any more."""
        if self._queue is not None:
            self._queue.abandon()
