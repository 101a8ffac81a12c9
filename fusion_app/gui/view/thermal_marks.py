"""What is drawn over the pictures of what infrared measures: spots with their values, the scale, an alarm."""

from collections.abc import Iterable, Sequence
from functools import partial

from PyQt6.QtCore import QObject, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPen

from fusion_app.frames import FusedFrame, ThermalView
from fusion_app.gui.view.frame_view import FrameView
from fusion_app.gui.view.palettes import Palette, colour_table
from fusion_app.gui.view.scale import NARROW, paint_scale, small_font
from fusion_app.gui.view.spots import Spot, spots_of, value_text
from fusion_app.gui.view.tags import GROUND, TEXT, paint_tag
from fusion_app.gui.view.view_grid import Role, ViewGrid
from fusion_app.settings import MOST_SPOTS
from fusion_app.thermal.heat import Place
from fusion_app.thermal.palettes import colours

RADIUS = 6.0
DARK = QColor(0, 0, 0, 190)
RED = QColor("#ff6259")


class ThermalMarks(QObject):
    """Draws on the infrared and the fused tile, and takes the spots that are placed there.

    Signals:
        placed_changed: The user has placed or removed spots.
        recalled: There are other spots, whoever placed them.
    """

    placed_changed = pyqtSignal()
    recalled = pyqtSignal()

    def __init__(self, grid: ViewGrid) -> None:
        super().__init__(grid)
        self.is_on = False
        self.placed: tuple[Place, ...] = ()
        self.spots: tuple[Spot, ...] = ()
        self.alarm = ""
        self._fused: FusedFrame | None = None
        self._palette = Palette.WHITE_HOT
        self._overlay = ""
        self._grid = grid
        self._tiles = {role: grid.tiles[role] for role in (Role.IR, Role.FUSED)}
        for role, tile in self._tiles.items():
            tile.add_marks(partial(self._paint, role))

    def show_frame(self, fused: FusedFrame | None) -> None:
        """Measure on ``fused`` from now on."""
        self._fused = fused
        self._measure()

    def set_on(self, is_on: bool) -> None:
        """Show spots and scale, or hide them."""
        self.is_on = is_on
        self._measure()

    def set_colours(self, palette: Palette, overlay: str) -> None:
        """Take the colours of the infrared tile, and those of hot areas in the fused one (empty: there are none)."""
        self._palette, self._overlay = palette, overlay
        self._update()

    def set_alarm(self, text: str) -> None:
        """Say on the picture that something is too hot or too cold; empty: it is not."""
        if text != self.alarm:
            self.alarm = text
            self._update()

    def place(self, spots: Sequence[Place]) -> None:
        """Measure at these places, nine at the most."""
        self.recall(spots[:MOST_SPOTS])
        self.placed_changed.emit()

    def recall(self, spots: Iterable[Place]) -> None:
        """Measure at these places, which are known already."""
        self.placed = tuple(spots)
        self._measure()
        self.recalled.emit()

    def _measure(self) -> None:
        self.spots = tuple(spots_of(self._fused, self.placed)) if self.is_on or self.alarm else ()
        self._update()

    def _update(self) -> None:
        for tile in self._tiles.values():
            tile.update()

    def add(self, place: Place) -> None:
        """Measure at one more place."""
        self.is_on = True
        self.place((*self.placed, place))

    @property
    def is_full(self) -> bool:
        """No more spots can be placed."""
        return len(self.placed) >= MOST_SPOTS

    def _paint(self, role: Role, painter: QPainter) -> None:
        tile = self._tiles[role]
        picture, view = tile.picture_rect(), self._fused.thermal if self._fused is not None else None
        if view is None or picture.isEmpty():
            return
        if self.is_on:
            table = self._table(role)
            if table and tile.width() >= NARROW:
                paint_scale(painter, tile, table, *reversed(scale_texts(view)))
            for spot in self.spots:
                _paint_spot(painter, tile, picture, spot)
        if self.alarm:
            painter.setPen(QPen(RED, 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(tile.rect().adjusted(1, 1, -2, -2))
            paint_tag(painter, tile, f"■ {self.alarm}", Qt.Corner.BottomRightCorner, is_title=True)
            for spot in self.spots[:2]:
                _paint_spot(painter, tile, picture, spot)

    def _table(self, role: Role) -> Sequence[int]:
        """Return the 256 colours of what is in colours on a tile, cold to hot."""
        if role is Role.IR:
            return colour_table(self._palette)
        if not self._overlay or self._grid.difference.is_shown:  # which has a scale of its own
            return ()
        return [QColor(round(r), round(g), round(b)).rgb() for b, g, r in colours(self._overlay)]


def scale_texts(view: ThermalView) -> tuple[str, str]:
    """Return what the cold and the hot end of the scale mean."""
    if view.counts is None:
        return "0", "255"
    if view.counts_range is None:
        return "", ""
    cold, hot = view.counts_range
    return value_text(view, cold), value_text(view, hot)


def _paint_spot(painter: QPainter, tile: FrameView, picture: QRectF, spot: Spot) -> None:
    at = QPointF(picture.x() + spot.place[0] * picture.width(), picture.y() + spot.place[1] * picture.height())
    if not QRectF(tile.rect()).contains(at):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(DARK, 3.5), QPen(TEXT, 1.5)):
        painter.setPen(pen)
        painter.drawEllipse(at, RADIUS, RADIUS)
        painter.drawLine(at - QPointF(RADIUS + 4, 0), at - QPointF(RADIUS - 3, 0))
        painter.drawLine(at + QPointF(RADIUS - 3, 0), at + QPointF(RADIUS + 4, 0))
    if tile.width() >= NARROW or spot.kind == "hottest":
        _paint_text(painter, tile, spot.label, at)


def _paint_text(painter: QPainter, tile: FrameView, text: str, at: QPointF) -> None:
    painter.setFont(small_font(tile))
    width, height = painter.fontMetrics().horizontalAdvance(text) + 10, painter.fontMetrics().height() + 2
    x = at.x() + RADIUS + 7
    if x + width > tile.width() - 2:
        x = at.x() - RADIUS - 7 - width
    y = min(max(2.0, at.y() - height / 2), tile.height() - height - 2.0)
    box = QRectF(x, y, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(GROUND)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(TEXT)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
