"""A combo box with a chevron of its own; style sheets lose Qt's."""

from collections.abc import Callable, Iterable
from typing import Any

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QComboBox, QWidget


class ComboBox(QComboBox):
    """`QComboBox` that fits the themes."""

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint as always, then the chevron."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.palette().color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x, y = self.width() - 15.0, self.height() / 2
        painter.drawPolyline(QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2))


def choice_box(
    parent: QWidget, choices: Iterable[tuple[Any, str]], title: str, choose: Callable[[Any], object]
) -> ComboBox:
    """Return a combo box of values and their words, called ``title`` where it is read out.

    ``choose`` is called with the value that the user picks.
    """
    combo = ComboBox(parent)
    combo.setAccessibleName(title)
    for value, text in choices:
        combo.addItem(text, value)
    combo.activated.connect(lambda _: choose(combo.currentData()))
    return combo
