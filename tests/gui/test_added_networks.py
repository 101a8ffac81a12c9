"""Networks that the user has added are in the window's list; one that fails leaves the picture as it was."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fusion_app.engine import model_names
from fusion_app.engine.added import store
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.view_grid import Role
from tests.gui.actions import wait_for
from tests.gui.conftest import MakeWindow
from tests.onnx_files import mean_of_two

CARD = "inputs: [{roles: [visible-y]}, {roles: [infrared]}]\n"
DEMO = ("synthetic:ir?frames=60&size=64x48", "synthetic:vis?frames=60&size=64x48")


@pytest.fixture
def playing(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window that plays the demo, with one added network called mean."""
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    (tmp_path / "net.onnx").write_bytes(mean_of_two())
    (tmp_path / "card.yaml").write_text(CARD)
    store.add(tmp_path / "net.onnx", "mean", tmp_path / "card.yaml", model_names())
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    return window


def choose(window: MainWindow, name: str) -> None:
    combo = window.model.combo
    combo.setCurrentText(name)
    combo.activated.emit(combo.currentIndex())


def test_an_added_network_is_in_the_list_and_fuses(playing: MainWindow, qtbot: QtBot) -> None:
    choose(playing, "mean")
    qtbot.waitUntil(lambda: playing.grid.tiles[Role.FUSED].title.startswith("FUSED · mean"))
    qtbot.waitUntil(
        lambda: playing.status.field_text("engine").startswith("mean · CPU O")
    )  # of two runtimes the faster one
    assert playing.controller.state is State.PLAYING


def test_a_network_whose_file_was_changed_leaves_the_picture_to_the_model_before(
    playing: MainWindow, qtbot: QtBot
) -> None:
    store.network_path("mean").write_bytes(mean_of_two("a", "b"))
    session = playing.controller.session
    assert session is not None
    before = session.engine.name
    choose(playing, "mean")
    qtbot.waitUntil(lambda: "SHA-256" in playing.banner.text)
    frame = playing.controller.frame
    qtbot.waitUntil(lambda: playing.controller.frame is not frame)
    assert playing.controller.state is State.PLAYING
    assert playing.controller.session is session
    assert session.engine.name == before
