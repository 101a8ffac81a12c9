"""Looks at the running session now and then, for all who show it."""

import time
from dataclasses import replace

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from fusion_app.gui.session.disk_left import DiskLeft
from fusion_app.gui.session.recording_controller import RecordingController
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.recording.snapshot import recording_folder
from fusion_app.session.overview import Losses, look

LOOK_MS = 100


class Watch(QObject):
    """Looks at the session ten times a second.

    Signals:
        looked: A `Overview`, or None while there is no session.
    """

    looked = pyqtSignal(object)

    def __init__(self, controller: SessionController, recording: RecordingController) -> None:
        super().__init__(controller)
        self._controller = controller
        self._recording = recording
        self._disk = DiskLeft()
        self._losses = Losses()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_MS)

    def look(self) -> None:
        """Look now."""
        session = self._controller.session
        if session is None:
            self.looked.emit(None)
        else:
            disk_left = self._disk.look(recording_folder(self._controller.settings.recording))
            overview = look(session, self._recording.status(), self._controller.sink.replaced, disk_left)
            lost = overview.run.skipped + overview.dropped
            lately = self._losses.lately(lost, overview.run.fused, time.monotonic())
            self.looked.emit(replace(overview, lost_lately=lately))

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
