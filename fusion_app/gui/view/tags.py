"""Short texts on a picture: white on a dark, rounded ground, readable on anything."""

from PyQt6.QtCore import QPointF, QRectF, QSizeF, Qt
from PyQt6.QtGui import QColor, QFont, QPainter
from PyQt6.QtWidgets import QWidget

GROUND = QColor(0, 0, 0, 150)
TEXT = QColor("#f2f4f7")
MARGIN = 10
HEIGHT = 23


def paint_tag(painter: QPainter, widget: QWidget, text: str, corner: Qt.Corner, *, is_title: bool = False) -> None:
    """Write ``text`` into a corner of ``widget``; titles are bolder."""
    font = QFont(widget.font())
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold if is_title else QFont.Weight.Normal)
    painter.setFont(font)
    width = min(painter.fontMetrics().horizontalAdvance(text) + 18, widget.width() - 2 * MARGIN)
    tag = QRectF(_place(widget, corner, width), QSizeF(width, HEIGHT))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(GROUND)
    painter.drawRoundedRect(tag, 6, 6)
    painter.setPen(TEXT)
    painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)


def _place(widget: QWidget, corner: Qt.Corner, width: float) -> QPointF:
    is_right = corner in (Qt.Corner.TopRightCorner, Qt.Corner.BottomRightCorner)
    is_bottom = corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner)
    x = widget.width() - MARGIN - width if is_right else MARGIN
    return QPointF(x, widget.height() - MARGIN - HEIGHT if is_bottom else MARGIN)
