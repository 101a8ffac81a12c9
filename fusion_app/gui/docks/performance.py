"""The Performance dock: what the last minute was like, drawn."""

import time
from collections import deque
from dataclasses import dataclass

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from fusion_app.gui.docks.charts import StageBars, TimeChart
from fusion_app.gui.plain import plain_label
from fusion_app.gui.view.stages import stages_in_words
from fusion_app.session.overview import Overview

SPAN_S = 60.0
MOST = 400
"""Points of a minute, and some to spare."""

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Point:
    """A run at one moment.

    Attributes:
        at_s: When, on the monotonic clock.
        fps: Fused frames per second.
        latency_ms: From capture (of a file: reading) to the fused picture, or the painted one where it is known.
        skew_ms: Between infrared and visible.
        lost: Frames lost or skipped since the point before.
    """

    at_s: float
    fps: float
    latency_ms: float
    skew_ms: float
    lost: int


class History:
    """The points of the last minute."""

    def __init__(self) -> None:
        self.points: deque[Point] = deque(maxlen=MOST)
        self._lost: int | None = None

    def note(self, overview: Overview, now_s: float) -> None:
        """Add ``overview``; what was lost is counted from the one before, anew with another session."""
        run, lost = overview.run, overview.run.skipped + overview.dropped
        before = lost if self._lost is None or lost < self._lost else self._lost
        self._lost = lost
        latency_ms = run.latency_ms if run.shown_ms is None else run.shown_ms
        self.points.append(Point(now_s, run.fusion_fps, latency_ms, run.skew_ms, lost - before))
        while self.points[0].at_s < now_s - SPAN_S:
            self.points.popleft()

    def clear(self) -> None:
        """Forget everything: there is no session any more."""
        self.points.clear()
        self._lost = None


class PerformanceDock(QWidget):
    """Charts of fps, latency, skew and losses of the last minute, and the milliseconds of each stage."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = History()
        self.stages = StageBars(self.tr("Milliseconds per stage"), self)
        self.fps = TimeChart(self.tr("Fusion, frames per second"), "{0:.1f} fps", self)
        self.latency = TimeChart(self.tr("Latency, milliseconds"), "{0:.0f} ms", self)
        self.skew = TimeChart(self.tr("Skew, milliseconds"), "{0:.0f} ms", self)
        self.lost = TimeChart(self.tr("Frames lost"), "{0:.0f}", self, is_bars=True)
        self.summary = plain_label(self)
        self.summary.setWordWrap(True)
        self.quality = plain_label(self)
        self.quality.setWordWrap(True)
        whole = QVBoxLayout(self)
        whole.addWidget(self._group(self.tr("Stages"), self.stages, self.summary))
        whole.addWidget(self._group(self.tr("Picture"), self.quality))
        whole.addWidget(self._group(self.tr("Last minute"), self.fps, self.latency, self.skew, self.lost))
        whole.addStretch(1)
        self.note(None)

    def note(self, overview: Overview | None, now_s: float | None = None) -> None:
        """Take a moment into the charts; None: there is no session. They are drawn only while they can be seen."""
        if overview is None:
            self.history.clear()
        else:
            self.history.note(overview, time.monotonic() if now_s is None else now_s)
        if self.isVisible() or overview is None:
            self._show(overview)

    def show_quality(self, text: str) -> None:
        """Show how the fused picture is."""
        if self.isVisible():
            self.quality.setText(text or translate("PerformanceDock", "Nothing runs."))

    def _show(self, overview: Overview | None) -> None:
        points = list(self.history.points)
        times = [point.at_s for point in points]
        self.fps.show_values(times, [point.fps for point in points])
        self.latency.show_values(times, [point.latency_ms for point in points])
        self.skew.show_values(times, [point.skew_ms for point in points])
        self.lost.show_values(times, [float(point.lost) for point in points])
        self.stages.show_stages({} if overview is None else stages_in_words(overview.run.stage_ms))
        self.summary.setText(_summary(overview))

    def _group(self, title: str, *widgets: QWidget) -> QGroupBox:
        group = QGroupBox(title, self)
        column = QVBoxLayout(group)
        for widget in widgets:
            column.addWidget(widget)
        return group


def _summary(overview: Overview | None) -> str:
    if overview is None:
        return translate("PerformanceDock", "Nothing runs.")
    all_ms = sum(overview.run.stage_ms.values())
    text = translate("PerformanceDock", "{0:.1f} ms a frame · {1} · {2} lost so far")
    return text.format(all_ms, overview.engine, overview.run.skipped + overview.dropped)
