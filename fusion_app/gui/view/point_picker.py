"""Points picked with the mouse: one click in infrared and one in visible for each thing, with their numbers drawn."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PyQt6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPen

from fusion_app.alignment.points import Point, PointPair
from fusion_app.frames import FusedFrame, size_of
from fusion_app.gui.view.frame_view import FrameView
from fusion_app.gui.view.view_grid import Role, ViewGrid

RADIUS = 7.0
DARK = QColor(0, 0, 0, 190)
MARK = QColor("#ffd34d")
ROLES = (Role.IR, Role.VIS)


class PointPicker(QObject):
    """Takes clicks on both sources while it is on.

    Signals:
        changed: There are other points, or a first half of one.
    """

    changed = pyqtSignal()

    def __init__(self, grid: ViewGrid) -> None:
        super().__init__(grid)
        self.is_on = False
        self.pairs: tuple[PointPair, ...] = ()
        self.half: tuple[Role, Point] | None = None
        self._fused: FusedFrame | None = None
        self._tiles = {role: grid.tiles[role] for role in ROLES}
        for role, tile in self._tiles.items():
            tile.add_marks(partial(self._paint, role))

    def set_on(self, is_on: bool) -> None:
        """Take clicks, or leave the mouse alone."""
        if is_on is self.is_on:
            return
        self.is_on, self.half = is_on, None
        for tile in self._tiles.values():
            if is_on:
                tile.installEventFilter(self)
                tile.setCursor(Qt.CursorShape.CrossCursor)
            else:
                tile.removeEventFilter(self)
                tile.unsetCursor()
        self.changed.emit()
        self._update()

    def show_frame(self, fused: FusedFrame | None) -> None:
        """Pick on this frame from now on."""
        self._fused = fused

    def set_pairs(self, pairs: Sequence[PointPair]) -> None:
        """Have these points, and no half one."""
        self.pairs, self.half = tuple(pairs), None
        self.changed.emit()
        self._update()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Take a click; Ctrl leaves the mouse to the zoom."""
        if isinstance(event, QMouseEvent) and event.button() is Qt.MouseButton.LeftButton:
            role = next((one for one, tile in self._tiles.items() if tile is watched), None)
            if event.type() is QEvent.Type.MouseButtonPress and role is not None:
                self._pick(role, event.position())
            return True
        return False

    def _pick(self, role: Role, at: QPointF) -> None:
        picture = self._tiles[role].picture_rect()
        if self._fused is None or not picture.contains(at):
            return
        place = (at.x() - picture.x()) / picture.width(), (at.y() - picture.y()) / picture.height()
        point = self._ir_pixel(self._fused, place) if role is Role.IR else _pixel(self._fused, place)
        if self.half is None or self.half[0] is role:
            self.half = (role, point)
        else:
            ir, vis = (self.half[1], point) if role is Role.VIS else (point, self.half[1])
            self.pairs, self.half = (*self.pairs, PointPair(ir, vis)), None
        self.changed.emit()
        self._update()

    @staticmethod
    def _ir_pixel(fused: FusedFrame, place: Point) -> Point:
        """Return the pixel of the camera at a place of the tile, which shows infrared as it lies now."""
        column, row = _pixel(fused, place)
        if fused.ir_to_vis is None:
            return column, row
        x, y, scale = np.linalg.solve(fused.ir_to_vis, (column, row, 1.0))
        return float(x / scale), float(y / scale)

    def _paint(self, role: Role, painter: QPainter) -> None:
        if not self.is_on or self._fused is None:
            return
        tile = self._tiles[role]
        for number, pair in enumerate(self.pairs, 1):
            self._paint_point(painter, tile, role, pair.ir if role is Role.IR else pair.vis, number)
        if self.half is not None and self.half[0] is role:
            self._paint_point(painter, tile, role, self.half[1], len(self.pairs) + 1)

    def _paint_point(self, painter: QPainter, tile: FrameView, role: Role, point: Point, number: int) -> None:
        assert self._fused is not None  # noqa: S101 - the caller has looked
        column, row = point
        if role is Role.IR and self._fused.ir_to_vis is not None:
            x, y, scale = self._fused.ir_to_vis @ (column, row, 1.0)
            column, row = x / scale, y / scale
        width, height = size_of(self._fused.ir_view)
        picture = tile.picture_rect()
        at = QPointF(
            picture.x() + (column + 0.5) / width * picture.width(),
            picture.y() + (row + 0.5) / height * picture.height(),
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(DARK, 4), QPen(MARK, 1.7)):
            painter.setPen(pen)
            painter.drawEllipse(at, RADIUS, RADIUS)
            painter.drawPoint(at)
        font = QFont(tile.font())
        font.setPixelSize(13)
        font.setBold(True)
        painter.setFont(font)
        box = QRectF(at.x() + RADIUS + 2, at.y() - 20, 26, 18)
        for shift, colour in ((1, DARK), (0, MARK)):
            painter.setPen(colour)
            painter.drawText(box.translated(shift, shift), Qt.AlignmentFlag.AlignLeft, str(number))

    def _update(self) -> None:
        for tile in self._tiles.values():
            tile.update()


def _pixel(fused: FusedFrame, place: Point) -> Point:
    """Return the pixel of the visible frame at a place of a tile, 0…1 each."""
    width, height = size_of(fused.ir_view)
    return place[0] * width - 0.5, place[1] * height - 0.5
