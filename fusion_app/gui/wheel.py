"""Boxes and sliders take the wheel only with the focus: who scrolls past them wants to scroll, not to change them."""

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollBar, QWidget

GUARDED = (QComboBox, QAbstractSpinBox, QAbstractSlider)


class WheelGuard(QObject):
    """Keeps the wheel from every box and slider it is told of that has not the focus; what lies behind scrolls."""

    def guard(self, whole: QWidget) -> None:
        """Watch every box and slider in ``whole``; those that come later need another call."""
        for kind in GUARDED:
            for box in whole.findChildren(kind):
                if not isinstance(box, QScrollBar):
                    self._watch(box)

    def _watch(self, box: QWidget) -> None:
        if box.focusPolicy() is Qt.FocusPolicy.WheelFocus:
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # else the wheel itself would give it the focus
        box.removeEventFilter(self)
        box.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Hand the wheel on to what lies behind."""
        if event is None or event.type() is not QEvent.Type.Wheel:
            return False
        if isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False
