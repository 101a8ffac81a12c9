"""From the runner's thread to the GUI's: a mailbox for one frame, and one wake-up per visit.

A queued signal per frame would pile up frames without end behind a slow window; here the newest frame replaces the one
nobody has fetched. Under overload it wakes the window for some of the frames only (`fusion_app.run.giving_way`).
"""

import threading
from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.frames import FusedFrame


class Outlet:
    """Passes on what another thread has to say, until it is closed: a signal of an object that is gone crashes."""

    def __init__(self, emit: Callable[..., None]) -> None:
        self._lock = threading.RLock()
        self._emit: Callable[..., None] | None = emit

    def __call__(self, *values: object) -> None:
        """Emit, if anybody still listens; from any thread."""
        with self._lock:
            if self._emit is not None:
                self._emit(*values)

    def close(self) -> None:
        """Pass on nothing any more; once this returns, nobody is at it either."""
        with self._lock:
            self._emit = None


class QtSink(QObject):
    """A sink of the runner that keeps the newest frame for the GUI thread.

    Signals:
        arrived: There is a frame to `take`. Emitted once, until one is taken.
    """

    arrived = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.RLock()
        self._newest: FusedFrame | None = None
        self._is_awaited = True
        self._since_woken = 0
        self._replaced = 0
        self._stride: Callable[[], int] = lambda: 1
        self._watchers: tuple[Callable[[FusedFrame], None], ...] = ()

    def show_all_to(self, watcher: Callable[[FusedFrame], None]) -> None:
        """Call ``watcher``, in the runner's thread, with every frame, also with those that are not shown."""
        self._watchers = (*self._watchers, watcher)

    def begin(self, stride: Callable[[], int]) -> None:
        """Forget the session before; of the frames of the next one is shown of ``stride``, asked with every frame."""
        with self._lock:
            self._newest, self._is_awaited, self._since_woken = None, True, 0
            self._replaced, self._stride = 0, stride

    def end(self) -> None:
        """Take no frame of this session any more."""
        with self._lock:
            self._newest, self._is_awaited = None, False

    @property
    def replaced(self) -> int:
        """Frames that a newer one replaced before the window could show them."""
        return self._replaced

    def __call__(self, fused: FusedFrame) -> None:
        """Leave ``fused`` in the mailbox; called from the runner's thread."""
        for watcher in self._watchers:
            watcher(fused)
        stride = self._stride()
        with self._lock:
            self._replaced += self._newest is not None
            self._newest = fused
            self._since_woken += 1
            wakes = self._is_awaited and self._since_woken >= stride
            if wakes:
                self._is_awaited, self._since_woken = False, 0
                self.arrived.emit()  # held, so that behind `end` nobody does

    def take(self) -> FusedFrame | None:
        """Return the newest frame, or None if it was taken already."""
        with self._lock:
            fused, self._newest = self._newest, None
            self._is_awaited = True
            return fused
