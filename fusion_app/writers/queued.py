"""A writer in a thread of its own, and the queue in front of it."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from fusion_app.errors import RecordingError
from fusion_app.writers.base import Writer

T = TypeVar("T")


class QueuedWriter(Generic[T]):
    """A sink that writes in a thread of its own, so that encoding overlaps fusing.

    Not live: a full queue makes the runner wait, nothing is lost. Live: it drops the frame, and counts it.
    """

    def __init__(
        self,
        writer: Writer[T],
        *,
        is_live: bool = False,
        capacity: int = 8,
        weigh: Callable[[T], int] = lambda _: 1,
        begin: Callable[[], None] = lambda: None,
        spare: int = 0,
    ) -> None:
        """Write to ``writer``; frames of ``capacity`` together may wait, each as heavy as ``weigh`` says.

        ``begin`` is called in the thread before the first frame, and may fail as a frame may; until it is done,
        ``spare`` more may wait.
        """
        self._writer = writer
        self._is_live = is_live
        self._capacity = capacity
        self._weigh = weigh
        self._begin = begin
        self._spare = spare
        self._queue: deque[T] = deque()
        self._weight = 0
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
    def backlog(self) -> int:
        """Frames that wait to be written."""
        return len(self._queue)

    @property
    def fullness(self) -> float:
        """How full the queue is, 0…1; at 1 frames are dropped or waited for."""
        return min(1.0, self._weight / (self._capacity + self._spare))

    @property
    def error(self) -> RecordingError | None:
        """Why the recording has stopped by itself, or None."""
        return self._error

    def __call__(self, frame: T) -> None:
        """Take one frame.

        Raises:
            RecordingError: Writing has failed. A live recording keeps silent, the picture goes on: ask `error`.
        """
        self.offer(frame)

    def offer(self, frame: T) -> bool:
        """Take one frame like a call, and tell whether it will be written."""
        weight = self._weigh(frame)
        with self._changed:
            if not self._is_live:
                self._changed.wait_for(lambda: self._has_room(weight) or self._error is not None)
            if self._error is not None:
                if self._is_live:
                    return False
                raise self._error
            if not self._has_room(weight):
                self._dropped += 1
                return False
            self._queue.append(frame)
            self._weight += weight
            self._changed.notify_all()
            return True

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

    def abandon(self) -> None:
        """Forget what is queued and finish, without waiting for that."""
        with self._changed:
            self._queue.clear()
            self._weight = 0
            self._is_closing = True
            self._changed.notify_all()

    def _has_room(self, weight: int) -> bool:
        return not self._queue or self._weight + weight <= self._capacity + self._spare

    def _run(self) -> None:
        try:
            self._begin()
            self._spare = 0
            while (frame := self._next()) is not None:
                self._writer.write(frame)
                self._written += 1
        except Exception as error:  # noqa: BLE001 - a recorder that died in silence would make the runner wait for ever
            self._fail(error)
        try:
            self._writer.close()
        except Exception as error:  # noqa: BLE001 - the same
            self._fail(error)

    def _next(self) -> T | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_closing)
            frame = self._queue.popleft() if self._queue else None
            self._weight -= 0 if frame is None else self._weigh(frame)
            self._changed.notify_all()
            return frame

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, RecordingError):
            error = RecordingError(f"the recording ended: {error}")
        with self._changed:
            self._error = self._error or error
            self._queue.clear()
            self._weight = 0
            self._changed.notify_all()
