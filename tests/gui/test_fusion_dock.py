"""The Fusion dock and the key M: tag, recording and a run without a window agree with what is seen."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fusion_app.frames import FusedFrame
from fusion_app.gui.bars.actions import MODES
from fusion_app.gui.docks.fusion import FusionDock
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.preferences import RecentPair
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.view_grid import Role
from fusion_app.run.runner import Pace
from fusion_app.session.session import open_session
from fusion_app.settings import Settings
from tests.gui.actions import paused_at_one_second, position, press, wait_for
from tests.gui.conftest import MakeWindow

DEMO = ("synthetic:ir?size=128x96", "synthetic:vis?size=128x96")


@pytest.fixture
def window(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window on the demo pair, paused at one second, its Fusion dock open."""
    window = paused_at_one_second(qtbot, make_window(*DEMO))
    press(qtbot, window, Qt.Key.Key_F4)
    return window


def panel(window: MainWindow) -> FusionDock:
    return window.docks.fusion.panel


def title(window: MainWindow) -> str:
    return window.grid.tiles[Role.FUSED].title


def picture(window: MainWindow) -> np.ndarray:
    return window.controller.frame.image


def fused_headless(settings: Settings, pts_s: float) -> np.ndarray:
    """Return the frame at ``pts_s`` as a run without a window fuses it; what follows is not fused."""
    session = open_session(settings, Pace.EXPORT)
    frames: list[FusedFrame] = []
    session.runner.add_sink(lambda fused: frames.append(fused) if abs(fused.pts_s - pts_s) < 0.01 else None)
    session.runner.run()
    session.close()
    return frames[0].image


def test_m_turns_through_the_modes_and_the_tag_says_which(window: MainWindow, qtbot: QtBot) -> None:
    names = ("thermal edges", "hot overlay", "blend", "pyramid", "infrared alone", "visible alone", "max")
    for name in names:
        press(qtbot, window, Qt.Key.Key_M)
        qtbot.waitUntil(lambda name=name: f"FUSED · {name}" in title(window))
        mode = window.controller.settings.fusion.mode
        assert panel(window).mode.currentData() == mode
        assert window.all_actions[f"mode_{mode}"].isChecked()
    press(qtbot, window, Qt.Key.Key_M, shift=True)
    qtbot.waitUntil(lambda: "visible alone" in title(window))


def test_m_pressed_fast_goes_as_far_as_it_was_pressed(window: MainWindow, qtbot: QtBot) -> None:
    for _ in range(4):
        press(qtbot, window, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: "pyramid" in title(window))
    done: list[object] = []
    window.worker.submit(lambda: None, done.append)
    qtbot.waitUntil(lambda: bool(done))
    qtbot.wait(50)
    assert window.controller.settings.fusion.mode == "pyramid"


def test_a_mode_left_again_while_it_loads_stays_left(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_M)
    press(qtbot, window, Qt.Key.Key_M, shift=True)
    done: list[object] = []
    window.worker.submit(lambda: None, done.append)
    qtbot.waitUntil(lambda: bool(done))  # whatever was being loaded has been loaded
    qtbot.waitUntil(lambda: window.controller.settings.fusion.mode == "network" and "FUSED · max" in title(window))
    qtbot.wait(100)
    assert window.controller.settings.fusion.mode == "network"
    assert "FUSED · max" in title(window)


def test_the_window_shows_what_a_run_without_a_window_fuses(window: MainWindow, qtbot: QtBot) -> None:
    for mode in [mode for mode in MODES if mode != "network"]:
        window.all_actions[f"mode_{mode}"].trigger()
        qtbot.waitUntil(lambda mode=mode: window.controller.settings.fusion.mode == mode)
        window.controller.seek(1.0)
        wanted = fused_headless(window.controller.settings, 1.0)
        qtbot.waitUntil(lambda wanted=wanted: position(window) == 1.0 and np.array_equal(picture(window), wanted))


