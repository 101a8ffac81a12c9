"""Infrared moved, scaled and turned with the mouse on a tile: its outline with handles, the pointer, and what to do."""

import enum
from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QCoreApplication, QEvent, QObject, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF, QWheelEvent

from fusion_app.alignment.placement import Placement, placement_of
from fusion_app.alignment.profile import AlignmentProfile, corners
from fusion_app.frames import Size
from fusion_app.gui.view.frame_view import ACCENT, FrameView
from fusion_app.gui.view.tags import paint_tag

REACH_PX = 14.0
"""How near the pointer has to come to a handle."""
HANDLE_PX = 9.0
KNOB_PX = 26.0
"""How far inside the upper edge the handle lies that turns."""
WHEEL_SCALE = 1.0002
"""Per unit of a wheel, of which a notch has 120."""
TURN_FROM_PX = 12.0
"""Nearer to the middle a turn has no direction."""
DARK = QColor(0, 0, 0, 170)

Known = Callable[[], tuple[AlignmentProfile, Size, Size] | None]
"""The alignment in use and the sizes of infrared and visible, or None while there is nothing to move."""


class Grip(enum.Enum):
    """What the pointer has hold of."""

    NOTHING = enum.auto()
    MOVE = enum.auto()
    SCALE = enum.auto()
    TURN = enum.auto()


CURSORS = {
    Grip.NOTHING: Qt.CursorShape.SizeAllCursor,
    Grip.MOVE: Qt.CursorShape.SizeAllCursor,
    Grip.SCALE: Qt.CursorShape.SizeFDiagCursor,
    Grip.TURN: Qt.CursorShape.PointingHandCursor,
}


