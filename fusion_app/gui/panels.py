"""The docks that show what is measured: spots and alarm, performance, the log."""

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMainWindow

from fusion_app.gui.appearance import Appearance
from fusion_app.gui.docks.docks import Docks
from fusion_app.gui.docks.log import LogDock
from fusion_app.gui.docks.measure_controller import MeasureController
from fusion_app.gui.docks.performance import PerformanceDock
from fusion_app.gui.quality_watch import QualityWatch
from fusion_app.gui.session.session_controller import SessionController
from fusion_app.gui.session.watch import Watch
from fusion_app.gui.view.difference import share_text
from fusion_app.session.overview import Overview

EVERY = 3
"""Looks of the watch from one point of the charts to the next."""


class Panels(QObject):
    """Feeds them with what the watch sees; charts go on while their dock is closed."""

    def __init__(
        self, window: QMainWindow, docks: Docks, controller: SessionController, measure: MeasureController
    ) -> None:
        super().__init__(window)
        self.measure = measure
        self.performance = PerformanceDock()
        self.log = LogDock()
        self.quality = QualityWatch(self)
        self._controller = controller
        self._looks = 0
        self._measure_dock = docks.put_up("dock_measure", measure.panel)
        docks.put_up("dock_performance", self.performance)
        self._log_dock = docks.put_up("dock_log", self.log)
        for dock in (self._measure_dock, self._log_dock):
            dock.visibilityChanged.connect(lambda _: self._show())

    def follow(self, watch: Watch, appearance: Appearance) -> None:
        """Look whenever ``watch`` does, and take the colours of ``appearance``."""
        watch.looked.connect(self._on_look)
        appearance.palette_changed.connect(self.measure.set_palette)

    def _on_look(self, overview: Overview | None) -> None:
        self.measure.look(self._controller.frame if overview is not None else None)
        self._looks += 1
        if self._looks % EVERY == 0:
            is_still = overview is not None and overview.vis.info.is_stills
            self.quality.look(None if overview is None or is_still else self._controller.frame)
            self.performance.note(overview)
            self._show_quality()
            self._show()

    def _show_quality(self) -> None:
        """Say how the picture is, and on how much of it infrared adds; nothing is counted while nobody looks."""
        if not self.performance.isVisible():
            return
        frame = self._controller.frame
        shown = (self.quality.text, share_text(frame) if frame is not None and self.quality.text else "")
        self.performance.show_quality(" · ".join(filter(None, shown)))

    def _show(self) -> None:
        if self._measure_dock.isVisible():
            self.measure.show_values()
        if self._log_dock.isVisible():
            self.log.refresh()
