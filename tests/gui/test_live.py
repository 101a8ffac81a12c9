"""Two network cameras: live view, freeze, record, and a camera that goes away."""

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from tests.gui.actions import press, wait_for
from tests.gui.conftest import MakeWindow
from tests.servers import mjpeg_camera


@pytest.fixture
def cameras() -> Iterator[tuple[str, str]]:
    """The addresses of an infrared and a visible camera."""
    with mjpeg_camera() as ir, mjpeg_camera() as vis:
        yield ir, vis


@pytest.fixture
def live(make_window: MakeWindow, qtbot: QtBot, cameras: tuple[str, str]) -> Iterator[MainWindow]:
    """A window on both; it is let go of before the cameras."""
    window = make_window(*cameras)
    wait_for(qtbot, window, State.LIVE)
    qtbot.waitUntil(lambda: window.banner.kind is Kind.NOTICE)  # these cameras' infrared is coloured
    window.banner.clear()
    yield window
    window.controller.close()
    qtbot.waitUntil(lambda: window.controller.state is State.EMPTY)


def test_space_freezes_the_view_and_fusing_goes_on(live: MainWindow, qtbot: QtBot) -> None:
    assert "LIVE" in live.bottom.live.lamp.text()
    assert live.bottom.currentWidget() is live.bottom.live
    press(qtbot, live, Qt.Key.Key_Space)
    assert live.controller.state is State.FROZEN
    assert "FROZEN" in live.bottom.live.lamp.text()
    assert live.controller.session is not None
    fused = live.controller.session.telemetry.status().fused
    pixels = live.grid.grab().toImage()
    qtbot.waitUntil(lambda: live.controller.session.telemetry.status().fused > fused + 5)
    assert live.grid.grab().toImage() == pixels
    press(qtbot, live, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: live.grid.grab().toImage() != pixels)


def test_what_needs_a_file_is_not_offered(live: MainWindow) -> None:
    for name in ("export", "step_forward", "to_end", "loop"):
        assert not live.all_actions[name].isEnabled()
    assert live.all_actions["record"].isEnabled()


def test_the_status_bar_measures_the_cameras(live: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: live.status.field_text("losses").startswith("dropped"))
    assert live.status.field_text("ir").startswith("IR 64×48")
