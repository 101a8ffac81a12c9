"""From the runner's thread to the GUI's: a mailbox for one frame, and one wake-up per visit.

A queued signal per frame would pile up frames without end behind a slow window; here the newest frame replaces the one
nobody has fetched.
"""

import threading

from PyQt6.QtCore import QObject, pyqtSignal

from fusion_app.frames import FusedFrame


class QtSink(QObject):
    """A sink of the runner that keeps the newest frame for the GUI thread.

    Signals:
        arrived: There is a frame to `take`. Emitted once, until it is taken.
    """

    arrived = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._newest: FusedFrame | None = None
        self._replaced = 0

    @property
    def replaced(self) -> int:
        """Frames that a newer one replaced before the window could show them."""
        return self._replaced

    def __call__(self, fused: FusedFrame) -> None:
        """Leave ``fused`` in the mailbox; called from the runner's thread."""
        with self._lock:
            was_empty = self._newest is None
            self._newest = fused
            self._replaced += not was_empty
        if was_empty:
            self.arrived.emit()

    def take(self) -> FusedFrame | None:
        """Return the newest frame, or None if it was taken already."""
        with self._lock:
            fused, self._newest = self._newest, None
            return fused
