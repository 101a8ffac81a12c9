"""Infrared is moved with the mouse, by points and by the distance, each with a way back; a misfit is told."""

import threading

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.finding.fit_watch import Fit
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.alignment_hand import Grip
from fusion_app.gui.view.view_grid import Layout, Role
from tests.gui.actions import button, click, drag, press, scroll, wait_for
from tests.gui.conftest import MakeWindow

SIZE = (320, 240)
DEMO = tuple(f"synthetic:{role}?frames=200&size={SIZE[0]}x{SIZE[1]}" for role in ("ir", "vis"))
NONE = AlignmentProfile()


@pytest.fixture
def paused(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A paused window with its Alignment dock open."""
    window = make_window(*DEMO)
    window.resize(1280, 800)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F8)
    press(qtbot, window, Qt.Key.Key_Space)
    wait_for(qtbot, window, State.PAUSED)
    qtbot.waitUntil(window.docks.alignment.panel.spins["dx"].isEnabled)
    return window


def numbers(window: MainWindow) -> dict[str, float]:
    return {name: spin.value() for name, spin in window.docks.alignment.panel.spins.items()}


def alignment(window: MainWindow) -> AlignmentProfile:
    return window.controller.settings.alignment


def on_tile(window: MainWindow, role: Role, column: float, row: float) -> QPointF:
    """Return where a pixel of the visible frame lies on a tile."""
    picture = window.grid.tiles[role].picture_rect()
    return QPointF(
        picture.x() + (column + 0.5) / SIZE[0] * picture.width(), picture.y() + (row + 0.5) / SIZE[1] * picture.height()
    )


def test_closing_the_window_ends_a_search_that_would_never_end(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    thread, begun = window.docks.alignment.estimator_thread, threading.Event()

    def search() -> None:
        while True:
            begun.set()
            thread.between_steps()

    thread.submit(search)
    qtbot.waitUntil(begun.is_set)
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    qtbot.waitUntil(lambda: not thread.is_alive)


def test_infrared_follows_the_mouse_and_a_drag_is_one_step_back(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_H)
    tile = paused.grid.tiles[Role.FUSED]
    assert tile.cursor().shape() is Qt.CursorShape.SizeAllCursor
    drag(qtbot, tile, on_tile(paused, Role.FUSED, 160, 120), on_tile(paused, Role.FUSED, 190, 110))
    assert numbers(paused)["dx"] == pytest.approx(30, abs=1.5)
    assert numbers(paused)["dy"] == pytest.approx(-10, abs=1.5)
    paused.all_actions["align_undo"].trigger()
    assert alignment(paused) == NONE
    paused.all_actions["align_redo"].trigger()
    assert numbers(paused)["dx"] == pytest.approx(30, abs=1.5)


def test_corners_and_the_wheel_scale_and_the_knob_turns(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_H)
    tile, hand = paused.grid.tiles[Role.FUSED], paused.aligning.hand
    corner, middle = hand.handle_points()[Grip.SCALE][2], on_tile(paused, Role.FUSED, 159.5, 119.5)
    drag(qtbot, tile, corner, middle + (corner - middle) * 0.8)
    assert numbers(paused)["scale_x"] == pytest.approx(80, abs=1.5)
    assert numbers(paused)["scale_y"] == pytest.approx(80, abs=1.5)
    knob = hand.handle_points()[Grip.TURN][0]
    drag(qtbot, tile, knob, middle + QPointF((middle.y() - knob.y()), 0))
    assert numbers(paused)["turn_deg"] == pytest.approx(90, abs=2)
    paused.all_actions["align_undo"].trigger()
    for _ in range(5):
        scroll(tile, middle, -1)
    assert numbers(paused)["scale_x"] < 75
    paused.all_actions["align_undo"].trigger()
    assert numbers(paused)["scale_x"] == pytest.approx(80, abs=1.5)  # all notches are one step


def test_shift_turns_and_escape_gives_the_mouse_back(paused: MainWindow, qtbot: QtBot) -> None:
    before = paused.grid.layout_now
    press(qtbot, paused, Qt.Key.Key_2)
    press(qtbot, paused, Qt.Key.Key_H)
    assert paused.grid.layout_now is Layout.FUSED
    tile, middle = paused.grid.tiles[Role.FUSED], on_tile(paused, Role.FUSED, 159.5, 119.5)
    qtbot.waitUntil(lambda: tile.width() > 400)
    middle = on_tile(paused, Role.FUSED, 159.5, 119.5)
    drag(qtbot, tile, middle + QPointF(100, 0), middle + QPointF(100, 18), shift=True)
    assert numbers(paused)["turn_deg"] == pytest.approx(10.2, abs=1)
    press(qtbot, paused, Qt.Key.Key_Escape)
    assert not paused.all_actions["align_mouse"].isChecked()
    assert paused.grid.layout_now is Layout.IR
    press(qtbot, paused, Qt.Key.Key_5)
    assert paused.grid.layout_now is before
    kept = alignment(paused)
    drag(qtbot, tile, middle, middle + QPointF(30, 0))
    assert alignment(paused) == kept


def test_closing_the_dock_ends_what_was_begun_in_it(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_H)
    press(qtbot, paused, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: not paused.all_actions["align_mouse"].isChecked())


def pick(qtbot: QtBot, window: MainWindow, ir: tuple[float, float], vis: tuple[float, float]) -> None:
    """Click at a pixel of infrared, which is stretched over its tile, and at one of visible."""
    for role, place in ((Role.IR, ir), (Role.VIS, vis)):
        at = on_tile(window, role, *place).toPoint()
        qtbot.mouseClick(window.grid.tiles[role], Qt.MouseButton.LeftButton, pos=at)


def test_points_align_and_tell_which_of_them_is_off(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_P)
    assert paused.grid.layout_now is Layout.SIDE_BY_SIDE
    box = paused.docks.alignment.panel.points
    for ir in ((40, 40), (280, 40), (280, 200)):
        pick(qtbot, paused, ir, (ir[0] * 0.8 + 30, ir[1] * 0.8 + 20))
    assert box.list.count() == 3
    assert "px off" in box.list.item(0).text()
    click(qtbot, box.use)
    assert numbers(paused)["scale_x"] == pytest.approx(80, abs=1.5)
    paused.all_actions["align_undo"].trigger()
    assert alignment(paused) == NONE
    pick(qtbot, paused, (40, 200), (40 * 0.8 + 30 + 40, 200 * 0.8 + 20 - 30))
    assert paused.aligning.picker.pairs[3].ir == pytest.approx((40, 200), abs=1.5)
    box.list.setCurrentRow(3)
    click(qtbot, box.remove)
    assert box.list.count() == 3
    click(qtbot, box.clear_all)
    assert not box.use.isEnabled()


def test_points_are_those_of_the_camera_wherever_infrared_lies(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_P)
    pick(qtbot, paused, (40, 40), (52, 50))
    pick(qtbot, paused, (280, 200), (244, 178))
    click(qtbot, paused.docks.alignment.panel.points.use)
    size = paused.docks.alignment.sizes
    assert size is not None
    homography = alignment(paused).homography(*size)
    qtbot.waitUntil(lambda: np.allclose(paused.controller.frame.ir_to_vis, homography))
    paused.aligning.picker.set_pairs(())
    x, y, scale = homography @ (100, 90, 1.0)
    pick(qtbot, paused, (x / scale, y / scale), (x / scale, y / scale))
    assert paused.aligning.picker.pairs[0].ir == pytest.approx((100, 90), abs=2)


def test_points_on_one_another_are_refused_with_the_reason(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_P)
    pick(qtbot, paused, (40, 40), (40, 40))
    pick(qtbot, paused, (41, 40), (200, 40))
    box = paused.docks.alignment.panel.points
    assert "close together" in box.hint.text()
    assert not box.use.isEnabled()


def test_the_distance_moves_infrared_as_far_as_the_lenses_are_apart(paused: MainWindow, qtbot: QtBot) -> None:
    box = paused.docks.alignment.panel.distance
    assert not box.slider.isEnabled()
    for name, text in (("right", "50"), ("view", "90")):
        box.spins[name].setFocus()
        box.spins[name].selectAll()
        qtbot.keyClicks(box.spins[name], text)
        qtbot.keyClick(box.spins[name], Qt.Key.Key_Return)
    assert numbers(paused)["dx"] == 0
    box.slider.setFocus()
    qtbot.keyClick(box.slider, Qt.Key.Key_Home)  # it fits at the nearest place now
    assert alignment(paused).distance_m == pytest.approx(0.2)
    qtbot.keyClick(box.slider, Qt.Key.Key_End)
    assert numbers(paused)["dx"] == pytest.approx(160 * 0.05 * (1 / 200 - 1 / 0.2), abs=0.1)
    paused.all_actions["align_undo"].trigger()
    paused.all_actions["align_undo"].trigger()
    assert numbers(paused)["dx"] == 0


def test_an_alignment_that_does_not_fit_any_more_is_told_once_with_a_way_on(paused: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(paused, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    paused.banner.clear()
    press(qtbot, paused, Qt.Key.Key_Space)  # so that there is something to look for it in
    wait_for(qtbot, paused, State.PLAYING)
    paused.aligning._checked.emit(Fit(0.1, 0.4, 12.0, False))
    assert not paused.banner.isVisible()
    paused.aligning._checked.emit(Fit(0.1, 0.4, 12.0, True))
    assert "12 px off" in paused.banner.text
    qtbot.waitUntil(lambda: bool(paused.aligning._watch._pairs))
    click(qtbot, button(paused, "Find again"))
    result = paused.docks.alignment.panel.result
    qtbot.waitUntil(lambda: "ound" in result.text())
    paused.banner.clear()
    paused.controller.align(alignment(paused))
    paused.aligning._checked.emit(Fit(0.1, 0.4, 12.0, False))
    assert not paused.banner.isVisible()


def test_buttons_say_what_their_keys_are(paused: MainWindow) -> None:
    panel = paused.docks.alignment.panel
    assert "(H)" in panel.mouse.toolTip()
    assert "(P)" in panel.points.pick.toolTip()
    assert all(one.text() for one in panel.findChildren(QPushButton))


def test_the_outline_of_infrared_is_drawn_while_the_mouse_moves_it(paused: MainWindow, qtbot: QtBot) -> None:
    tile = paused.grid.tiles[Role.FUSED]
    before = tile.grab().toImage()
    press(qtbot, paused, Qt.Key.Key_H)
    now = tile.grab().toImage()
    assert before != now
