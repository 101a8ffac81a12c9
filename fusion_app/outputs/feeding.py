"""Hands what a session fuses to an output that may fail: the newest frame, and after a failure none for a while."""

import os
import sys
import threading
import time
from collections.abc import Callable

from fusion_app.frames import FusedFrame
from fusion_app.run.mailbox import Mailbox
from fusion_app.session.session import Session


class Feeder:
    """Calls ``send`` in a thread of its own with the newest frame, as often as it takes one.

    Attributes:
        sent: Frames that were sent.
        lost: Frames that could not be sent, or came while nothing was tried.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        send: Callable[[FusedFrame], None],
        has_failed: Callable[[Exception], float],
        niceness: int = 0,
    ) -> None:
        """Prepare.

        Args:
            session: Whose frames are sent.
            name: Of the thread.
            send: Sends one; whatever it raises is a failure.
            has_failed: Is told of a failure; returns after how many seconds another frame may be tried.
            niceness: Of the thread; only Linux knows one per thread.
        """
        self.sent = self.lost = 0
        self._session, self._send, self._has_failed, self._niceness = session, send, has_failed, niceness
        self._mailbox = Mailbox()
        self._last = self._passed = 0
        self._retry_s = 0.0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def dropped(self) -> int:
        """Frames that a newer one replaced before they were sent, or that were passed over for a recording."""
        return self._mailbox.replaced + self._passed

    def begin(self) -> None:
        """Send from the next frame on."""
        self._session.begin_to_show()
        self._session.runner.add_sink(self._mailbox)
        self._thread.start()

    def close(self, timeout_s: float) -> None:
        """Send nothing more; wait at most ``timeout_s`` for what is being sent. May be called again to wait longer."""
        self._session.runner.remove_sink(self._mailbox)
        self._mailbox.close()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        if self._niceness and sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._niceness)
        while (taken := self._mailbox.take()) is not None:
            if 0 < taken.number - self._last < self._session.stride:
                self._passed += 1
                continue
            self._last = taken.number
            if time.monotonic() < self._retry_s:
                self.lost += 1
                continue
            try:
                self._send(taken.fused)
                self.sent += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the next try begins anew
                self.lost += 1
                self._retry_s = time.monotonic() + self._has_failed(error)
