"""The tags on the pictures tell the truth, whoever changes what they tell of."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import QRect, Qt
from pytestqt.qtbot import QtBot

from fusion_app.engine import model_names
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.frame_view import FrameView
from fusion_app.gui.view.view_grid import Role
from fusion_app.settings import FusionSettings
from tests.gui.actions import press, wait_for
from tests.gui.conftest import MakeWindow

DEMO = ("synthetic:ir?size=128x96", "synthetic:vis?size=128x96")


@pytest.fixture
def live(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window on two recordings that play as if they were live, over and over."""
    window = make_window()
    settings = window.controller.settings
    sources = replace(settings.sources, ir=DEMO[0], vis=DEMO[1], loop=True)
    window.controller.open(replace(settings, sources=sources, fusion=FusionSettings(model="average")))
    wait_for(qtbot, window, State.LIVE)
    return window


def title(window: MainWindow, role: Role) -> str:
    return window.grid.tiles[role].title


def exchange(window: MainWindow, fusion: FusionSettings) -> None:
    """Exchange the engine as automatic quality does: without the window being told."""
    session = window.controller.session
    assert session is not None
    session.use(session.engines_for(fusion))


def test_the_tag_names_what_automatic_quality_changed_to(live: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: title(live, Role.FUSED) == "FUSED · average · 128×96 · CPU")
    learned = next(name for name in model_names() if name.startswith("lite"))
    exchange(live, FusionSettings(model=learned, device="cpu", working_size="64x48"))
    qtbot.waitUntil(lambda: title(live, Role.FUSED) == f"FUSED · {learned} · 64×48 reduced · CPU")
    exchange(live, FusionSettings(model="max"))
    qtbot.waitUntil(lambda: title(live, Role.FUSED) == "FUSED · max · 128×96 · CPU")


def test_a_frozen_picture_says_so_and_keeps_the_name_of_what_made_it(live: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "average" in title(live, Role.FUSED))
    press(qtbot, live, Qt.Key.Key_Space)
    assert all("FROZEN" in title(live, role) for role in Role)
    exchange(live, FusionSettings(model="max"))
    qtbot.wait(300)
    assert title(live, Role.FUSED) == "FUSED · FROZEN · average · 128×96 · CPU"
    press(qtbot, live, Qt.Key.Key_Space)
    assert not any("FROZEN" in title(live, role) for role in Role)
    qtbot.waitUntil(lambda: title(live, Role.FUSED) == "FUSED · max · 128×96 · CPU")


def test_the_infrared_tag_names_its_colours(live: MainWindow, qtbot: QtBot) -> None:
    assert "hot" not in title(live, Role.IR)
    press(qtbot, live, Qt.Key.Key_C)
    assert title(live, Role.IR).startswith("IR")
    assert "black hot" in title(live, Role.IR)  # on a busy machine it says, too, that the frame is held
    press(qtbot, live, Qt.Key.Key_C, shift=True)
    assert "hot" not in title(live, Role.IR)


def test_a_tag_too_long_for_its_tile_keeps_its_begin(qtbot: QtBot) -> None:
    tile = FrameView("", "")
    qtbot.addWidget(tile)
    tile.resize(200, 60)
    begin = QRect(0, 0, 120, 60)
    tile.set_title("FUSED · lite-2k · 211×158 reduced · CPU · and so on")
    shown = tile.grab(begin).toImage()
    tile.set_title("FUSED · lite-2k · 211×158 reduced · CPU · and much, much more than that")
    assert tile.grab(begin).toImage() == shown


def test_recordings_that_play_as_if_live_are_not_called_live(live: MainWindow) -> None:
    assert "LIVE" not in live.bottom.live.lamp.text()
    assert "REPLAY" in live.bottom.live.lamp.text()
