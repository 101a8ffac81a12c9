"""The wall: what several models make of the same pairs, side by side."""

from collections.abc import Sequence
from math import ceil, sqrt

from PyQt6.QtCore import QRect, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from fusion_app.frames import FusedFrame
from fusion_app.gui.view.frame_view import GROUND, HINT, FrameView
from fusion_app.gui.view.swipe import SwipeHandle
from fusion_app.gui.view.zoom import Zoom
from fusion_app.metrics.glance import Glance
from fusion_app.session.wall import WallTile

GAP = 3
BEHIND_S = 0.5
"""From here on a tile says how much older its picture is than the newest."""


class WallView(QWidget):
    """A tile for each model; a double click shows one alone, `compare` two on each other, and all again.

    Signals:
        models_changed: Other models are to be on the wall, as a tuple of names.
        difference_changed: What infrared adds is to be seen, or not.
        zoom_changed: The user zoomed or moved a picture.
        dropped: Files were dropped, as a list of paths.
    """

    models_changed = pyqtSignal(tuple)
    difference_changed = pyqtSignal(bool)
    zoom_changed = pyqtSignal(Zoom)
    dropped = pyqtSignal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.models: tuple[str, ...] = ()
        self.tiles: tuple[FrameView, ...] = ()
        self._zoom = Zoom()
        self.has_difference = False
        """What infrared adds is to be seen."""
        self._chosen: tuple[FrameView, ...] = ()
        """One tile that is alone in view, or two that lie on each other; none: all are in view."""
        self.swipe = SwipeHandle(self)
        self.swipe.moved.connect(self._arrange)
        self.setAccessibleName(self.tr("Wall of models"))
        self.hide()

    @property
    def shown(self) -> tuple[FrameView, ...]:
        """The tiles in view."""
        return self._chosen or self.tiles

    def compare(self, one: FrameView, other: FrameView) -> None:
        """Lay ``other`` on ``one``, with a line between them to drag."""
        self._chosen = (one, other)
        self._arrange()
        self.swipe.setFocus()

    def show_all(self) -> None:
        """Show every tile."""
        self._chosen = ()
        self._arrange()

    def set_models(self, models: Sequence[str]) -> None:
        """Put these models on the wall."""
        if (models := tuple(models)) == self.models:
            return
        for tile in self.tiles:
            tile.hide()
            tile.deleteLater()
        self.models, self._chosen = models, ()
        self.tiles = tuple(self._tile(name) for name in models)
        self._arrange()
        self.models_changed.emit(models)

    def show_difference(self, is_on: bool) -> None:
        """Show what infrared adds, of each model, instead of what it fuses, as soon as the models have made it."""
        if is_on is not self.has_difference:
            self.has_difference = is_on
            self.difference_changed.emit(is_on)

    def show_tiles(self, tiles: Sequence[WallTile], state: str = "") -> None:
        """Show what the models have come to; nothing where there are no ``tiles``.

        Args:
            tiles: In the order of the models.
            state: Why they do not go on at the moment, in a word or two; else empty.
        """
        shown = tiles or [WallTile(name) for name in self.models]
        for view, tile in zip(self.tiles, shown, strict=True):
            self._show(view, tile, state)

    def _show(self, view: FrameView, tile: WallTile, state: str) -> None:
        fused = None if tile.trouble else tile.fused
        difference = tile.difference if fused is not None and self.has_difference else None
        title = self._title(tile, state)
        view.set_title(title if difference is None else self.tr("{0} · what infrared adds").format(title))
        view.set_note("" if fused is None or tile.glance is None else self._quality(tile.glance))
        view.set_hint(tile.trouble or self.tr("Waiting for the first fused picture"))
        view.setToolTip(tile.fallback)
        if fused is not None:
            view.set_pixel_aspect(float(fused.pair.vis.pixel_aspect))
        if difference is not None:
            view.show_image(difference)
        else:
            view.show_image(None if fused is None else fused.picture)

    def _quality(self, glance: Glance) -> str:
        """Return how a picture is, as the status bar says it of the main one."""
        words = self.tr("entropy {0:.1f} bit · edges kept {1:.0f} % · clipped {2:.1f} %")
        return words.format(glance.entropy, 100 * glance.kept, 100 * glance.clipped)

    def _title(self, tile: WallTile, state: str) -> str:
        """Return name, device and runtime, milliseconds and rate, and what is not as usual."""
        words = [tile.description or tile.model]
        if tile.trouble:
            return " · ".join([*words, self.tr("failed")])
        words += [state, self._lost(tile.fused)]
        if tile.frame_ms is not None:
            words.append(self.tr("{0:.0f} ms").format(tile.frame_ms) if tile.frame_ms >= 1 else self.tr("under 1 ms"))
        if tile.fps is not None:
            words.append(self.tr("{0:.1f} fps").format(tile.fps))
        if tile.fused is not None and tile.behind_s >= BEHIND_S:
            words.append(self.tr("{0:.1f} s behind").format(tile.behind_s))
        if tile.dropped:
            words.append(self.tr("{0} dropped").format(tile.dropped))
        if tile.fallback:
            words.append(self.tr("not as asked"))
        return " · ".join(word for word in words if word)

    def _lost(self, fused: FusedFrame | None) -> str:
        lost = {"ir": self.tr("infrared lost"), "vis": self.tr("visible lost")}
        return "" if fused is None or not fused.pair.lost else lost[fused.pair.lost]

    def _tile(self, name: str) -> FrameView:
        view = FrameView(name, self.tr("Waiting for the first fused picture"), self)
        view.set_zoom(self._zoom)
        view.zoom_changed.connect(self.zoom_changed)
        view.zoom_changed.connect(self._note_zoom)
        view.dropped.connect(self.dropped)
        view.maximise_asked.connect(lambda: self._show_alone(view))
        return view

    def _note_zoom(self, zoom: Zoom) -> None:
        self._zoom = zoom

    def _show_alone(self, view: FrameView) -> None:
        self._chosen = () if self._chosen else (view,)
        self._arrange()

    def _arrange(self) -> None:
        shown = self.shown
        for view in self.tiles:
            view.setVisible(view in shown)
        upper = self._chosen[1] if len(self._chosen) == 2 else None
        self.swipe.cut(self.tiles, upper)  # in one go: a line that is hidden meanwhile loses the focus
        if len(self._chosen) == 2:
            self._lay_on_each_other(*self._chosen)
        else:
            self._side_by_side(shown)
        self.update()

    def _lay_on_each_other(self, lower: FrameView, upper: FrameView) -> None:
        for view in (lower, upper):
            view.setGeometry(self.rect())
            view.raise_()
        self.swipe.divide(upper, is_on=True)

    def _side_by_side(self, shown: Sequence[FrameView]) -> None:
        columns = ceil(sqrt(len(shown))) or 1
        rows = ceil(len(shown) / columns) or 1
        for index, view in enumerate(shown):
            row, column = divmod(index, columns)
            left, right = (round(at * (self.width() + GAP) / columns) for at in (column, column + 1))
            top, bottom = (round(at * (self.height() + GAP) / rows) for at in (row, row + 1))
            view.setGeometry(QRect(left, top, right - left - GAP, bottom - top - GAP))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Arrange the tiles anew."""
        self._arrange()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Fill the gaps between the tiles; without models, say where to choose them."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), GROUND if not self.tiles else GROUND.lighter(260))
        if not self.tiles:
            painter.setPen(HINT)
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Choose models in View, Models on the wall")
            )
