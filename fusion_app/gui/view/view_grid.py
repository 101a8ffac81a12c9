"""The centre of the window: the three pictures in one of eight layouts, or the wall."""

import enum
from collections.abc import Mapping, Sequence

from PyQt6.QtCore import QEvent, QPoint, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from fusion_app.alignment.preview import edges_over
from fusion_app.frames import FusedFrame, Image, Picture, Planes, image_of
from fusion_app.gui.view.difference import DifferenceView
from fusion_app.gui.view.frame_view import GROUND, FrameView
from fusion_app.gui.view.palettes import Palette, colour_table
from fusion_app.gui.view.readings import raw_text
from fusion_app.gui.view.swipe import SwipeHandle
from fusion_app.gui.view.titles import Condition, Maker, difference_title, fused_title, ir_title, vis_title
from fusion_app.gui.view.wall_view import WallView
from fusion_app.gui.view.zoom import Zoom

GAP = 3
ZOOM_STEP = 1.25


class Role(enum.Enum):
    """What a tile shows."""

    FUSED = "fused"
    IR = "ir"
    VIS = "vis"


class Layout(enum.Enum):
    """How the tiles are arranged; the keys 1 to 9 in this order."""

    FUSED = "fused"
    IR = "ir"
    VIS = "vis"
    SIDE_BY_SIDE = "side by side"
    FUSED_BIG = "fused big"
    THREE_UP = "three up"
    PICTURE_IN_PICTURE = "picture in picture"
    SWIPE = "swipe"
    WALL = "wall"


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
    Layout.PICTURE_IN_PICTURE: {Role.FUSED: WHOLE, Role.IR: (0.7, 0.69, 0.285, 0.285)},
    Layout.SWIPE: {Role.VIS: WHOLE, Role.FUSED: WHOLE},
    Layout.WALL: {Role.FUSED: WHOLE},
}
"""A later tile lies on an earlier one; the wall lies on the fused one."""

SINGLE = {Role.FUSED: Layout.FUSED, Role.IR: Layout.IR, Role.VIS: Layout.VIS}


