"""The line that divides two pictures which lie on each other; dragged by the mouse, moved by the arrow keys."""

from collections.abc import Iterable

from PyQt6.QtCore import QEvent, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion
from PyQt6.QtWidgets import QWidget

from fusion_app.gui.view.frame_view import ACCENT, FrameView

WIDTH = 15
LINE = QColor("#f2f4f7")
STEPS = {int(Qt.Key.Key_Left): -0.02, int(Qt.Key.Key_Right): 0.02}
INNERMOST, OUTERMOST = 0.04, 0.96


class SwipeHandle(QWidget):
    """Shows the upper tile to its right only.

    Signals:
        moved: The line is elsewhere; the tiles must be divided anew.
    """

    moved = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.share = 0.5
        """Where the line stands, 0…1 of the parent's width."""
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Dividing line"))
        self.setToolTip(self.tr("Drag to compare"))
        self.hide()

    def cut(self, tiles: Iterable[FrameView], upper: FrameView | None) -> None:
        """Show all ``tiles`` whole but ``upper``, which `divide` is to cut; without one there is no line."""
        for tile in tiles:
            if tile is not upper:
                tile.set_title_corner(Qt.Corner.TopLeftCorner)
                tile.clearMask()
        if upper is None:
            self.hide()

    def divide(self, upper: FrameView, *, is_on: bool) -> None:
        """Cut ``upper`` off at the line, or show it whole while there is no line."""
        self.setVisible(is_on)
        upper.set_title_corner(Qt.Corner.TopRightCorner if is_on else Qt.Corner.TopLeftCorner)
        if not is_on:
            upper.clearMask()
            return
        x = round(upper.width() * self.share)
        upper.setMask(QRegion(QRect(x, 0, upper.width() - x, upper.height())))
        self.setGeometry(x - WIDTH // 2, 0, WIDTH, upper.height())
        self.raise_()

    def move_to(self, share: float) -> None:
        """Put the line at ``share`` of the width."""
        self.share = min(max(share, INNERMOST), OUTERMOST)
        self.moved.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the line and a grip."""
        painter = QPainter(self)
        colour = ACCENT if self.hasFocus() else LINE
        painter.fillRect(WIDTH // 2, 0, 1, self.height(), colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(WIDTH // 2 - 3, self.height() // 2 - 18, 7, 36, 3, 3)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Follow the mouse while a button is down."""
        parent = self.parentWidget()
        if event is not None and parent is not None:
            self.move_to(self.mapToParent(event.position()).x() / max(1, parent.width()))

    def event(self, event: QEvent | None) -> bool:
        """Take the arrow keys before the shortcuts of the window do."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and event.key() in STEPS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move by the arrow keys."""
        if event is not None and event.key() in STEPS:
            self.move_to(self.share + STEPS[event.key()])
        else:
            super().keyPressEvent(event)
