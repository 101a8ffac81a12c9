"""A slider whose keys are its own while it has the focus; the window uses the same ones to move in time."""

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QSlider

KEYS = frozenset(
    {
        Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
        Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
    }
)  # fmt: skip


class Slider(QSlider):
    """`QSlider` that takes its keys before the shortcuts of the window do."""

    def event(self, event: QEvent | None) -> bool:
        """Claim the keys that move the slider."""
        is_asked = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() in KEYS and not event.modifiers():
            event.accept()
            return True
        return super().event(event)
