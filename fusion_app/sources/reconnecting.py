"""A live source that is never over: what goes away is opened again, with growing pauses, until it is back.

Opening, reading and waiting all happen in the thread that calls `read`; everybody else may look at the state, shorten
the wait, or cancel.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import cv2

from fusion_app.errors import SourceError
from fusion_app.frames import Frame
from fusion_app.sources.base import (
    NOMINAL_SIZE,
    FrameSource,
    NoPictureError,
    NotLiveError,
    Phase,
    SourceInfo,
    SourceState,
)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
LONGEST_PATIENCE_S = 16.0

Connect = Callable[[float], FrameSource]
"""Opens the source; its argument is how long to wait for a frame, seconds. Raises SourceError."""

_abandoned: "set[ReconnectingSource]" = set()
"""Sources whose driver still holds a thread that nobody waits for: never a second one for the same URI."""


class ReconnectingSource(FrameSource):
    """Keeps a connection that ``connect`` opens."""

    def __init__(self, uri: str, connect: Connect, patience_s: float) -> None:
        """Begin unconnected; the first `read` connects.

        Args:
            uri: The source as it may be shown.
            connect: Opens one connection.
            patience_s: How long a connection may be silent before it is given up. It is doubled when one gave no more
                than its first frame: a stream with rare key frames, or a very slow one.
        """
        self._uri = uri
        self._connect = connect
        self._patience_s = self._first_patience_s = patience_s
        self._connection: FrameSource | None = None
        self._info = SourceInfo(uri, NOMINAL_SIZE, None, is_live=True, is_guess=True)
        self._changed = threading.Condition()
        self._is_closing = False
        self._is_closed = False
        self._is_hurried = False
        self._phase = Phase.OPENING
        self._reason = ""
        self._retry_at: float | None = None
        self._pause_s = FIRST_PAUSE_S
        self._reconnects = 0
        self._count = 0
        self._count_of_connection = 0
        self._tried_at = 0.0

    @property
    def info(self) -> SourceInfo:  # type: ignore[override]
        """What the latest connection says, or a guess before the first."""
        return self._info

    @property
    def notice(self) -> str:  # type: ignore[override]
        """Why nothing comes at the moment, or empty."""
        return self._reason

    def state(self) -> SourceState:
        """Return phase, reason and countdown."""
        with self._changed:
            wait_s = None
            if self._phase is Phase.RECONNECTING:
                wait_s = max(0.0, self._retry_at - time.monotonic()) if self._retry_at is not None else 0.0
            return SourceState(self._phase, self._reason, retry_in_s=wait_s, reconnects=self._reconnects)

    def read(self) -> Frame | None:
        """Return the next frame, however often the source has to be opened for it; None once cancelled."""
        while not self._is_closing:
            try:
                frame = self._read_once()
            except NotLiveError as error:
                with self._changed:  # there is nothing to come back
                    self._phase, self._reason = Phase.FAILED, str(error)
                raise
            except (SourceError, cv2.error, OSError) as error:
                self._be_patient(is_slow=isinstance(error, NoPictureError))
                self._lose(
                    str(error)
                    if isinstance(error, SourceError)
                    else f"{self._uri}: its driver failed; unplug it and plug it in again if it does not come back"
                )
            else:
                if frame is not None:
                    return self._deliver(frame)
                was_short = self._count_of_connection < 2
                self._be_patient(is_slow=was_short and time.monotonic() - self._tried_at > self._patience_s / 2)
                self._lose(f"{self._uri}: the stream ended or stopped answering")
            self._pause()
        return None

    def seek(self, pts_s: float) -> None:
        """Do nothing: a live source has no past."""

    def retry_now(self) -> None:
        """Open again at once instead of at the end of the pause."""
        with self._changed:
            self._is_hurried = True
            self._changed.notify_all()

    def cancel(self) -> None:
        """End the pause and `read`; an opening or reading in progress ends by its own time-out."""
        with self._changed:
            self._is_closing = True
            self._phase = Phase.CLOSED
            self._changed.notify_all()

    def abandon(self) -> None:
        """Let nobody open this source again before its driver has let go of the thread."""
        with self._changed:
            if not self._is_closed:
                _abandoned.add(self)

    def close(self) -> None:
        """Let go of the connection; called by the thread that reads."""
        self.cancel()
        self._release()
        with self._changed:
            self._is_closed = True
            _abandoned.discard(self)

    def _read_once(self) -> Frame | None:
        if self._connection is None:
            if any(other._uri == self._uri for other in tuple(_abandoned)):
                raise SourceError(self._uri, "is still held by its driver, which does not answer; plug it in again")
            self._count_of_connection = 0
            self._tried_at = time.monotonic()
            self._connection = self._connect(self._patience_s)
            self._info = replace(self._connection.info, is_live=True)
            self.notes = self._connection.notes
        return self._connection.read()

    def _deliver(self, frame: Frame) -> Frame:
        self._count_of_connection += 1
        if self._count_of_connection == 2:
            self._patience_s = self._first_patience_s
        with self._changed:
            if self._phase is Phase.RECONNECTING and self._count:
                self._reconnects += 1
            if self._phase is not Phase.CLOSED:
                self._phase, self._reason, self._retry_at = Phase.OK, "", None
            self._pause_s = FIRST_PAUSE_S
        self._count += 1
        return replace(frame, index=self._count - 1)

    def _be_patient(self, *, is_slow: bool) -> None:
        if is_slow:
            self._patience_s = min(2 * self._patience_s, LONGEST_PATIENCE_S)

    def _lose(self, reason: str) -> None:
        """Note that there is no connection, from now on, and when the next one is tried."""
        with self._changed:
            if not self._is_closing:
                self._phase, self._reason = Phase.RECONNECTING, reason
                self._retry_at = time.monotonic() + self._pause_s
                self._is_hurried = False
        self._release()

    def _pause(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closing or self._is_hurried, timeout=self._pause_s)
            self._pause_s = FIRST_PAUSE_S if self._is_hurried else min(2 * self._pause_s, LONGEST_PAUSE_S)
            self._is_hurried = False
            self._retry_at = None

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