class ViewGrid(QWidget):
    """Three tiles, and those of the wall, that share layout and zoom.

    Holding Tab shows the visible picture in the fused tile.

    Signals:
        layout_changed: The layout is another, by key, menu or double click.
        dropped: Files were dropped on the tile of this role, as a list of paths.
        painted: A tile has painted its part of this frame.
        arranged: The tiles have been put in their places.
        menu_asked: A menu is wanted for this tile, at a point of it.
    """

    layout_changed = pyqtSignal(Layout)
    arranged = pyqtSignal()
    dropped = pyqtSignal(Role, list)
    painted = pyqtSignal(FusedFrame)
    menu_asked = pyqtSignal(FrameView, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layout_now = Layout.FUSED_BIG
        self._before = Layout.FUSED_BIG
        self._frame: FusedFrame | None = None
        self._maker = Maker()
        self._is_frozen = False
        self._ages: Mapping[Role, float | None] = {}
        self._is_peeking = False
        self._has_edges = False
        self._notes: dict[Role, tuple[str, ...]] = {}
        self._zoom = Zoom()
        self.tiles = {
            Role.FUSED: FrameView(self.tr("FUSED"), "", self),
            Role.IR: FrameView(self.tr("IR"), "", self),
            Role.VIS: FrameView(self.tr("VISIBLE"), "", self),
        }
        self.difference = DifferenceView(self.tiles[Role.FUSED])
        self.difference.ready.connect(self._show_fused)
        self.swipe = SwipeHandle(self)
        self.swipe.moved.connect(self._arrange)
        self.wall = WallView(self)
        self.wall.zoom_changed.connect(self._set_zoom)
        self.wall.dropped.connect(lambda paths: self.dropped.emit(Role.FUSED, paths))
        self._palette = Palette.WHITE_HOT
        self.tiles[Role.IR].set_reading(self._raw_at)
        for role, tile in self.tiles.items():
            tile.zoom_changed.connect(self._set_zoom)
            tile.painted.connect(self._tell_painted)
            tile.maximise_asked.connect(lambda role=role: self._maximise(role))
            tile.dropped.connect(lambda paths, role=role: self.dropped.emit(role, paths))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Pictures"))
        self._name_what_is_waited_for()

    def _name_what_is_waited_for(self) -> None:
        self.tiles[Role.FUSED].set_hint(self.tr("Waiting for the first fused picture"))
        self.tiles[Role.IR].set_hint(self.tr("Waiting for infrared"))
        self.tiles[Role.VIS].set_hint(self.tr("Waiting for visible"))

    def changeEvent(self, event: QEvent | None) -> None:
        """Say everything on the pictures in another language."""
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.LanguageChange:
            self._name_what_is_waited_for()
            self.show_frame(self._frame)

    def set_layout(self, layout: Layout) -> None:
        """Arrange the tiles."""
        if layout is not self.layout_now:
            self._before, self.layout_now = self.layout_now, layout
            self.layout_changed.emit(layout)
        self._arrange()
        if self.difference.is_on:  # a tile that was hidden has not been told
            self._show_fused()

    def show_frame(self, fused: FusedFrame | None) -> None:
        """Show a fused frame and its sources, or nothing."""
        self._frame = fused
        if fused is None:
            self.wall.show_tiles(())
        if fused is None or fused.pair.lost:
            lost = {Role(fused.pair.lost)} if fused else set()
            self.set_gone({role: self._ages.get(role) for role in lost})
        for tile in self.tiles.values():  # all lie on the visible picture
            tile.set_pixel_aspect(float(fused.pair.vis.pixel_aspect) if fused else 1.0)
        self._show_ir()
        has_vis = fused is not None and fused.pair.vis.index >= 0
        self.tiles[Role.VIS].show_image(_shown(fused.pair.vis.picture) if fused and has_vis else None)
        self._show_fused()

    def set_palette(self, palette: Palette) -> None:
        """Colour the infrared tile; what is fused stays as it is."""
        self._palette = palette
        self._show_ir()

    @property
    def is_wall(self) -> bool:
        """The wall is in view."""
        return self.layout_now is Layout.WALL

    @property
    def has_frame(self) -> bool:
        """There is a frame in view."""
        return self._frame is not None

    def show_edges(self, has_edges: bool) -> None:
        """Show in the fused tile, instead of the fused picture, the edges of infrared on the visible one."""
        self._has_edges = has_edges
        self._show_fused()

    def show_difference(self, is_on: bool) -> None:
        """Show what infrared adds in the fused tile and on the wall, instead of the fused pictures."""
        self.difference.is_on = is_on
        self.wall.show_difference(is_on)
        self._show_fused()

    def set_maker(self, maker: Maker) -> None:
        """Say what fuses; a frozen picture keeps the name of what made it."""
        if maker != self._maker and not self._is_frozen:
            self._maker = maker
            self._show_titles()

    def set_notes(self, role: Role, tags: Sequence[str]) -> None:
        """Say in the title of a source's tile what there is to know of its file."""
        if self._notes.get(role, ()) != tuple(tags):
            self._notes[role] = tuple(tags)
            self._show_titles()

    def set_frozen(self, is_frozen: bool) -> None:
        """Say whether the view stands still."""
        self._is_frozen = is_frozen
        self._show_titles()

    def set_gone(self, ages: Mapping[Role, float | None]) -> None:
        """Darken the tiles of sources that are gone, and the fused one if both are.

        Args:
            ages: The roles that are gone, with the seconds since their last frame, None where that is not known.
        """
        self._ages = ages
        for role, tile in self.tiles.items():
            tile.set_dimmed(role in ages or len(ages) > 1)
        for tile in self.wall.tiles:
            tile.set_dimmed(len(ages) > 1)
        self._show_titles()

    def zoom_by(self, steps: int) -> None:
        """Zoom in (1) or out (-1) around the centre of the view."""
        zoom = self._zoom
        self._set_zoom(Zoom(zoom.factor * ZOOM_STEP**steps, zoom.x, zoom.y).within())

    def zoom_to_fit(self) -> None:
        """Show whole pictures."""
        self._set_zoom(Zoom())

    def zoom_to_pixels(self) -> None:
        """Show one image pixel on one screen pixel, in the largest tile."""
        tile = self._largest()
        self._set_zoom(Zoom(tile.actual_size_factor(), self._zoom.x, self._zoom.y).within())

    def _largest(self) -> FrameView:
        """Return the tile that takes most of the view; of several the one in front."""
        tiles = (self.tiles[role] for role in reversed(ARRANGEMENTS[self.layout_now]))
        shown = self.wall.shown if self.is_wall else tiles
        return max(shown, key=lambda tile: tile.width(), default=self.tiles[Role.FUSED])

    def _set_zoom(self, zoom: Zoom) -> None:
        self._zoom = zoom
        for tile in (*self.tiles.values(), *self.wall.tiles):
            tile.set_zoom(zoom)

    def _maximise(self, role: Role) -> None:
        single = SINGLE[role]
        self.set_layout(self._before if self.layout_now is single else single)

    def _show_ir(self) -> None:
        frame = self._frame
        colours = colour_table(self._palette) if self._palette is not Palette.WHITE_HOT else ()
        has_ir = frame is not None and frame.pair.ir.index >= 0  # else it is blank: there never was one
        self.tiles[Role.IR].show_image(frame.ir_view if frame and has_ir else None, colours)
        self._show_titles()

    def _show_titles(self) -> None:
        """Say on every tile what it shows."""
        self.tiles[Role.IR].set_title(ir_title(self._frame, self._palette, self._condition(Role.IR)))
        self.tiles[Role.VIS].set_title(vis_title(self._condition(Role.VIS)))
        self.tiles[Role.FUSED].set_title(self._fused_title())

    def _condition(self, role: Role) -> Condition:
        if role is Role.FUSED:
            ages = [age for age in self._ages.values() if age is not None]
            return Condition(self._is_frozen, len(self._ages) > 1, min(ages, default=None))
        return Condition(self._is_frozen, role in self._ages, self._ages.get(role), self._notes.get(role, ()))

    def _raw_at(self, x: float, y: float) -> str:
        return raw_text(self._frame, x, y) if self._frame is not None else ""

    def _show_fused(self) -> None:
        tile, frame = self.tiles[Role.FUSED], self._frame
        is_other = self._is_peeking or self._shows_edges or not tile.isVisibleTo(self)
        difference = self.difference.image(None if is_other else frame)
        tile.set_title(self._fused_title())
        if frame is not None and self._is_peeking:
            tile.show_image(_shown(frame.pair.vis.picture))
        elif frame is not None and self._shows_edges:
            tile.show_image(edges_over(frame.ir_view, _grey(frame.pair.vis.picture)))
        elif difference is not None:
            tile.show_image(difference)
        else:
            tile.show_image(frame.picture if frame else None)

    @property
    def _shows_edges(self) -> bool:
        return self._has_edges and self._frame is not None and not self._frame.pair.lost

    def _fused_title(self) -> str:
        if self._is_peeking and self._frame is not None:
            return self.tr("VISIBLE · peek")
        if self._shows_edges:
            return self.tr("ALIGNMENT · edges of infrared on visible")
        title = difference_title if self.difference.is_shown else fused_title
        return title(self._frame, self._maker, self._condition(Role.FUSED))

    def _arrange(self) -> None:
        arrangement = ARRANGEMENTS[self.layout_now]
        for role, tile in self.tiles.items():
            tile.setVisible(role in arrangement and not self.is_wall)
        for role, box in arrangement.items():
            self.tiles[role].setGeometry(_rect(box, self.width(), self.height()))
            self.tiles[role].raise_()
        self.wall.setVisible(self.is_wall)
        self.wall.setGeometry(self.rect())
        self.wall.raise_()
        self.swipe.divide(self.tiles[Role.FUSED], is_on=self.layout_now is Layout.SWIPE)
        self.arranged.emit()

    def _tell_painted(self) -> None:
        if self._frame is not None:
            self.painted.emit(self._frame)

    def _peek(self, is_peeking: bool) -> None:
        self._is_peeking = is_peeking
        self._show_fused()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Fill the gaps between the tiles."""
        QPainter(self).fillRect(self.rect(), GROUND.lighter(260))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Arrange the tiles anew."""
        self._arrange()

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """Ask for the menu of the tile under the pointer; by key for that of the largest one."""
        if event is None:
            return
        found: QWidget | None = self.childAt(event.pos())
        while found is not None and not isinstance(found, FrameView):
            found = found.parentWidget()
        is_by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        tile = self._largest() if found is None or is_by_key else found
        self.menu_asked.emit(tile, tile.rect().center() if is_by_key else tile.mapFrom(self, event.pos()))
        event.accept()

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


def _shown(picture: Picture) -> Picture:
    """Return ``picture`` in 8 bit; a visible picture of 16 bit is rare and shown by its upper byte."""
    is_deep = not isinstance(picture, Planes) and picture.dtype.itemsize == 2
    return (image_of(picture) >> 8).astype("uint8") if is_deep else picture


def _grey(picture: Picture) -> Image:
    return picture.grey if isinstance(picture, Planes) else image_of(_shown(picture))
