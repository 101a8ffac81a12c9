"""A source that goes blind or freezes is told on its tile and in the log; the picture's quality stands in a dock."""

import logging

import numpy as np
import pytest
from PyQt6.QtCore import QObject, Qt
from pytestqt.qtbot import QtBot

from fusion_app.frames import Frame, FramePair, FusedFrame, ThermalView
from fusion_app.gui.quality_watch import QualityWatch
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.view_grid import Role
from tests.gui.actions import press, wait_for
from tests.gui.conftest import MakeWindow

RNG = np.random.default_rng(1)


def fused(index: int, ir: np.ndarray, vis: np.ndarray, **more: object) -> FusedFrame:
    pair = FramePair(Frame(ir, index / 10, index), Frame(vis, index / 10, index))
    return FusedFrame(vis, pair, ir, thermal=ThermalView(ir), **more)  # type: ignore[arg-type]


def noise() -> np.ndarray:
    return RNG.integers(0, 255, (48, 64), np.uint8)


@pytest.fixture
def parent() -> QObject:
    """What the watch belongs to, kept through the test."""
    return QObject()


def test_a_blind_source_and_one_that_repeats_itself_are_told_after_three_seconds(
    parent: QObject, caplog: pytest.LogCaptureFixture
) -> None:
    watch, same = QualityWatch(parent), noise()
    caplog.set_level(logging.INFO)
    for step in range(12):
        watch.look(fused(step, np.full((48, 64), 20, np.uint8), same), step * 0.3)
        if step * 0.3 < 3.0:
            assert watch.faults == {}
    assert set(watch.faults) == {Role.IR, Role.VIS}
    assert "shows nothing" in watch.faults[Role.IR]
    assert "same frame" in watch.faults[Role.VIS]
    assert "ir: shows nothing" in caplog.text
    watch.look(fused(20, noise(), noise()), 9.0)
    assert watch.faults == {}
    assert "entropy" in watch.text.lower()


def test_a_paused_picture_and_a_closed_shutter_are_no_fault(parent: QObject) -> None:
    watch, same = QualityWatch(parent), noise()
    for step in range(12):
        watch.look(fused(5, same, same), step * 1.0)
    assert watch.faults == {}
    for step in range(12):
        watch.look(fused(6 + step, same, noise(), is_nuc=True), 20 + step * 1.0)
    assert watch.faults == {}
    watch.look(None)
    assert watch.text == ""


def test_the_fault_stands_on_the_tile_and_the_quality_in_the_dock(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir?frames=400&size=64x48", "synthetic:vis?frames=400&size=64x48")
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: "Entropy" in window.panels.performance.quality.text())
    press(qtbot, window, Qt.Key.Key_Space)  # so that nothing new takes the fault away
    window.panels.quality.faults = {Role.IR: "▲ shows nothing"}
    window.panels.quality.changed.emit()
    qtbot.waitUntil(lambda: "shows nothing" in window.grid.tiles[Role.IR].title)
