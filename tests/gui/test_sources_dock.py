"""The Sources dock: opened by key, remembered, and the time offset set by slider, by number and by estimate."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fusion_app.gui.docks.offset import OffsetRow
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.preferences import RecentPair
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.view_grid import Role
from fusion_app.sources import open_source
from tests.gui.actions import click, position, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.media import write_video

DEMO = ("synthetic:ir?frames=200&size=64x48", "synthetic:vis?frames=200&size=64x48")
SHIFT_MS = 200


@pytest.fixture
def playing(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window with its Sources dock open."""
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F5)
    qtbot.waitUntil(window.docks.sources.offset.isVisible)
    return window


def offset(window: MainWindow) -> OffsetRow:
    return window.docks.sources.offset


def test_f5_opens_and_closes_the_dock_and_it_is_open_next_time(
    playing: MainWindow, make_window: MakeWindow, qtbot: QtBot
) -> None:
    assert playing.all_actions["dock_sources"].isChecked()
    playing.close()
    qtbot.waitUntil(lambda: playing.is_closed)
    again = make_window()
    assert again.docks.sources.isVisible()
    assert again.all_actions["dock_sources"].isChecked()
    press(qtbot, again, Qt.Key.Key_F5)
    assert not again.docks.sources.isVisible()
    assert not again.all_actions["dock_sources"].isChecked()


def test_full_screen_is_for_the_picture_alone_and_the_docks_come_back(
    playing: MainWindow, make_window: MakeWindow, qtbot: QtBot
) -> None:
    press(qtbot, playing, Qt.Key.Key_F11)
    assert not playing.docks.sources.isVisible()
    press(qtbot, playing, Qt.Key.Key_F11)
    qtbot.waitUntil(playing.docks.sources.isVisible)
    press(qtbot, playing, Qt.Key.Key_F11)
    playing.close()  # what full screen hides is not remembered as closed
    qtbot.waitUntil(lambda: playing.is_closed)
    again = make_window()
    assert again.docks.sources.isVisible()
    assert again.tool_bar.isVisible()


def test_the_slider_shifts_infrared_and_the_picture_goes_on_from_where_it_was(
    playing: MainWindow, qtbot: QtBot
) -> None:
    press(qtbot, playing, Qt.Key.Key_Space)
    playing.controller.seek(2.0)
    qtbot.waitUntil(lambda: position(playing) == 2.0)
    offset(playing).slider.setFocus()
    for _ in range(5):
        qtbot.keyClick(offset(playing).slider, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: playing.controller.settings.sources.offset_ms == 200.0)
    qtbot.waitUntil(lambda: playing.controller.frame.pair.ir.index == 36)
    assert position(playing) == 2.0
    assert offset(playing).spin.value() == 200.0


def test_a_number_beyond_the_slider_is_taken(playing: MainWindow, qtbot: QtBot) -> None:
    spin = offset(playing).spin
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "-1500.5")
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert playing.controller.session is not None
    qtbot.waitUntil(lambda: playing.controller.session.offset_s == -1.5005)
    assert offset(playing).slider.value() == -1000


def frames(uri: str, count: int) -> list:
    source = open_source(f"synthetic:{uri}?frames={count}&size=160x120")
    found = [source.read().image for _ in range(count)]
    source.close()
    return found


@pytest.fixture
def apart(tmp_path: Path) -> tuple[str, str]:
    """A pair whose infrared comes `SHIFT_MS` too early."""
    vis = frames("vis", 120)
    ir = frames("ir", 120)[SHIFT_MS // 50 :]
    pts = [50 * index for index in range(120)]
    one = write_video(tmp_path / "ir.mkv", ir, pts[: len(ir)])
    return str(one), str(write_video(tmp_path / "vis.mkv", vis, pts))


def test_an_estimate_is_shown_and_used_only_when_applied(
    make_window: MakeWindow, qtbot: QtBot, apart: tuple[str, str]
) -> None:
    window = make_window(*apart)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F5)
    press(qtbot, window, Qt.Key.Key_Space)
    press(qtbot, window, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: position(window) == 0.0)
    control = offset(window)
    assert not control.estimate.isEnabled()
    for _ in range(100):  # not played: a busy machine would skip frames
        window.controller.step(1)
    qtbot.waitUntil(lambda: position(window) >= 4.9)
    qtbot.waitUntil(control.estimate.isEnabled)
    click(qtbot, control.estimate)
    qtbot.waitUntil(control.apply.isVisible)
    assert "margin" in control.result.text()
    assert window.controller.settings.sources.offset_ms == 0.0
    click(qtbot, control.apply)
    assert window.controller.settings.sources.offset_ms == pytest.approx(SHIFT_MS, abs=25)
    assert window.controller.session.offset_s == pytest.approx(SHIFT_MS / 1000, abs=0.025)


def test_where_nothing_moves_in_both_the_estimate_is_refused_with_the_reason(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    noise = np.random.default_rng(4).integers(90, 110, (2, 75, 48, 64), np.uint8)
    clips = [str(write_video(tmp_path / f"{name}.mkv", noise[number])) for number, name in enumerate(("ir", "vis"))]
    window = make_window(*clips)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F5)
    control = offset(window)
    qtbot.waitUntil(control.estimate.isEnabled)
    click(qtbot, control.estimate)
    qtbot.waitUntil(lambda: "No estimate" in control.result.text())
    assert not control.apply.isVisible()


def test_a_note_on_a_file_stands_on_its_tile_and_in_the_dock(playing: MainWindow, qtbot: QtBot) -> None:
    session = playing.controller.session
    assert session is not None
    session.vis._source.note("turned 90°", "is turned 90° clockwise, as the file says")
    qtbot.waitUntil(lambda: "turned 90°" in playing.grid.tiles[Role.VIS].title)
    assert "turned" not in playing.grid.tiles[Role.IR].title
    qtbot.waitUntil(lambda: "clockwise" in playing.docks.sources.cards[Role.VIS].notes.text())
    assert not playing.docks.sources.cards[Role.IR].notes.isVisible()


def test_a_source_is_turned_in_the_dock_and_lies_so_the_next_time(
    playing: MainWindow, make_window: MakeWindow, qtbot: QtBot
) -> None:
    box = playing.docks.sources.cards[Role.VIS].turn
    qtbot.waitUntil(box.isEnabled)  # it is from the first look at the sources on
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.waitUntil(
        lambda: playing.controller.frame is not None and playing.controller.frame.image.shape[:2] == (64, 48)
    )
    assert playing.controller.settings.sources.vis_turn == "right"
    qtbot.waitUntil(lambda: "turned 90° clockwise" in playing.grid.tiles[Role.VIS].title)
    playing.close()
    qtbot.waitUntil(lambda: playing.is_closed)
    again = make_window()
    again.commands.open_pair(RecentPair(*DEMO))
    wait_for(qtbot, again, State.PLAYING)
    assert again.controller.frame.image.shape[:2] == (64, 48)
    again.commands.swap()
    wait_for(qtbot, again, State.PLAYING)
    assert again.controller.settings.sources.ir_turn == "right"
