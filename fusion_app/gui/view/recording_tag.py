"""On the pictures while something is recorded: REC and the time, whatever else is hidden."""

from PyQt6.QtCore import QCoreApplication, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from fusion_app.gui.bars.status_fields import time_text
from fusion_app.gui.session.recording_controller import RecordingState, RecordingStatus
from fusion_app.gui.view.tags import GROUND, HEIGHT, MARGIN, PADDING, TEXT

RED = QColor("#ff6259")
LAMP = 9

translate = QCoreApplication.translate


class RecordingTag(QWidget):
    """A lamp and a line at the top of the pictures; clicks go through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text = ""
        self.hide()

    def show_recording(self, state: RecordingState, status: RecordingStatus | None) -> None:
        """Say how the recording goes; nothing while there is none."""
        text = "" if state is RecordingState.OFF else recording_text(state, status)
        if text != self.text:
            self.text = text
            self.setAccessibleName(text)
            self.setVisible(bool(text))
            self.place()
            self.update()

    def place(self) -> None:
        """Stand at the top, in the middle of the pictures."""
        if (parent := self.parentWidget()) is not None:
            size = self.sizeHint()
            self.setGeometry((parent.width() - size.width()) // 2, MARGIN, size.width(), size.height())
            self.raise_()

    def sizeHint(self) -> QSize:
        """Return what lamp and line need."""
        return QSize(QFontMetrics(self._font()).horizontalAdvance(self.text) + LAMP + 6 + PADDING, HEIGHT)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the lamp and the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(GROUND)
        painter.drawRoundedRect(self.rect(), 6, 6)
        painter.setBrush(RED)
        painter.drawEllipse(PADDING // 2, (self.height() - LAMP) // 2, LAMP, LAMP)
        painter.setFont(self._font())
        painter.setPen(TEXT)
        place = self.rect().adjusted(PADDING // 2 + LAMP + 6, 0, 0, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.DemiBold)
        return font


def recording_text(state: RecordingState, status: RecordingStatus | None) -> str:
    """Return what is to be known of a recording at a glance: that it runs, how long, and what is lost."""
    words = {
        RecordingState.STARTING: translate("RecordingTag", "REC starting"),
        RecordingState.PAUSED: translate("RecordingTag", "REC paused"),
        RecordingState.FINALISING: translate("RecordingTag", "REC finishing the file"),
    }
    parts = [words.get(state, "REC")]
    if status is not None:
        parts.append(time_text(status.seconds))
        if status.dropped:
            parts.append(translate("RecordingTag", "▲ {0} dropped").format(status.dropped))
    return "  ".join(parts)
