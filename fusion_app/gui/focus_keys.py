"""Space presses the button that the keyboard has led to; everywhere else it plays and pauses."""

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QFocusEvent, QKeyEvent
from PyQt6.QtWidgets import QAbstractButton, QWidget


class FocusKeys(QObject):
    """Lets buttons have the key Space, unless a click of the mouse left the focus on them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_by_mouse = False

    def guard(self, whole: QWidget) -> None:
        """Watch every button in ``whole``; those that come later need another call."""
        for button in whole.findChildren(QAbstractButton):
            button.removeEventFilter(self)
            button.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Claim Space before the window's shortcut gets it."""
        if isinstance(event, QFocusEvent) and event.gotFocus():
            self._is_by_mouse = event.reason() is Qt.FocusReason.MouseFocusReason
        is_asked = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space and not self._is_by_mouse:
            event.accept()
            return True
        return False
