"""Menus of pictures, recent pairs and lists: what they offer, that it works, and that the menu bar has it too."""

from pathlib import Path

import pytest
from PyQt6.QtCore import QObject, QPoint, Qt, QUrl, pyqtSlot
from PyQt6.QtGui import QDesktopServices, QGuiApplication, QImage
from PyQt6.QtWidgets import QApplication, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from fusion_app.batch.board import Row, Totals
from fusion_app.batch.board import State as JobState
from fusion_app.gui.dialogs.tags import TagsDialog
from fusion_app.gui.docks.queue import QueueDock
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.plain import without_mnemonic
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.view_grid import Layout, Role
from tests.gui.actions import entry, open_menu, press, press_menu_key, press_right, wait_for
from tests.gui.conftest import MakeWindow


class Folders(QObject):
    """What the desktop was asked to show."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    @pyqtSlot(QUrl)
    def show(self, url: QUrl) -> None:
        self.shown.append(url.toLocalFile())


@pytest.fixture
def folders(qapp: QApplication):
    """The desktop's file manager."""
    folders = Folders()
    QDesktopServices.setUrlHandler("file", folders, "show")
    yield folders
    QDesktopServices.unsetUrlHandler("file")


def in_menu_bar(menu: QWidget) -> set[str]:
    """Return the names of all actions that the menu bar offers, at any depth."""
    found: set[str] = set()
    for action in menu.actions():
        found.add(action.objectName())
        if (inner := action.menu()) is not None:
            found |= in_menu_bar(inner)
    return found


def copied() -> QImage:
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    return clipboard.image()


@pytest.mark.parametrize("role", Role)
def test_the_menu_of_a_picture_copies_it(window: MainWindow, qtbot: QtBot, role: Role) -> None:
    tile = window.grid.tiles[role]
    press_right(tile, QPoint(30, 30))
    menu = open_menu(tile)
    assert menu.accessibleName() == tile.title
    menu.actions()[0].trigger()
    menu.close()
    assert copied().convertToFormat(QImage.Format.Format_RGB32) == tile.picture().convertToFormat(
        QImage.Format.Format_RGB32
    )


def test_whatever_the_menu_of_a_picture_offers_the_menu_bar_does_too(window: MainWindow, qtbot: QtBot) -> None:
    offered = in_menu_bar(window.menuBar())
    for role in Role:
        tile = window.grid.tiles[role]
        press_right(tile, QPoint(30, 30))
        menu = open_menu(tile)
        own = {without_mnemonic(one.text()) for one in menu.actions() if not (one.objectName() or one.isSeparator())}
        assert {one.objectName() for one in menu.actions()} - {""} <= offered
        assert own <= {"Measure here", "Palette"}  # in the menu bar: Add a spot in the middle, Infrared palette
        menu.close()
    assert {"spot_add", "spots_remove", "palette_ironbow", "tags", "copy_ir", "copy_vis"} <= offered


def test_the_menu_key_opens_the_menu_of_the_largest_picture(window: MainWindow, qtbot: QtBot) -> None:
    assert window.grid.hasFocus()
    press_menu_key(window.grid)
    menu = open_menu(window.grid)
    assert menu.parentWidget() is window.grid.tiles[Role.FUSED]
    assert entry(menu, "Measure here").isEnabled()
    entry(menu, "Measure here").trigger()
    menu.close()
    ((x, y),) = window.panels.measure.marks.placed
    assert (x, y) == pytest.approx((0.5, 0.5), abs=0.02)
    window.grid.set_layout(Layout.VIS)
    press_menu_key(window.grid)
    menu = open_menu(window.grid)
    assert menu.parentWidget() is window.grid.tiles[Role.VIS]
    menu.close()


def test_spots_are_added_and_removed_by_key_and_menu(window: MainWindow, qtbot: QtBot) -> None:
    marks = window.panels.measure.marks
    assert not window.all_actions["spots_remove"].isEnabled()
    press(qtbot, window, Qt.Key.Key_T, shift=True)
    assert marks.placed == ((0.5, 0.5),)
    window.all_actions["spots_remove"].trigger()
    assert marks.placed == ()


