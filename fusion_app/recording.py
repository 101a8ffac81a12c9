"""A recording in progress: frames are written in a thread of their own while the run goes on."""

import threading
from collections import deque

from fusion_app.errors import RecordingError
from fusion_app.frames import FusedFrame
from fusion_app.writers import Writer


class Recorder:
    """A sink that writes in a thread of its own, so that encoding overlaps fusing.

    Not live: a full queue makes the runner wait, nothing is lost. Live: it drops the frame, and counts it.
    """

    def __init__(self, writer: Writer, *, is_live: bool = False, capacity: int = 8) -> None:
        self._writer = writer
        self._is_live = is_live
        self._capacity = capacity
        self._queue: deque[FusedFrame] = deque()
        self._changed = threading.Condition()
        self._is_closing = False
        self._written = 0
        self._dropped = 0
        self._error: RecordingError | None = None
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def written(self) -> int:
        """Frames written so far."""
        return self._written

    @property
    def dropped(self) -> int:
        """Frames of a live run that could not be written in time."""
        return self._dropped

    @property
    def error(self) -> RecordingError | None:
        """Why the recording has stopped by itself, or None."""
        return self._error

    def __call__(self, fused: FusedFrame) -> None:
        """Take one frame.

        Raises:
            RecordingError: Writing has failed. A live recording keeps silent, the picture goes on: ask `error`.
        """
        with self._changed:
            if not self._is_live:
                self._changed.wait_for(lambda: len(self._queue) < self._capacity or self._error is not None)
            if self._error is not None:
                if self._is_live:
                    return
                raise self._error
            if len(self._queue) >= self._capacity:
                self._dropped += 1
                return
            self._queue.append(fused)
            self._changed.notify_all()

    def close(self) -> None:
        """Write what is queued and finish the file.

        Raises:
            RecordingError: Something could not be written.
        """
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            while (fused := self._next()) is not None:
                self._writer.write(fused)
                self._written += 1
        except Exception as error:  # noqa: BLE001 - a recorder that died in silence would make the runner wait for ever
            self._fail(error)
        try:
            self._writer.close()
        except Exception as error:  # noqa: BLE001 - the same
            self._fail(error)

    def _next(self) -> FusedFrame | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closing)
            fused = self._queue.popleft() if self._queue else None
            self._changed.notify_all()
            return fused

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, RecordingError):
            error = RecordingError(f"the recording ended: {error}")
        with self._changed:
            self._error = self._error or error
            self._queue.clear()
            self._changed.notify_all()
