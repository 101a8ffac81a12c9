"""The histogram of infrared, with the range that is drawn from black to white; its edges can be dragged."""

import enum

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPolygonF
from PyQt6.QtWidgets import QWidget

from fusion_app.frames import Image

BINS = 128
GRIP = 7
MARGIN = 0.08
HEIGHT = 96

Range = tuple[float, float]
"""Counts that are drawn black and white."""


class _Part(enum.Enum):
    BLACK = enum.auto()
    WHITE = enum.auto()
    BOTH = enum.auto()


class Histogram(QWidget):
    """Bars of how often counts occur, and the region between black and white.

    Signals:
        dragged: The user wants this range, counts.
    """

    dragged = pyqtSignal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.region: Range | None = None
        """Counts at black and white, or None where there are none to choose."""
        self._bars = np.zeros(BINS)
        self._shown: Range = (0.0, 255.0)
        self._held: tuple[_Part, float] | None = None
        self.setMinimumHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Histogram of infrared"))

    def sizeHint(self) -> QSize:
        """Return a modest size."""
        return QSize(240, HEIGHT)

    def show_counts(self, counts: Image | None, region: Range | None) -> None:
        """Show ``(H, W)`` uint8 or uint16 counts, and the ``region`` in use; nothing while the region is dragged."""
        if self._held is not None:
            return
        self.region = region
        if counts is None:
            self._bars = np.zeros(BINS)
        else:
            sample = counts[::2, ::2]
            self._shown = self._range(sample, region)
            self._bars = _bars(sample, self._shown)
        self.update()

    def place(self, counts: float) -> float:
        """Return the horizontal place of a count, pixels."""
        low, high = self._shown
        return (counts - low) / (high - low) * self.width()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw region, bars, edges."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        if self.region is not None:
            painter.fillRect(self._region_rect(), QColor(accent.red(), accent.green(), accent.blue(), 46))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawPolygon(self._outline())
        if self.region is not None:
            painter.setPen(accent)
            for counts in self.region:
                x = self.place(counts)
                painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Take hold of an edge, or of the region."""
        if event is not None and self.region is not None:
            part = self._part_at(event.position().x())
            self._held = (part, event.position().x()) if part is not None else None

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Move what is held; show what could be."""
        if event is None or self.region is None:
            return
        x = event.position().x()
        if self._held is None:
            shapes = {None: Qt.CursorShape.ArrowCursor, _Part.BOTH: Qt.CursorShape.SizeAllCursor}
            self.setCursor(shapes.get(self._part_at(x), Qt.CursorShape.SizeHorCursor))
            return
        part, before = self._held
        self._held = (part, x)
        self.region = _moved(self.region, part, (x - before) / self.width() * (self._shown[1] - self._shown[0]))
        self.update()
        self.dragged.emit(*self.region)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go."""
        self._held = None

    def _part_at(self, x: float) -> _Part | None:
        assert self.region is not None  # noqa: S101 - callers have looked
        black, white = (self.place(counts) for counts in self.region)
        if min(abs(x - black), abs(x - white)) <= GRIP:
            return _Part.BLACK if abs(x - black) < abs(x - white) else _Part.WHITE
        return _Part.BOTH if black < x < white else None

    def _region_rect(self) -> QRectF:
        assert self.region is not None  # noqa: S101 - callers have looked
        black, white = (self.place(counts) for counts in self.region)
        return QRectF(black, 0, white - black, self.height())

    def _outline(self) -> QPolygonF:
        tallest = max(1e-9, float(self._bars.max()))
        step, base = self.width() / BINS, float(self.height())
        tops = [
            QPointF(x, base - (base - 6) * bar / tallest)
            for number, bar in enumerate(self._bars.tolist())
            for x in (number * step, (number + 1) * step)
        ]
        return QPolygonF([QPointF(0, base), *tops, QPointF(self.width(), base)])

    def _range(self, sample: Image, region: Range | None) -> Range:
        """Return what to show: all counts and the region; the old range as long as it fits, so that nothing jumps."""
        if sample.dtype == np.uint8:
            return 0.0, 255.0
        low, high = (float(value) for value in np.percentile(sample, (0.1, 99.9)))
        if region is not None:
            low, high = min(low, region[0]), max(high, region[1])
        room = max(16.0, high - low)
        fits = self._shown[0] <= low and high <= self._shown[1] and self._shown[1] - self._shown[0] < 1.6 * room
        return self._shown if fits else (low - 2 * MARGIN * room, high + 2 * MARGIN * room)


def _bars(sample: Image, shown: Range) -> npt.NDArray[np.float64]:
    """Return the square roots of how often counts occur in `BINS` parts of the range: rare ones stay visible."""
    occurrences, _ = np.histogram(sample, bins=BINS, range=shown)
    return np.asarray(np.sqrt(occurrences), np.float64)


def _moved(region: Range, part: _Part, counts: float) -> Range:
    black, white = region
    if part is not _Part.WHITE:
        black += counts
    if part is not _Part.BLACK:
        white += counts
    return (black, white) if white - black >= 1 else region