def test_the_slider_sets_the_strength_by_keyboard_on_a_paused_frame(window: MainWindow, qtbot: QtBot) -> None:
    window.all_actions["mode_blend"].trigger()
    qtbot.waitUntil(lambda: "blend · strength 50 %" in title(window))
    slider = panel(window).strength
    slider.setFocus()
    assert slider.value() == 50
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    visible = window.controller.frame.pair.vis.image
    qtbot.waitUntil(lambda: np.array_equal(picture(window), visible))
    assert "strength 0 %" in title(window)
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: "strength 10 %" in title(window))
    assert panel(window).percent.text() == "10 %"
    qtbot.mouseClick(panel(window).usual, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "strength 50 %" in title(window))
    assert window.controller.settings.fusion.strength is None


def test_the_isotherm_is_set_by_keyboard_and_told(window: MainWindow, qtbot: QtBot) -> None:
    window.all_actions["mode_hot"].trigger()
    qtbot.waitUntil(lambda: "hot overlay · above 60 %" in title(window))
    before = (picture(window) != window.controller.frame.pair.vis.image).any(axis=2).mean()
    low = panel(window).low
    low.setFocus()
    low.selectAll()
    qtbot.keyClicks(low, "75")
    qtbot.keyClick(low, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "above 75 %" in title(window))
    qtbot.waitUntil(lambda: (picture(window) != window.controller.frame.pair.vis.image).any(axis=2).mean() < before)


def test_an_upper_threshold_below_the_lower_one_takes_it_along(window: MainWindow, qtbot: QtBot) -> None:
    window.all_actions["mode_hot"].trigger()
    side = panel(window).side
    side.setCurrentIndex(side.findData("between"))
    side.activated.emit(side.currentIndex())
    panel(window).high.setValue(40)
    qtbot.waitUntil(lambda: "40 to 40 %" in title(window))
    isotherm = window.controller.settings.fusion.isotherm
    assert (isotherm.low, isotherm.high) == (40, 40)


def test_degrees_of_a_camera_without_them_are_told(window: MainWindow, qtbot: QtBot) -> None:
    window.all_actions["mode_hot"].trigger()
    unit = panel(window).unit
    unit.setCurrentIndex(unit.findData("celsius"))
    unit.activated.emit(unit.currentIndex())
    qtbot.waitUntil(lambda: any("no temperatures" in notice for notice in window.controller.session.notices()))


def test_choosing_a_model_goes_back_to_the_network(window: MainWindow, qtbot: QtBot) -> None:
    window.all_actions["mode_edges"].trigger()
    qtbot.waitUntil(lambda: "thermal edges" in title(window))
    combo = window.model.combo
    combo.setCurrentText("average")
    combo.activated.emit(combo.currentIndex())
    qtbot.waitUntil(lambda: "FUSED · average" in title(window))
    assert panel(window).mode.currentData() == "network"


def test_a_recording_says_what_fused_and_how_strongly(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.all_actions["loop"].setChecked(True)
    fusion = replace(window.controller.settings.fusion, mode="edges", strength=0.7)
    window.controller.use(fusion)
    qtbot.waitUntil(lambda: "thermal edges · strength 70 %" in title(window))
    press(qtbot, window, Qt.Key.Key_Space)
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: (status := window.recording.status()) is not None and status.seconds > 0.3)
    panel(window).strength.setValue(30)
    qtbot.waitUntil(lambda: "strength 30 %" in title(window))
    written = window.recording.status().written
    qtbot.waitUntil(lambda: window.recording.status().written > written + 2)  # with frames that are fused so
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)
    (sidecar,) = (tmp_path / "recordings").glob("*.yaml")
    facts = yaml.safe_load(sidecar.read_text())
    assert facts["rig"]["fusion"]["mode"] == "edges"
    assert facts["rig"]["fusion"]["strength"] == 0.7
    assert facts["engine"]["description"] == "thermal edges · CPU · strength 70 %"
    assert facts["engine"]["sha256"] == ""
    assert "strength 30 %" in sidecar.with_suffix(".csv").read_text()


def test_the_mode_of_a_pair_is_remembered(make_window: MakeWindow, qtbot: QtBot) -> None:
    first = make_window(*DEMO)
    wait_for(qtbot, first, State.PLAYING)
    press(qtbot, first, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: "thermal edges" in title(first))
    first.close()
    qtbot.waitUntil(lambda: first.is_closed)
    again = make_window()
    again.commands.open_pair(RecentPair(*DEMO))
    wait_for(qtbot, again, State.PLAYING)
    qtbot.waitUntil(lambda: "thermal edges" in title(again))
