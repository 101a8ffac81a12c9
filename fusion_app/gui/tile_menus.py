"""The menus of the pictures: copy, snapshot, zoom, palette, spots, and what the tag says; the same by key and menu."""

from collections.abc import Iterator

from PyQt6.QtCore import QObject, QPoint
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QDialog, QMenu

from fusion_app.gui.bars.actions import Actions
from fusion_app.gui.commands import Commands
from fusion_app.gui.dialogs.tags import TagsDialog
from fusion_app.gui.popups import Entry, Line, popup
from fusion_app.gui.view.frame_view import FrameView
from fusion_app.gui.view.thermal_marks import ThermalMarks
from fusion_app.gui.view.view_grid import Role, ViewGrid
from fusion_app.thermal.heat import CENTRE

COPIES = {Role.FUSED: "copy_frame", Role.IR: "copy_ir", Role.VIS: "copy_vis"}
ALONE = {Role.FUSED: "layout_fused", Role.IR: "layout_ir", Role.VIS: "layout_vis"}


class TileMenus(QObject):
    """Opens the menu of a tile, and does what of it no other part of the window does."""

    def __init__(self, actions: Actions, commands: Commands, grid: ViewGrid, marks: ThermalMarks) -> None:
        super().__init__(grid)
        self._actions = actions
        self._commands = commands
        self._grid = grid
        self._marks = marks
        grid.menu_asked.connect(self._ask)
        marks.recalled.connect(self._show_placed)
        actions["copy_ir"].triggered.connect(lambda _: _copy(grid.tiles[Role.IR]))
        actions["copy_vis"].triggered.connect(lambda _: _copy(grid.tiles[Role.VIS]))
        actions["spot_add"].triggered.connect(lambda _: self._add_spot())
        actions["spots_remove"].triggered.connect(lambda _: marks.place(()))
        actions["tags"].triggered.connect(lambda _: self.explain_tags())
        self._show_placed()

    def explain_tags(self) -> QDialog:
        """Show what the tags in view say, and what their words mean."""
        tiles = self._grid.wall.shown if self._grid.is_wall else tuple(self._grid.tiles.values())
        dialog = TagsDialog([tile.title for tile in tiles], self._grid.window())
        self._commands.open_dialog(dialog)
        return dialog

    def _ask(self, tile: FrameView, at: QPoint) -> None:
        role = next((role for role, one in self._grid.tiles.items() if one is tile), None)
        popup(tile, at, tile.title, self._entries(role, tile, at))

    def _entries(self, role: Role | None, tile: FrameView, at: QPoint) -> Iterator[Line]:
        actions = self._actions
        if role is None:  # a tile of the wall
            yield Entry(self.tr("&Copy picture"), lambda: _copy(tile), tile.has_frame)
        else:
            yield actions[COPIES[role]]
        yield actions["snapshot"]
        yield actions["play"]
        yield None
        if role is not None:
            yield actions[ALONE[role]]
        elif len(self._grid.wall.models) > 1:
            yield self._comparisons(tile)
            wall = self._grid.wall
            yield Entry(self.tr("Show &all models"), wall.show_all, len(wall.shown) < len(wall.tiles))
        yield actions["zoom_fit"]
        yield actions["zoom_pixels"]
        if role is Role.IR:
            yield self._palettes(tile)
        yield None
        if role in (Role.IR, Role.FUSED):
            place = tile.place_of(at.x(), at.y())
            yield Entry(
                self.tr("&Measure here"),
                lambda: self._marks.add(place or CENTRE),
                place is not None and not self._marks.is_full,
            )
            yield actions["spots_remove"]
            yield None
        yield actions["tags"]

    def _comparisons(self, tile: FrameView) -> QMenu:
        """Return the other models, each to be laid on this one with a line between them."""
        wall = self._grid.wall
        menu = QMenu(self.tr("S&wipe against"), tile)
        for name, other in zip(wall.models, wall.tiles, strict=True):
            action = menu.addAction(name) if other is not tile else None
            if action is not None:
                action.triggered.connect(lambda _, other=other: wall.compare(tile, other))
        return menu

    def _palettes(self, tile: FrameView) -> QMenu:
        menu = QMenu(self.tr("&Palette"), tile)
        menu.addActions(self._actions.group("palette"))
        return menu

    def _add_spot(self) -> None:
        if not self._marks.is_full:
            self._marks.add(CENTRE)

    def _show_placed(self) -> None:
        self._actions["spots_remove"].setEnabled(bool(self._marks.placed))


def _copy(tile: FrameView) -> None:
    """Put what a tile shows on the clipboard, whole and in its colours."""
    clipboard, picture = QGuiApplication.clipboard(), tile.picture()
    if clipboard is not None and picture is not None:
        clipboard.setImage(picture)
