"""The centre of the window: the three pictures in one of six layouts."""

import enum

from PyQt6.QtCore import QRect, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from fusion_app.frames import FusedFrame, Image
from fusion_app.gui.frame_view import GROUND, FrameView, Zoom

GAP = 3
ZOOM_STEP = 1.25


class Role(enum.Enum):
    """What a tile shows."""

    FUSED = "fused"
    IR = "ir"
    VIS = "vis"


class Layout(enum.Enum):
    """How the tiles are arranged; the keys 1 to 6 in this order."""

    FUSED = "fused"
    IR = "ir"
    VIS = "vis"
    SIDE_BY_SIDE = "side by side"
    FUSED_BIG = "fused big"
    THREE_UP = "three up"


Box = tuple[float, float, float, float]
"""Left, top, width and height as parts of the whole."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
THIRD = 1 / 3
ARRANGEMENTS: dict[Layout, dict[Role, Box]] = {
    Layout.FUSED: {Role.FUSED: WHOLE},
    Layout.IR: {Role.IR: WHOLE},
    Layout.VIS: {Role.VIS: WHOLE},
    Layout.SIDE_BY_SIDE: {Role.IR: (0, 0, 0.5, 1), Role.VIS: (0.5, 0, 0.5, 1)},
    Layout.FUSED_BIG: {
        Role.FUSED: (0, 0, 2 * THIRD, 1),
        Role.IR: (2 * THIRD, 0, THIRD, 0.5),
        Role.VIS: (2 * THIRD, 0.5, THIRD, 0.5),
    },
    Layout.THREE_UP: {Role.IR: (0, 0, THIRD, 1), Role.VIS: (THIRD, 0, THIRD, 1), Role.FUSED: (2 * THIRD, 0, THIRD, 1)},
}
SINGLE = {Role.FUSED: Layout.FUSED, Role.IR: Layout.IR, Role.VIS: Layout.VIS}


class ViewGrid(QWidget):
    """Three tiles that share layout and zoom. Holding Tab shows the visible picture in the fused tile.

    Signals:
        layout_changed: The layout is another, by key, menu or double click.
        dropped: Files were dropped on the tile of this role, as a list of paths.
    """

    layout_changed = pyqtSignal(Layout)
    dropped = pyqtSignal(Role, list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layout_now = Layout.FUSED_BIG
        self._before = Layout.FUSED_BIG
        self._frame: FusedFrame | None = None
        self._model = ""
        self._is_peeking = False
        self._zoom = Zoom()
        self.tiles = {
            Role.FUSED: FrameView(self.tr("FUSED"), self.tr("Waiting for the first fused picture"), self),
            Role.IR: FrameView(self.tr("IR"), self.tr("Waiting for infrared"), self),
            Role.VIS: FrameView(self.tr("VISIBLE"), self.tr("Waiting for visible"), self),
        }
        for role, tile in self.tiles.items():
            tile.zoom_changed.connect(self._set_zoom)
            tile.maximise_asked.connect(lambda role=role: self._maximise(role))
            tile.dropped.connect(lambda paths, role=role: self.dropped.emit(role, paths))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Pictures"))

    def set_layout(self, layout: Layout) -> None:
        """Arrange the tiles."""
        if layout is not self.layout_now:
            self._before, self.layout_now = self.layout_now, layout
            self.layout_changed.emit(layout)
        self._arrange()

    def show_frame(self, fused: FusedFrame | None) -> None:
        """Show a fused frame and its sources, or nothing."""
        self._frame = fused
        self._set_dimmed(False)
        self.tiles[Role.IR].show_image(fused.ir_view if fused else None)
        self.tiles[Role.VIS].show_image(_shown(fused.pair.vis.image) if fused else None)
        self._show_fused()

    @property
    def has_frame(self) -> bool:
        """There is a frame in view."""
        return self._frame is not None

    def set_model(self, name: str) -> None:
        """Say what fuses."""
        self._model = name
        self._show_fused()

    def dim(self) -> None:
        """Show that the pictures are the last ones of a stream that ended."""
        self._set_dimmed(True)

    def zoom_by(self, steps: int) -> None:
        """Zoom in (1) or out (-1) around the centre of the view."""
        zoom = self._zoom
        self._set_zoom(Zoom(zoom.factor * ZOOM_STEP**steps, zoom.x, zoom.y).within())

    def zoom_to_fit(self) -> None:
        """Show whole pictures."""
        self._set_zoom(Zoom())

    def zoom_to_pixels(self) -> None:
        """Show one image pixel on one screen pixel, in the largest tile."""
        tile = max((self.tiles[role] for role in ARRANGEMENTS[self.layout_now]), key=lambda tile: tile.width())
        self._set_zoom(Zoom(tile.actual_size_factor(), self._zoom.x, self._zoom.y).within())

    def _set_zoom(self, zoom: Zoom) -> None:
        self._zoom = zoom
        for tile in self.tiles.values():
            tile.set_zoom(zoom)

    def _set_dimmed(self, is_dimmed: bool) -> None:
        for tile in self.tiles.values():
            tile.set_dimmed(is_dimmed)

    def _maximise(self, role: Role) -> None:
        single = SINGLE[role]
        self.set_layout(self._before if self.layout_now is single else single)

    def _show_fused(self) -> None:
        tile = self.tiles[Role.FUSED]
        if self._is_peeking and self._frame is not None:
            tile.set_title(self.tr("VISIBLE · peek"))
            tile.show_image(_shown(self._frame.pair.vis.image))
            return
        tile.set_title(self.tr("FUSED") + (f" · {self._model}" if self._model else ""))
        tile.show_image(self._frame.image if self._frame else None)

    def _arrange(self) -> None:
        arrangement = ARRANGEMENTS[self.layout_now]
        for role, tile in self.tiles.items():
            tile.setVisible(role in arrangement)
            if role in arrangement:
                tile.setGeometry(_rect(arrangement[role], self.width(), self.height()))

    def _peek(self, is_peeking: bool) -> None:
        self._is_peeking = is_peeking
        self._show_fused()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Fill the gaps between the tiles."""
        QPainter(self).fillRect(self.rect(), GROUND.lighter(260))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Arrange the tiles anew."""
        self._arrange()

    def focusNextPrevChild(self, next_: bool) -> bool:
        """Keep Tab for peeking; Shift+Tab moves the focus on."""
        return False if next_ else super().focusNextPrevChild(next_)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Peek while Tab is held."""
        if event is not None and event.key() == Qt.Key.Key_Tab:
            self._peek(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        """Stop peeking."""
        if event is not None and event.key() == Qt.Key.Key_Tab and not event.isAutoRepeat():
            self._peek(False)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Stop peeking: the release of the key will go elsewhere."""
        self._peek(False)
        super().focusOutEvent(event)


def _rect(box: Box, width: int, height: int) -> QRect:
    left, top = round(box[0] * (width + GAP)), round(box[1] * (height + GAP))
    right, bottom = round((box[0] + box[2]) * (width + GAP)), round((box[1] + box[3]) * (height + GAP))
    return QRect(left, top, right - left - GAP, bottom - top - GAP)


def _shown(image: Image) -> Image:
    """Return ``image`` in 8 bit; a visible picture of 16 bit is rare and shown by its upper byte."""
    return (image >> 8).astype("uint8") if image.dtype.itemsize == 2 else image
