"""One tile of the view grid: paints a frame, letterboxed, with a title that says what it is."""

from dataclasses import dataclass, replace

import numpy as np
from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFont,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from fusion_app.frames import Image
from fusion_app.gui.dropping import dropped_paths

GROUND = QColor("#0b0c0e")
TAG = QColor(0, 0, 0, 150)
TAG_TEXT = QColor("#f2f4f7")
HINT = QColor("#6d7683")
ACCENT = QColor("#4d9fff")
DIMMED = QColor(0, 0, 0, 120)
MAX_ZOOM = 32.0
SHARP_ABOVE = 3.0
"""Screen pixels per image pixel beyond which pixels are shown as squares."""


@dataclass(frozen=True)
class Zoom:
    """What part of a picture is in view.

    Attributes:
        factor: Magnification over the fitted size, 1 or more.
        x: Centre of the view, 0…1 of the picture's width.
        y: The same of its height.
    """

    factor: float = 1.0
    x: float = 0.5
    y: float = 0.5

    def within(self) -> "Zoom":
        """Return the same, kept inside the picture."""
        factor = min(max(self.factor, 1.0), MAX_ZOOM)
        margin = 0.5 / factor
        return Zoom(factor, min(max(self.x, margin), 1 - margin), min(max(self.y, margin), 1 - margin))


class FrameView(QWidget):
    """Shows one image; all tiles of a grid share one zoom.

    Signals:
        zoom_changed: The user zoomed or moved the picture.
        maximise_asked: Double-clicked.
        dropped: Files were dropped here, as a list of paths.
    """

    zoom_changed = pyqtSignal(Zoom)
    maximise_asked = pyqtSignal()
    dropped = pyqtSignal(list)

    def __init__(self, title: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._hint = hint
        self._pixels: Image | None = None
        self._image: QImage | None = None
        self._zoom = Zoom()
        self._grabbed: QPointF | None = None
        self._is_dimmed = False
        self._is_target = False
        self.setAccessibleName(title)
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def has_frame(self) -> bool:
        """A frame is in view."""
        return self._image is not None

    @property
    def title(self) -> str:
        """What the tile says it shows."""
        return self._title

    def set_title(self, title: str) -> None:
        """Say what is shown."""
        if title != self._title:
            self._title = title
            self.setAccessibleName(title)
            self.update()

    def show_image(self, image: Image | None) -> None:
        """Show ``image``, ``(H, W)`` uint8 or ``(H, W, 3)`` uint8 BGR, or nothing.

        The pixels are shared with the screen, not copied: they must not change any more.
        """
        self._pixels = None if image is None else np.ascontiguousarray(image)
        self._image = None if self._pixels is None else to_qimage(self._pixels)
        self.update()

    def set_dimmed(self, is_dimmed: bool) -> None:
        """Darken the picture: it is an old one."""
        self._is_dimmed = is_dimmed
        self.update()

    def set_zoom(self, zoom: Zoom) -> None:
        """Show this part of the picture."""
        self._zoom = zoom
        self.setCursor(Qt.CursorShape.OpenHandCursor if zoom.factor > 1 else Qt.CursorShape.ArrowCursor)
        self.update()

    def actual_size_factor(self) -> float:
        """Return the zoom factor at which one image pixel is one screen pixel."""
        return 1.0 / self._fit_scale() if self._image is not None else 1.0

    def picture_rect(self) -> QRectF:
        """Return where the whole picture lies in widget coordinates; it may reach beyond the widget."""
        if self._image is None:
            return QRectF()
        scale = self._fit_scale() * self._zoom.factor
        width, height = self._image.width() * scale, self._image.height() * scale
        left = self._origin(self.width(), width, self._zoom.x)
        return QRectF(left, self._origin(self.height(), height, self._zoom.y), width, height)

    @staticmethod
    def _origin(room: float, length: float, centre: float) -> float:
        if length <= room:
            return (room - length) / 2
        return min(0.0, max(room - length, room / 2 - centre * length))

    def _fit_scale(self) -> float:
        assert self._image is not None  # noqa: S101 - callers have looked
        return min(self.width() / self._image.width(), self.height() / self._image.height())

    def sizeHint(self) -> QSize:
        """Return a modest size; the grid decides."""
        return QSize(320, 240)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint picture, title, and what else there is to see."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), GROUND)
        if self._image is not None:
            target = self.picture_rect()
            is_sharp = target.width() > SHARP_ABOVE * self._image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_sharp)
            painter.drawImage(target, self._image)
            if self._is_dimmed:
                painter.fillRect(self.rect(), DIMMED)
        else:
            painter.setPen(HINT)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)
        self._paint_title(painter)
        if self._is_target:
            painter.setPen(ACCENT)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_title(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        room = painter.fontMetrics().horizontalAdvance(self._title) + 18
        tag = QRectF(10, 10, min(room, self.width() - 20), 23)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(TAG)
        painter.drawRoundedRect(tag, 6, 6)
        painter.setPen(TAG_TEXT)
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, self._title)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom around the pointer while Ctrl is held."""
        if event is None or not event.modifiers() & Qt.KeyboardModifier.ControlModifier or self._image is None:
            return super().wheelEvent(event)
        picture, at = self.picture_rect(), event.position()
        point = QPointF((at.x() - picture.x()) / picture.width(), (at.y() - picture.y()) / picture.height())
        factor = min(max(self._zoom.factor * 1.0015 ** event.angleDelta().y(), 1.0), MAX_ZOOM)
        share = self._zoom.factor / factor  # the point under the pointer stays there
        centre = QPointF(point.x() + (self._zoom.x - point.x()) * share, point.y() + (self._zoom.y - point.y()) * share)
        self.zoom_changed.emit(Zoom(factor, centre.x(), centre.y()).within())
        return event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Take hold of a zoomed picture."""
        if event is not None and event.button() is Qt.MouseButton.LeftButton and self._zoom.factor > 1:
            self._grabbed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Move a zoomed picture."""
        if event is None or self._grabbed is None:
            return
        moved, self._grabbed = event.position() - self._grabbed, event.position()
        picture = self.picture_rect()
        zoom = replace(
            self._zoom, x=self._zoom.x - moved.x() / picture.width(), y=self._zoom.y - moved.y() / picture.height()
        )
        self.zoom_changed.emit(zoom.within())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go of the picture."""
        self._grabbed = None
        self.set_zoom(self._zoom)

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Ask for the whole window."""
        self.maximise_asked.emit()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Welcome files."""
        if event is not None and dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self._set_target(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent | None) -> None:
        """Forget the drag."""
        self._set_target(False)

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Take the files."""
        self._set_target(False)
        if event is not None:
            event.acceptProposedAction()
            self.dropped.emit(dropped_paths(event.mimeData()))

    def changeEvent(self, event: QEvent | None) -> None:
        """Repaint in another font or theme."""
        super().changeEvent(event)
        self.update()

    def _set_target(self, is_target: bool) -> None:
        self._is_target = is_target
        self.update()


def to_qimage(pixels: Image) -> QImage:
    """Return a Qt image that shares ``pixels``, ``(H, W)`` uint8 or ``(H, W, 3)`` uint8 BGR; they must outlive it."""
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_BGR888
    return QImage(pixels.data, width, height, pixels.strides[0], kind)  # type: ignore[call-overload,no-any-return]
