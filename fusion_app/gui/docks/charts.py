"""Small charts, painted by hand: a line or bars over the last minute, and bars of stages."""

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PyQt6.QtWidgets import QWidget

SPAN_S = 60.0
HEIGHT = 64
ROW = 20
GAP = 6


class TimeChart(QWidget):
    """Values of the last minute, the newest at the right, with the newest and the highest in words."""

    def __init__(self, title: str, pattern: str, parent: QWidget | None = None, *, is_bars: bool = False) -> None:
        super().__init__(parent)
        self.text = ""
        self._title = title
        self._pattern = pattern
        self._is_bars = is_bars
        self._times: list[float] = []
        self._values: list[float] = []
        self.setMinimumHeight(HEIGHT + 2 * self.fontMetrics().height())
        self.show_values([], [])

    def show_values(self, times_s: Sequence[float], values: Sequence[float]) -> None:
        """Show ``values`` at ``times_s``, seconds on a clock of any beginning, in order."""
        self._times, self._values = list(times_s), list(values)
        now = sum(values) if self._is_bars else values[-1] if values else 0.0
        self.text = self._pattern.format(now) if values else "–"
        self.setAccessibleName(self._title)
        self.setAccessibleDescription(self.text)
        self.update()

    def sizeHint(self) -> QSize:
        """Return what title and chart need."""
        return QSize(self.fontMetrics().horizontalAdvance(self._title) + 80, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        """Return the same: the title has to be read."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw title, numbers, ground and values."""
        painter = QPainter(self)
        line = painter.fontMetrics().height()
        muted, text = (
            self.palette().color(role) for role in (QPalette.ColorRole.PlaceholderText, QPalette.ColorRole.Text)
        )
        head = QRectF(0, 0, self.width(), line)
        painter.setPen(muted)
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._title)
        painter.setPen(text)
        painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.text)
        area = QRectF(0.5, line + 3.5, self.width() - 1, self.height() - line - 4 - GAP)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid)))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRect(area)
        top = max(self._values, default=0.0)
        if not self._values or top <= 0:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        points = [
            self._point(area, at_s, value / (1.12 * top)) for at_s, value in zip(self._times, self._values, strict=True)
        ]
        if self._is_bars:
            self._paint_bars(painter, area, points)
        else:
            painter.setPen(QPen(accent, 1.6))
            painter.drawPolyline(QPolygonF(points))
        painter.setPen(muted)
        place = area.adjusted(5, 2, -5, -2)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self._pattern.format(top))

    def _paint_bars(self, painter: QPainter, area: QRectF, points: Sequence[QPointF]) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.BrightText))
        for point in points:
            if point.y() < area.bottom() - 0.5:
                painter.drawRect(QRectF(point.x() - 1, point.y(), 2, area.bottom() - point.y()))

    def _point(self, area: QRectF, at_s: float, share: float) -> QPointF:
        age = (self._times[-1] - at_s) / SPAN_S
        return QPointF(area.right() - age * area.width(), area.bottom() - share * area.height())


class StageBars(QWidget):
    """A bar for each stage of the pipeline, as long as the stage takes."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stages: dict[str, float] = {}
        self._most = 1.0
        self.setAccessibleName(title)
        self.setMinimumHeight(ROW)

    def show_stages(self, stage_ms: Mapping[str, float]) -> None:
        """Show milliseconds by the name of the stage."""
        self._stages = dict(stage_ms)
        self._most = max([*self._stages.values(), 1.0])
        self.setAccessibleDescription(", ".join(f"{name} {value:.1f} ms" for name, value in self._stages.items()))
        rows = max(1, len(self._stages))
        if self.minimumHeight() < rows * ROW:
            self.setMinimumHeight(rows * ROW)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw name, bar and number of each stage."""
        painter = QPainter(self)
        metrics = painter.fontMetrics()
        names = max((metrics.horizontalAdvance(name) for name in self._stages), default=0) + 10
        numbers = metrics.horizontalAdvance("9999.9 ms") + 6
        room = max(10, self.width() - names - numbers)
        text = self.palette().color(QPalette.ColorRole.Text)
        for row, (name, value) in enumerate(self._stages.items()):
            place = QRectF(0, row * ROW, self.width(), ROW)
            painter.setPen(text)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{value:.1f} ms")
            bar = QRectF(names, row * ROW + 5, max(1.0, room * value / self._most), ROW - 10)
            painter.fillRect(bar, QColor(self.palette().color(QPalette.ColorRole.Highlight)))
