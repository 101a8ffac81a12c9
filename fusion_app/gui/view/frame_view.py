"""One tile of the view grid: paints a frame, letterboxed, with a title that says what it is."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from fusion_app.frames import Picture, image_of
from fusion_app.gui.view.dropping import dropped_paths
from fusion_app.gui.view.pixels import levels_text, pixel_of, to_qimage
from fusion_app.gui.view.seen import seen_of
from fusion_app.gui.view.tags import paint_tag
from fusion_app.gui.view.zoom import MAX_ZOOM, Zoom

GROUND = QColor("#0b0c0e")
HINT = QColor("#6d7683")
ACCENT = QColor("#4d9fff")
DIMMED = QColor(0, 0, 0, 120)


Marks = Callable[[QPainter], None]
"""Draws what else there is to see over the picture."""

Reading = Callable[[float, float], str]
"""What else is known of a place, 0…1 of the picture's width and height: raw counts, a temperature."""


class FrameView(QWidget):
    """Shows one image; all tiles of a grid share one zoom.

    Signals:
        zoom_changed: The user zoomed or moved the picture.
        maximise_asked: Double-clicked.
        dropped: Files were dropped here, as a list of paths.
        painted: Another image has been painted.
    """

    zoom_changed = pyqtSignal(Zoom)
    maximise_asked = pyqtSignal()
    dropped = pyqtSignal(list)
    painted = pyqtSignal()

    def __init__(self, title: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._hint = hint
        self._note = ""
        self._pixels: Picture | None = None
        self._colours: Sequence[int] = ()
        self._image: QImage | None = None
        self._seen = (QRectF(), QRectF(), 1.0)
        self._place = QRectF()
        self._is_fresh = False
        self._zoom = Zoom()
        self._pixel_aspect = 1.0
        self._grabbed: QPointF | None = None
        self._pointer: QPointF | None = None
        self._reading: Reading | None = None
        self._marks: list[Marks] = []
        self._title_corner = Qt.Corner.TopLeftCorner
        self._is_dimmed = False
        self._is_target = False
        self.setAccessibleName(title)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def has_frame(self) -> bool:
        """A frame is in view."""
        return self._pixels is not None

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

    def set_hint(self, hint: str) -> None:
        """Say why there is no picture, where there is none."""
        if hint != self._hint:
            self._hint = hint
            self.update()

    @property
    def note(self) -> str:
        """What else is said, at the bottom."""
        return self._note

    def set_note(self, note: str) -> None:
        """Say something more at the bottom, while nothing is probed."""
        if note != self._note:
            self._note = note
            self.update()

    def set_title_corner(self, corner: Qt.Corner) -> None:
        """Put the title elsewhere: something covers its place."""
        self._title_corner = corner
        self.update()

    def set_reading(self, reading: Reading | None) -> None:
        """Let the probe say more than grey levels."""
        self._reading = reading

    def add_marks(self, marks: Marks) -> None:
        """Have ``marks`` draw over the picture, below the title, and over those that were there."""
        self._marks.append(marks)

    def show_image(self, image: Picture | None, colours: Sequence[int] = ()) -> None:
        """Show ``image``, ``(H, W)`` uint8, ``(H, W, 3)`` uint8 BGR or planes, or nothing.

        The pixels must not change any more: they are read when they are painted, which a hidden tile never is. A grey
        image takes its 256 ``colours``, if there are any.
        """
        if image is self._pixels and colours is self._colours:
            return
        self._is_fresh = self._is_fresh or image is not self._pixels
        self._pixels, self._colours, self._image = image, colours, None
        self.update()

    def picture(self) -> QImage | None:
        """Return the whole picture in its colours, or None while there is none."""
        return None if self._pixels is None else to_qimage(image_of(self._pixels), self._colours)

    def place_of(self, x: float, y: float) -> tuple[float, float] | None:
        """Return where a point of the tile lies on the picture, 0…1 each; None: beside it."""
        picture = self.picture_rect()
        if picture.isEmpty():
            return None
        place = ((x - picture.x()) / picture.width(), (y - picture.y()) / picture.height())
        return place if all(0 <= part < 1 for part in place) else None

    def set_pixel_aspect(self, pixel_aspect: float) -> None:
        """Show pixels so many times as wide as high."""
        if pixel_aspect != self._pixel_aspect:
            self._pixel_aspect = pixel_aspect
            self.update()

    def _picture_size(self) -> tuple[float, float]:
        """Return width and height of the picture, in heights of a pixel."""
        assert self._pixels is not None  # noqa: S101 - callers have looked
        height, width = self._pixels.shape[:2]
        return width * self._pixel_aspect, height

    @property
    def is_dimmed(self) -> bool:
        """The picture is an old one."""
        return self._is_dimmed

    def set_dimmed(self, is_dimmed: bool) -> None:
        """Darken the picture: it is an old one."""
        if is_dimmed is not self._is_dimmed:
            self._is_dimmed = is_dimmed
            self.update()

    def set_zoom(self, zoom: Zoom) -> None:
        """Show this part of the picture."""
        self._zoom = zoom
        self.setCursor(Qt.CursorShape.OpenHandCursor if zoom.factor > 1 else Qt.CursorShape.ArrowCursor)
        self.update()

    def actual_size_factor(self) -> float:
        """Return the zoom factor at which one image pixel is one screen pixel."""
        return 1.0 / self._fit_scale() if self._pixels is not None else 1.0

    def picture_rect(self) -> QRectF:
        """Return where the whole picture lies in widget coordinates; it may reach beyond the widget."""
        if self._pixels is None:
            return QRectF()
        scale = self._fit_scale() * self._zoom.factor
        width, height = (side * scale for side in self._picture_size())
        left = self._origin(self.width(), width, self._zoom.x)
        return QRectF(left, self._origin(self.height(), height, self._zoom.y), width, height)

    @staticmethod
    def _origin(room: float, length: float, centre: float) -> float:
        if length <= room:
            return (room - length) / 2
        return min(0.0, max(room - length, room / 2 - centre * length))

    def _fit_scale(self) -> float:
        width, height = self._picture_size()
        return float(min(self.width() / width, self.height() / height))

    def sizeHint(self) -> QSize:
        """Return a modest size; the grid decides."""
        return QSize(320, 240)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint picture, title, and what else there is to see."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), GROUND)
        if self._pixels is not None:
            self._paint_picture(painter, self._pixels)
        elif not self._is_dimmed:
            painter.setPen(HINT)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)
        paint_tag(painter, self, self._title, self._title_corner, is_title=True)
        if words := self.probe_text() or self._note:
            bottom = {Qt.Corner.TopRightCorner: Qt.Corner.BottomRightCorner}
            paint_tag(painter, self, words, bottom.get(self._title_corner, Qt.Corner.BottomLeftCorner))
        if self._is_target:
            painter.setPen(ACCENT)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self._is_fresh:
            self._is_fresh = False
            self.painted.emit()

    def _paint_picture(self, painter: QPainter, pixels: Picture) -> None:
        whole = self.picture_rect()
        if not whole.intersects(QRectF(self.rect())):  # of a tile without a width
            return
        image = self._converted(pixels, whole)
        painter.drawImage(self._place, image)
        if self._is_dimmed:
            painter.fillRect(self.rect(), DIMMED)
        for marks in self._marks:
            marks(painter)

    def _converted(self, pixels: Picture, whole: QRectF) -> QImage:
        """Return what is seen of ``pixels``, converted once for each picture and each place of it."""
        seen = (whole, QRectF(self.rect()), self.devicePixelRatioF())
        if self._image is None or seen != self._seen:
            self._seen = seen
            part, self._place = seen_of(pixels, *seen)
            self._image = to_qimage(image_of(part), self._colours)
        return self._image

    def probe_text(self) -> str:
        """Return what lies under the pointer: place, grey level or colour, and what the reading adds; else nothing."""
        if self._pointer is None or self._pixels is None:
            return ""
        place = self.place_of(self._pointer.x(), self._pointer.y())
        if place is None:
            return ""
        x, y = place
        height, width = self._pixels.shape[:2]
        column, row = int(x * width), int(y * height)
        more = self._reading(x, y) if self._reading is not None else ""
        return f"{column}, {row}   {levels_text(pixel_of(self._pixels, row, column))}" + (f"   {more}" if more else "")

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom around the pointer while Ctrl is held."""
        if event is None or not event.modifiers() & Qt.KeyboardModifier.ControlModifier or self._pixels is None:
            return super().wheelEvent(event)
        picture, at = self.picture_rect(), event.position()
        if picture.isEmpty():
            return super().wheelEvent(event)
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
        """Probe the pixel under the pointer; move a zoomed picture."""
        if event is None:
            return
        self._pointer = event.position()
        picture = self.picture_rect()
        if self._grabbed is None or picture.isEmpty():  # the picture may have gone while it was held
            self.update()
            return
        moved, self._grabbed = event.position() - self._grabbed, event.position()
        zoom = replace(
            self._zoom, x=self._zoom.x - moved.x() / picture.width(), y=self._zoom.y - moved.y() / picture.height()
        )
        self.zoom_changed.emit(zoom.within())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Let go of the picture."""
        self._grabbed = None
        self.set_zoom(self._zoom)

    def leaveEvent(self, event: QEvent | None) -> None:
        """Stop probing."""
        self._pointer = None
        self.update()

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
