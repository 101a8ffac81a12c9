"""A reader thread and a bounded buffer in front of a source: one of the two places where threads meet.

A file blocks its reader when the buffer is full, so nothing is lost; a live source drops its oldest frame, so latency
stays bounded, and the drop is counted. The reader of a live source never pauses: what a driver buffers is old.
"""

import logging
import threading
import time
from collections import deque
from dataclasses import replace

from fusion_app.frames import Frame
from fusion_app.sources.base import FrameSource, Note, Phase, SourceInfo, SourceState
from fusion_app.sources.liveness import Pulse

DEFAULT_CAPACITY = 8
CLOSE_S = 1.0
STUCK_S = 20.0
"""A connection that neither delivers nor ends for so long hangs in its driver: all others have time-outs."""
OPENING_POLL_S = 0.02

log = logging.getLogger(__name__)


class BufferedSource(FrameSource):
    """Reads ``source`` ahead in a thread of its own and owns it from then on."""

    def __init__(self, source: FrameSource, capacity: int = DEFAULT_CAPACITY) -> None:
        self._source = source
        self._pulse = Pulse()
        self._capacity = capacity
        self._frames: deque[Frame] = deque()
        self._changed = threading.Condition()
        self._is_over = False
        self._is_closing = False
        self._seek_to: float | None = None
        self._error: BaseException | None = None
        self._dropped = 0
        self._arrived = 0
        self._thread = threading.Thread(target=self._run, name=f"source {self.info.uri}", daemon=True)
        self._thread.start()

    @property
    def info(self) -> SourceInfo:  # type: ignore[override]
        """What is known of the source; of a live one a guess, until its first frame."""
        return self._source.info

    @property
    def notice(self) -> str:  # type: ignore[override]
        """What the source has to say of its reading so far."""
        return self._source.notice

    @property
    def notes(self) -> tuple[Note, ...]:  # type: ignore[override]
        """What the source has to say of its file."""
        return self._source.notes

    def count_after(self, pts_s: float) -> int | None:
        """Return how many frames come after ``pts_s``."""
        return self._source.count_after(pts_s)

    @property
    def failed(self) -> int:  # type: ignore[override]
        """Image files of a folder that could not be read."""
        return self._source.failed

    @property
    def dropped(self) -> int:
        """Frames of a live source that were lost because nobody took them in time."""
        return self._dropped

    @property
    def arrived(self) -> int:
        """Frames read from the source so far, those dropped included."""
        return self._arrived

    def state(self) -> SourceState:
        """Return how the source is at this moment; from any thread, never waiting."""
        state, now = self._source.state(), time.monotonic()
        with self._changed:
            age_s = self._pulse.age_s(now) if self.info.is_live else None
            fps = self._pulse.fps(now) if self.info.is_live else None
            ended = self._ended_phase()
            is_stalled = self.info.is_live and self._pulse.is_stalled(now)
        if ended is not None:
            return replace(state, phase=ended, reason=str(self._error or ""), age_s=age_s, retry_in_s=None)
        if state.phase is Phase.OK and is_stalled:
            return replace(state, phase=Phase.STALLED, reason=self._stall_reason(age_s or 0.0), age_s=age_s, fps=fps)
        return replace(state, age_s=age_s, fps=fps)

    def _stall_reason(self, age_s: float) -> str:
        cure = "; its driver does not answer, unplug it and plug it in again" if age_s > STUCK_S else ""
        return f"{self.info.uri}: no new frame for {age_s:.0f} s{cure}"

    def retry_now(self) -> None:
        """Open the source again at once if it waits to be."""
        self._source.retry_now()

    def wait_for_opening(self, timeout_s: float) -> None:
        """Wait until the first attempt to open a live source has succeeded or failed, but no longer than that."""
        deadline = time.monotonic() + timeout_s
        while self._source.state().phase is Phase.OPENING and time.monotonic() < deadline and not self._is_closing:
            time.sleep(OPENING_POLL_S)

    def read(self, timeout_s: float | None = None) -> Frame | None:
        """Return the oldest buffered frame, waiting for one; None when the stream is over or the source closed.

        Args:
            timeout_s: Return None as well after this time, seconds; None waits for ever.

        Raises:
            FusionAppError: The reader met an error; every frame before it has been handed out.
        """
        with self._changed:
            self._changed.wait_for(self._has_news, timeout_s)
            return self._take() if self._has_news() else None

    def read_available(self) -> Frame | None:
        """Return the oldest buffered frame, or None at once if there is none."""
        with self._changed:
            return self._take() if self._frames and self._seek_to is None else None

    @property
    def is_over(self) -> bool:
        """No frame will come any more."""
        with self._changed:
            return not self._frames and self._seek_to is None and (self._is_over or self._is_closing)

    @property
    def is_silent(self) -> bool:
        """No new frame comes at the moment."""
        return self.state().is_silent

    def seek(self, pts_s: float) -> None:
        """Forget what is buffered and continue at ``pts_s``; the reader thread does the seeking."""
        with self._changed:
            if not self.info.is_live:
                self._frames.clear()
                self._seek_to = pts_s
                self._error = None
                self._changed.notify_all()

    def cancel(self) -> None:
        """Wake whoever waits in `read`; no frame comes any more."""
        with self._changed:
            self._is_closing = True
            self._frames.clear()
            self._changed.notify_all()
        self._source.cancel()

    def close(self) -> None:
        """End the reader thread, which closes the source; stuck in a driver, it is waited for at most 1 s."""
        self.cancel()
        self._thread.join(CLOSE_S)
        if self._thread.is_alive():
            self._source.abandon()
            log.warning("%s: its driver does not let go; it is left to itself until it does", self.info.uri)

    def _ended_phase(self) -> Phase | None:
        if self._is_closing:
            return Phase.CLOSED
        if self._error is not None:
            return Phase.FAILED
        return Phase.ENDED if self._is_over else None

    def _has_news(self) -> bool:
        return self._is_closing or (self._seek_to is None and (bool(self._frames) or self._is_over))

    def _take(self) -> Frame | None:
        if self._frames:
            frame = self._frames.popleft()
            if len(self._frames) <= self._capacity // 2:  # a few frames in a row wake the reader once, not each
                self._changed.notify_all()
            return frame
        if self._error is not None and not self._is_closing:
            raise self._error
        return None

    def _run(self) -> None:
        try:
            while self._wait_for_room():
                self._read_one()
        finally:
            self._source.close()

    def _wait_for_room(self) -> bool:
        """Wait until there is something to do; tell whether to go on."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closing or self._seek_to is not None or self._has_room())
            return not self._is_closing

    def _has_room(self) -> bool:
        return not self._is_over and (self.info.is_live or len(self._frames) < self._capacity)

    def _read_one(self) -> None:
        target, error = self._seek_to, None
        try:
            if target is not None:
                self._source.seek(target)
            frame = self._source.read()
        except Exception as caught:  # noqa: BLE001 - handed to the reading thread, which raises it
            frame, error = None, caught
        with self._changed:
            if self._seek_to != target or self._is_closing:
                return  # sought again meanwhile, or closed: nobody wants this frame
            self._seek_to, self._error = None, error
            self._store(frame)
            self._changed.notify_all()

    def _store(self, frame: Frame | None) -> None:
        self._is_over = frame is None
        if frame is None:
            return
        self._arrived += 1
        self._pulse.beat(time.monotonic())
        self._frames.append(frame)
        if len(self._frames) > self._capacity:
            self._frames.popleft()
            self._dropped += 1