class AlignmentHand(QObject):
    """Takes the mouse of one tile while it is on.

    Signals:
        placed: Infrared is to lie there, as long as the button is held; it comes with every move.
        let_go: What came since the button was pressed is one step of the history; True: it was a notch of the wheel.
    """

    placed = pyqtSignal(Placement)
    let_go = pyqtSignal(bool)

    def __init__(self, tile: FrameView, known: Known) -> None:
        super().__init__(tile)
        self.is_on = False
        self.grip = Grip.NOTHING
        self._tile = tile
        self._known = known
        self._from = QPointF()
        self._before = Placement()
        tile.add_marks(self._paint)

    def set_on(self, is_on: bool) -> None:
        """Take the mouse of the tile, or give it back."""
        if is_on is self.is_on:
            return
        self.is_on, self.grip = is_on, Grip.NOTHING
        if is_on:
            self._tile.installEventFilter(self)
            self._tile.setCursor(CURSORS[Grip.MOVE])
        else:
            self._tile.removeEventFilter(self)
            self._tile.unsetCursor()
        self._tile.update()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Take what moves infrared; Ctrl leaves the mouse to the zoom, as always."""
        if isinstance(event, QMouseEvent) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return self._on_mouse(event)
        if isinstance(event, QWheelEvent) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._scale_by(WHEEL_SCALE ** event.angleDelta().y())
            return True
        return False

    def update(self) -> None:
        """Draw anew: infrared lies elsewhere."""
        if self.is_on:
            self._tile.update()

    def handle_points(self) -> dict[Grip, list[QPointF]]:
        """Return where the handles lie on the tile; nothing while there is no picture."""
        outline = self._outline()
        if outline is None:
            return {}
        top, middle = (outline[0] + outline[1]) / 2, self._middle(outline)
        way = middle - top
        length = float(np.hypot(way.x(), way.y()))
        knob = top + way * (min(KNOB_PX, length / 2) / length) if length else top
        return {Grip.TURN: [knob], Grip.SCALE: [self._inside(point) for point in outline]}

    def _on_mouse(self, event: QMouseEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonPress and event.button() is Qt.MouseButton.LeftButton:
            self._take_hold(event)
            return True
        if event.type() is QEvent.Type.MouseMove and self.grip is not Grip.NOTHING:
            self._drag_to(event.position())
            return True
        if event.type() is QEvent.Type.MouseMove:
            self._tile.setCursor(CURSORS[self._grip_at(event.position(), event.modifiers())])
            return False
        if event.type() is QEvent.Type.MouseButtonRelease and self.grip is not Grip.NOTHING:
            self.grip = Grip.NOTHING
            self.let_go.emit(False)
            return True
        return event.type() is QEvent.Type.MouseButtonDblClick

    def _take_hold(self, event: QMouseEvent) -> None:
        known = self._known()
        if known is None:
            return
        self._from, self._before = event.position(), placement_of(*known)
        self.grip = self._grip_at(event.position(), event.modifiers())

    def _grip_at(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> Grip:
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            return Grip.TURN
        for grip, points in self.handle_points().items():
            if any((point - at).manhattanLength() <= REACH_PX for point in points):
                return grip
        return Grip.MOVE

    def _drag_to(self, at: QPointF) -> None:
        outline = self._outline()
        known, picture = self._known(), self._tile.picture_rect()
        if outline is None or known is None or picture.isEmpty():
            return
        _, _, vis = known
        across, down = vis.width / picture.width(), vis.height / picture.height()
        moved = at - self._from
        if self.grip is Grip.MOVE:
            self.placed.emit(self._before.moved(moved.x() * across, moved.y() * down))
            return
        middle = self._middle(outline)
        start, now = self._from - middle, at - middle
        if min(np.hypot(start.x(), start.y()), np.hypot(now.x(), now.y())) < TURN_FROM_PX:
            return
        if self.grip is Grip.SCALE:
            factor = float(np.hypot(now.x(), now.y()) / np.hypot(start.x(), start.y()))
            self.placed.emit(self._before.scaled(factor))
            return
        turn_deg = float(np.degrees(np.arctan2(now.y(), now.x()) - np.arctan2(start.y(), start.x())))
        self.placed.emit(self._before.turned((turn_deg + 180) % 360 - 180))

    def _scale_by(self, factor: float) -> None:
        known = self._known()
        if known is not None and self.grip is Grip.NOTHING:
            self.placed.emit(placement_of(*known).scaled(factor))
            self.let_go.emit(True)

    def _outline(self) -> list[QPointF] | None:
        """Return the corners of infrared on the tile, clockwise from the top left."""
        known, picture = self._known(), self._tile.picture_rect()
        if known is None or picture.isEmpty():
            return None
        profile, ir, vis = known
        placed = (corners(profile.homography(ir, vis), ir) + 0.5) / (vis.width, vis.height)
        return [
            QPointF(picture.x() + float(x) * picture.width(), picture.y() + float(y) * picture.height())
            for x, y in placed
        ]

    @staticmethod
    def _middle(outline: list[QPointF]) -> QPointF:
        return (outline[0] + outline[1] + outline[2] + outline[3]) / 4

    def _inside(self, point: QPointF) -> QPointF:
        """Return the place of a handle that can be reached: within the tile."""
        room = QRectF(self._tile.rect()).adjusted(HANDLE_PX, HANDLE_PX, -HANDLE_PX, -HANDLE_PX)
        return QPointF(min(max(point.x(), room.left()), room.right()), min(max(point.y(), room.top()), room.bottom()))

    def _paint(self, painter: QPainter) -> None:
        outline = self._outline() if self.is_on else None
        if outline is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(DARK, 3.5), QPen(ACCENT, 1.5)):
            painter.setPen(pen)
            painter.drawPolygon(QPolygonF(outline))
        painter.setPen(QPen(DARK, 1.5))
        painter.setBrush(ACCENT)
        half = HANDLE_PX / 2
        for grip, points in self.handle_points().items():
            for point in points:
                box = QRectF(point.x() - half, point.y() - half, HANDLE_PX, HANDLE_PX)
                painter.drawEllipse(box) if grip is Grip.TURN else painter.drawRect(box)
        paint_tag(painter, self._tile, hint(), Qt.Corner.BottomRightCorner)


def hint() -> str:
    """Return what the mouse does."""
    return QCoreApplication.translate("AlignmentHand", "Drag: move · wheel: scale · Shift: turn · Esc: end")
