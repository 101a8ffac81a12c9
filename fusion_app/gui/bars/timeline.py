"""The seek slider of a file, with what is to be seen along it: the chosen part, markers, where frames are missing."""

from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QRectF, Qt
from PyQt6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QSlider, QStyle, QToolTip, QWidget

from fusion_app.recording.moments import Moment

HANDLE = 14
"""Width of the slider's handle, pixels: its middle does not come nearer to an end than half of it."""
MARKER = QColor("#f0b429")
MISSING = QColor("#ff6259")
TICK = 5
"""Height of a mark above or below the groove, pixels."""
NEAR = 5
"""So many pixels beside a mark still are on it."""


class Timeline(QSlider):
    """A slider in milliseconds that goes where it is clicked; its own keys move it by seconds.

    Markers are flags above the groove, missing frames ticks below it: not told apart by colour alone. Pointing at one
    tells what it is.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.moments: Sequence[Moment] = ()
        self.part: tuple[float, float | None] = (0.0, None)
        self.setMinimumHeight(2 * (HANDLE // 2 + TICK + 2))
        self.setSingleStep(1000)
        self.setPageStep(5000)

    def show_moments(self, moments: Sequence[Moment]) -> None:
        """Show these moments along the time."""
        self.moments = moments
        self.update()

    def show_part(self, part: tuple[float, float | None]) -> None:
        """Show which part is chosen, seconds; from 0 to None is all."""
        self.part = part
        self.update()

    def place_of(self, at_s: float) -> float:
        """Return where ``at_s``, seconds, lies on the widget, pixels from its left."""
        share = min(1.0, max(0.0, at_s * 1000 / max(1, self.maximum())))
        return HANDLE / 2 + share * (self.width() - HANDLE)

    def moment_near(self, x: float) -> Moment | None:
        """Return the moment whose mark is nearest to ``x``, pixels, or None where there is none."""
        near = [one for one in self.moments if abs(self.place_of(one.at_s) - x) <= NEAR]
        return min(near, key=lambda one: (abs(self.place_of(one.at_s) - x), one.lost)) if near else None

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Jump to the place clicked, then drag from there."""
        if event is not None and event.button() is Qt.MouseButton.LeftButton:
            place = QStyle.sliderValueFromPosition(
                0, self.maximum(), round(event.position().x()) - HANDLE // 2, self.width() - HANDLE
            )
            self.setValue(place)
        super().mousePressEvent(event)

    def event(self, event: QEvent | None) -> bool:
        """Tell what is under the pointer."""
        if isinstance(event, QHelpEvent) and (found := self.moment_near(event.pos().x())) is not None:
            QToolTip.showText(event.globalPos(), self.words_of(found), self)
            return True
        return super().event(event)

    def words_of(self, moment: Moment) -> str:
        """Return what a mark is, for the user."""
        if moment.lost:
            return self.tr("{0} frames are missing here").format(moment.lost)
        return moment.text or self.tr("Marker")

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the chosen part under the slider, and the marks beside its groove."""
        painter = QPainter(self)
        start_s, end_s = self.part
        if self.part != (0.0, None):
            left = self.place_of(start_s)
            right = self.place_of(self.maximum() / 1000 if end_s is None else end_s)
            ground = self.palette().color(QPalette.ColorRole.Highlight)
            ground.setAlpha(90)
            painter.fillRect(QRectF(left, 2, max(2.0, right - left), self.height() - 4), ground)
        middle = self.height() / 2
        for moment in self.moments:
            x = self.place_of(moment.at_s)
            if moment.lost:
                painter.fillRect(QRectF(x - 1, middle + 4, 2, TICK), MISSING)
            else:
                painter.fillRect(QRectF(x - 1, middle - 4 - TICK, 2, TICK), MARKER)
                painter.fillRect(QRectF(x - 1, middle - 4 - TICK, 5, 3), MARKER)
        painter.end()
        super().paintEvent(event)
