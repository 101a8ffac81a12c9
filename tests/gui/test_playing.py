"""Watching: play, pause, step, seek, loop; layouts, zoom, peek, full screen; the model and the status bar."""

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.view_grid import ARRANGEMENTS, Layout, Role
from tests.gui.actions import click, position, press, wait_for
from tests.gui.conftest import MakeWindow

DEMO = ("synthetic:ir?frames=60&size=64x48", "synthetic:vis?frames=60&size=64x48")
KEYS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_6, Qt.Key.Key_7, Qt.Key.Key_8)


@pytest.fixture
def playing(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window that plays three seconds of demo."""
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["loop"].setChecked(False)
    return window


@pytest.fixture
def paused(playing: MainWindow, qtbot: QtBot) -> MainWindow:
    """The same, paused at one second."""
    press(qtbot, playing, Qt.Key.Key_Space)
    playing.controller.seek(1.0)
    qtbot.waitUntil(lambda: position(playing) == 1.0)
    return playing


def at_rest(qtbot: QtBot, window: MainWindow) -> float:
    """Return the position at which the picture stands, once the frame in work has come through."""
    before = -1.0
    for _ in range(20):
        now = position(window)
        if now == before:
            return now
        before = now
        qtbot.wait(300)
    raise AssertionError("the picture does not stop")


def test_space_pauses_and_plays(playing: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, playing, Qt.Key.Key_Space)
    assert playing.controller.state is State.PAUSED
    held = at_rest(qtbot, playing)
    press(qtbot, playing, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: position(playing) > held)
    assert playing.controller.state is State.PLAYING


def test_point_and_comma_step_one_frame(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: position(paused) == 1.05)
    press(qtbot, paused, Qt.Key.Key_Comma)
    qtbot.waitUntil(lambda: position(paused) == 1.0)
    press(qtbot, paused, Qt.Key.Key_Comma)
    press(qtbot, paused, Qt.Key.Key_Comma)
    qtbot.waitUntil(lambda: position(paused) == 0.9)


def test_the_buttons_do_the_same(paused: MainWindow, qtbot: QtBot) -> None:
    buttons = {item.accessibleName(): item for item in paused.bottom.transport.findChildren(QToolButton)}
    click(qtbot, buttons["Step forward"])
    qtbot.waitUntil(lambda: position(paused) == 1.05)
    click(qtbot, buttons["To the start"])
    qtbot.waitUntil(lambda: position(paused) == 0.0)


def test_home_end_and_arrows_seek(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_Right, shift=True)
    qtbot.waitUntil(lambda: position(paused) == 2.0)
    press(qtbot, paused, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: position(paused) == 0.0)
    press(qtbot, paused, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: position(paused) == 2.95)
    press(qtbot, paused, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: position(paused) == 0.0)


def test_a_click_on_the_slider_goes_there(paused: MainWindow, qtbot: QtBot) -> None:
    slider = paused.bottom.transport.slider
    place = QPoint(round(slider.width() * 0.5), slider.height() // 2)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: abs(position(paused) - 1.5) < 0.1)


def test_the_end_holds_and_play_starts_over(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: position(paused) == 2.95)
    press(qtbot, paused, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: paused.controller.state is State.PAUSED)
    press(qtbot, paused, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: position(paused) < 1.0)
    assert paused.controller.state is State.PLAYING


def test_a_loop_goes_on_by_itself(paused: MainWindow, qtbot: QtBot) -> None:
    paused.all_actions["loop"].trigger()
    press(qtbot, paused, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: position(paused) == 2.95)
    press(qtbot, paused, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: position(paused) < 1.0)


def test_number_keys_choose_the_layout(playing: MainWindow, qtbot: QtBot) -> None:
    for key, layout in zip(KEYS, (one for one in Layout if one is not Layout.WALL), strict=True):
        press(qtbot, playing, key)
        visible = {role for role, tile in playing.grid.tiles.items() if tile.isVisible()}
        assert visible == set(ARRANGEMENTS[layout]), layout
        assert playing.preferences.layout is layout


def test_a_double_click_maximises_and_restores(paused: MainWindow, qtbot: QtBot) -> None:
    tile = paused.grid.tiles[Role.IR]
    qtbot.mouseDClick(tile, Qt.MouseButton.LeftButton)
    assert paused.grid.layout_now is Layout.IR
    qtbot.mouseDClick(tile, Qt.MouseButton.LeftButton)
    assert paused.grid.layout_now is Layout.FUSED_BIG


def test_the_picture_is_letterboxed_never_stretched(paused: MainWindow, qtbot: QtBot) -> None:
    for layout in Layout:
        paused.grid.set_layout(layout)
        for role in ARRANGEMENTS[layout]:
            picture = paused.grid.tiles[role].picture_rect()
            assert picture.width() / picture.height() == pytest.approx(64 / 48)
            assert paused.grid.tiles[role].rect().toRectF().adjusted(-1, -1, 1, 1).contains(picture)


def test_ctrl_and_wheel_zoom_all_pictures_around_the_pointer(paused: MainWindow) -> None:
    tile, other = paused.grid.tiles[Role.FUSED], paused.grid.tiles[Role.IR]
    before, width = tile.picture_rect(), other.picture_rect().width()
    at = QPointF(before.x() + before.width() * 0.25, before.y() + before.height() * 0.5)
    ctrl, phase = Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase
    wheel = QWheelEvent(at, at, QPoint(), QPoint(0, 480), Qt.MouseButton.NoButton, ctrl, phase, False)
    QApplication.sendEvent(tile, wheel)
    after = tile.picture_rect()
    assert after.width() > 1.5 * before.width()
    assert other.picture_rect().width() > 1.5 * width
    assert (at.x() - after.x()) / after.width() == pytest.approx(0.25, abs=0.01)
    paused.all_actions["zoom_fit"].trigger()
    assert tile.picture_rect() == before


def test_tab_held_peeks_at_the_visible_picture(paused: MainWindow, qtbot: QtBot) -> None:
    paused.grid.setFocus()
    qtbot.keyPress(paused.grid, Qt.Key.Key_Tab)
    assert "VISIBLE" in paused.grid.tiles[Role.FUSED].title
    qtbot.keyRelease(paused.grid, Qt.Key.Key_Tab)
    assert "FUSED" in paused.grid.tiles[Role.FUSED].title


def test_f11_fills_the_screen_and_esc_leaves_it(playing: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, playing, Qt.Key.Key_F11)
    assert playing.isFullScreen()
    assert not playing.menuBar().isVisible()
    press(qtbot, playing, Qt.Key.Key_Escape)
    assert not playing.isFullScreen()
    assert playing.menuBar().isVisible()
    press(qtbot, playing, Qt.Key.Key_Escape)
    assert playing.controller.state is State.PLAYING


def test_another_model_fuses_without_a_stop(playing: MainWindow, qtbot: QtBot) -> None:
    combo = playing.model.combo
    combo.setCurrentText("average")
    combo.activated.emit(combo.currentIndex())
    qtbot.waitUntil(lambda: playing.grid.tiles[Role.FUSED].title.startswith("FUSED · average"))
    assert playing.controller.state is State.PLAYING
    assert playing.controller.session is not None
    assert playing.controller.session.engine.name == "average"


def test_another_model_shows_on_a_paused_frame_at_once(paused: MainWindow, qtbot: QtBot) -> None:
    before = paused.controller.frame
    combo = paused.model.combo
    combo.setCurrentText("average")
    combo.activated.emit(combo.currentIndex())
    qtbot.waitUntil(lambda: paused.controller.frame is not before)
    assert position(paused) == 1.0


def test_the_status_bar_tells_sources_rates_losses_and_device(playing: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: playing.status.field_text("fusion") not in ("", "fusion – fps"))
    assert playing.status.field_text("ir") == "IR 64×48 20 fps"
    assert playing.status.field_text("vis") == "VIS 64×48 20 fps"
    assert playing.status.field_text("engine") == "max · CPU"
    assert playing.status.field_text("losses").startswith("skipped ")
    assert "ms" in playing.status.field_text("latency")


def test_copy_puts_the_fused_picture_on_the_clipboard(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_C, ctrl=True)
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert (clipboard.image().width(), clipboard.image().height()) == (64, 48)
