"""Colours beside a picture as a bar, with what its ends mean."""

from collections.abc import Sequence

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QFont, QImage, QPainter
from PyQt6.QtWidgets import QWidget

from fusion_app.gui.view.tags import GROUND, MARGIN, TEXT

BAR = 12
NARROW = 260
"""Tiles of fewer pixels across get no scale, and no words but those of the hottest spot."""
HIGHEST = 220
LEAST_HIGH = 40


def small_font(tile: QWidget) -> QFont:
    """Return the font of what is written over the picture of a tile."""
    font = QFont(tile.font())
    font.setPixelSize(12)
    return font


def paint_scale(
    painter: QPainter, tile: QWidget, table: Sequence[int], top: str, bottom: str, below: Sequence[str] = ()
) -> None:
    """Draw colours as a bar at the right edge of ``tile``, the last one at the top; nothing where there is no room.

    Args:
        painter: Of the tile.
        tile: What is painted on.
        table: Colours as Qt's ``QRgb`` numbers.
        top: What the last one means.
        bottom: What the first one means.
        below: What else is to be said, a line each.
    """
    painter.setFont(small_font(tile))
    metrics, texts = painter.fontMetrics(), (bottom, *below)
    line, gap = metrics.height(), MARGIN // 2 if below else 0
    height = min(HIGHEST, tile.height() - (1 + len(texts)) * (line + 3 * MARGIN) - 40)
    if tile.width() < NARROW or height < LEAST_HIGH:
        return
    width = max(BAR, *(metrics.horizontalAdvance(text) for text in (top, *texts))) + 12
    whole = height + (1 + len(texts)) * line + 12 + gap
    ground = QRectF(tile.width() - MARGIN - width, (tile.height() - whole) / 2, width, whole)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(GROUND)
    painter.drawRoundedRect(ground, 6, 6)
    bar = QRectF(ground.center().x() - BAR / 2, ground.y() + line + 6, BAR, height)
    painter.drawImage(bar, _column(table))
    painter.setPen(TEXT)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar)
    place = QRectF(ground.x(), ground.y() + 3, width, line)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, top)
    for number, text in enumerate(texts):
        down = height + (1 + number) * line + 6 + (gap if number else 0)
        painter.drawText(place.translated(0, down), Qt.AlignmentFlag.AlignCenter, text)


def _column(table: Sequence[int]) -> QImage:
    image = QImage(1, len(table), QImage.Format.Format_RGB32)
    for row, colour in enumerate(reversed(table)):
        image.setPixel(0, row, colour)
    return image