def test_the_palette_of_infrared_is_chosen_in_its_menu(window: MainWindow, qtbot: QtBot) -> None:
    tile = window.grid.tiles[Role.IR]
    press_right(tile, QPoint(30, 30))
    menu = open_menu(tile)
    palettes = entry(menu, "Palette").menu()
    assert isinstance(palettes, QMenu)
    entry(palettes, "Ironbow").trigger()
    menu.close()
    assert window.preferences.palette.value == "ironbow"


def test_the_tags_are_told_in_full(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "max" in window.grid.tiles[Role.FUSED].title)
    window.all_actions["tags"].trigger()
    dialog = window.commands.dialog
    assert isinstance(dialog, TagsDialog)
    for tile in window.grid.tiles.values():
        assert tile.title in dialog.now.text()
    dialog.reject()


def test_a_picture_of_the_wall_has_a_menu(window: MainWindow, qtbot: QtBot) -> None:
    window.grid.wall.set_models(("max", "average"))
    window.grid.set_layout(Layout.WALL)
    tile = window.grid.wall.tiles[1]
    qtbot.waitUntil(lambda: tile.has_frame)
    press_right(tile, QPoint(30, 30))
    menu = open_menu(tile)
    entry(menu, "Copy picture").trigger()
    menu.close()
    assert not copied().isNull()


def test_recent_pairs_are_shown_in_their_folder_and_forgotten(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], folders: Folders
) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["close_pair"].trigger()
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    (recent,) = window.preferences.recent_items

    def buttons() -> list[QPushButton]:
        return [one for one in window.card.findChildren(QPushButton) if one.text() == recent.title]

    qtbot.waitUntil(lambda: len(buttons()) == 1)  # those of the list before go with the next events
    (button,) = buttons()
    button.setFocus()
    press_menu_key(button)
    menu = open_menu(button)
    entry(menu, "Show in folder").trigger()
    assert folders.shown == [str(Path(clip[0]).parent)]
    entry(menu, "Forget").trigger()
    assert window.preferences.recent_items == ()
    assert Path(clip[0]).exists()


def test_the_menu_open_recent_forgets_too(make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    (recent,) = window.preferences.recent_items
    forget = entry(window._recent_menu, "Forget").menu()
    assert isinstance(forget, QMenu)
    entry(forget, recent.title).trigger()
    assert window.preferences.recent_items == ()
    assert not window._recent_menu.isEnabled()


def test_the_values_of_spots_are_copied_from_their_list(window: MainWindow, qtbot: QtBot) -> None:
    window.all_actions["dock_measure"].trigger()
    window.all_actions["spots"].setChecked(True)
    spots = window.panels.measure.panel.list
    qtbot.waitUntil(lambda: spots.count() == 3)
    spots.setFocus()
    press_menu_key(spots.viewport())
    menu = open_menu(spots)
    assert menu.accessibleName() == "Spots and their values"
    assert not entry(menu, "Remove").isEnabled()
    entry(menu, "Copy values").trigger()
    menu.close()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text().startswith("Hottest")
    assert len(clipboard.text().splitlines()) == 3


def test_the_error_of_a_job_is_copied_and_its_results_are_shown(qtbot: QtBot, tmp_path: Path, folders: Folders) -> None:
    dock = QueueDock()
    qtbot.addWidget(dock)
    failed = "visible.mkv: is damaged <here>"
    rows = (Row("night", JobState.DONE), Row("day", JobState.FAILED))
    dock.show_queue(str(tmp_path), Totals(rows, 0.0, None), {"day": failed}, (), at_work=0)
    dock.show()
    dock.table.setCurrentCell(1, 0)
    press_menu_key(dock.table.viewport())
    menu = open_menu(dock.table)
    entry(menu, "Copy the error").trigger()
    entry(menu, "Show results").trigger()
    menu.close()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == failed
    assert folders.shown == [str(tmp_path)]
    dock.hide()
