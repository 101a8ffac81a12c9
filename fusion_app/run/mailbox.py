"""Where a fused frame leaves a run for an output that must never slow it: browsers, streams, webcams, other programs.

The runner calls its sinks in its own thread and waits for them. A `Mailbox` is a sink that only keeps the newest frame;
whoever sends, encodes or measures takes it from there, in a thread of its own and when it is free::

    mailbox = Mailbox()
    session.runner.add_sink(mailbox)          # and with the next session again, if there is one
    while (taken := mailbox.take()) is not None:
        send(taken.fused)
    ...
    session.runner.remove_sink(mailbox)
    mailbox.close()                           # `take` returns None from now on
"""

import threading
from typing import NamedTuple

from fusion_app.frames import FusedFrame


class Taken(NamedTuple):
    """A frame as it was taken from a mailbox.

    Attributes:
        number: How many frames had come by then; the gap to the one before tells how many were replaced.
        fused: The frame.
    """

    number: int
    fused: FusedFrame


class Mailbox:
    """A sink that keeps the newest frame for one thread that takes it; what is replaced untaken is counted."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._newest: FusedFrame | None = None
        self._is_taken = True
        self._is_closed = False
        self._arrived = 0
        self._replaced = 0

    @property
    def newest(self) -> FusedFrame | None:
        """The newest frame, taken or not; None before the first one and after `clear`."""
        return self._newest

    @property
    def replaced(self) -> int:
        """Frames that a newer one replaced before they were taken."""
        return self._replaced

    def __call__(self, fused: FusedFrame) -> None:
        """Leave ``fused``; called by the runner, never waits for whoever takes it."""
        with self._changed:
            self._replaced += not self._is_taken
            self._newest, self._is_taken = fused, False
            self._arrived += 1
            self._changed.notify_all()

    def take(self, timeout_s: float | None = None) -> Taken | None:
        """Wait for a frame that has not been taken and return it; None once closed, or after ``timeout_s``."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_taken or self._is_closed, timeout_s)
            if self._is_taken or self._is_closed or self._newest is None:
                return None
            self._is_taken = True
            return Taken(self._arrived, self._newest)

    def offer_again(self) -> None:
        """Let the newest frame be taken once more: somebody has come who has not seen it."""
        with self._changed:
            if self._newest is not None:
                self._is_taken = False
                self._changed.notify_all()

    def clear(self) -> None:
        """Forget the frame: its session is over."""
        with self._changed:
            self._newest, self._is_taken = None, True

    def close(self) -> None:
        """Wake whoever waits: nothing is taken any more."""
        with self._changed:
            self._is_closed = True
            self._newest, self._is_taken = None, True
            self._changed.notify_all()
