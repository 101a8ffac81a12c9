"""How large the window is at the least, and when it is opened for the first time."""

from PyQt6.QtCore import QSize

MIN_SIZE = (1024, 640)
FIRST_SIZE = (1280, 800)
FRAME = (16, 64)
"""What the desktop puts around a window, about."""


def first_size(room: QSize) -> QSize:
    """Return the size of a window that was never open before: as large as is good and ``room`` on the screen allows."""
    return QSize(*FIRST_SIZE).boundedTo(room - QSize(*FRAME)).expandedTo(QSize(*MIN_SIZE))
