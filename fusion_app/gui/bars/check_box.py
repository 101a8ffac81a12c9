"""A check box with a tick of its own; style sheets lose Qt's."""

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

TICK = ((0.22, 0.52), (0.43, 0.72), (0.78, 0.30))
"""In parts of the box's sides."""


class CheckBox(QCheckBox):
    """`QCheckBox` that can be seen in every theme, checked or not."""

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint as always, then the tick."""
        super().paintEvent(event)
        if self.isChecked():
            box = self._box()
            group = QPalette.ColorGroup.Normal if self.isEnabled() else QPalette.ColorGroup.Disabled
            colour = self.palette().color(group, QPalette.ColorRole.WindowText)
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPolyline(*(QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in TICK))

    def _box(self) -> QRectF:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        style = self.style()
        if style is None:
            return QRectF()
        return QRectF(style.subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self))
