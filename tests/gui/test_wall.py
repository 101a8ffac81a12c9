"""The wall: several models side by side, chosen by menu or option, kept by a snapshot, resting for a recording."""

from pathlib import Path

import pytest
from PyQt6.QtCore import QSettings, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from fusion_app.cli import main
from fusion_app.engine import model_names
from fusion_app.engine.added import store
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.preferences import Preferences
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.frame_view import FrameView
from fusion_app.gui.view.view_grid import Layout
from tests.added_networks import TWO, added, one_by_one
from tests.gui.actions import press, wait_for
from tests.gui.conftest import MakeWindow
from tests.onnx_files import convolution, mean_of_two

DEMO = ("synthetic:ir?frames=60&size=64x48", "synthetic:vis?frames=60&size=64x48")


@pytest.fixture
def walled(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window that plays the demo over and over, with a wall of two models and an added network called mean."""
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    added(tmp_path, mean_of_two(), TWO, "mean")
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["loop"].setChecked(True)
    window.grid.wall.set_models(("max", "mean", "average"))
    press(qtbot, window, Qt.Key.Key_9)
    assert window.grid.layout_now is Layout.WALL
    return window


def double_click(tile: FrameView) -> None:
    QTest.mouseDClick(tile, Qt.MouseButton.LeftButton)


def wait_for_pictures(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: all(tile.has_frame for tile in window.grid.wall.tiles))


def test_each_model_has_a_tile_that_says_what_it_is_and_how_fast(walled: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(qtbot, walled)
    names = ("max · CPU", "mean · CPU ", "average · CPU")
    qtbot.waitUntil(lambda: all(" fps" in tile.title for tile in walled.grid.wall.tiles))
    for tile, name in zip(walled.grid.wall.tiles, names, strict=True):
        assert tile.title.startswith(name)
        assert " ms" in tile.title
        assert tile.isVisible()


def test_a_model_that_fails_says_why_on_its_tile_and_the_others_go_on(walled: MainWindow, qtbot: QtBot) -> None:
    store.network_path("mean").write_bytes(mean_of_two("a", "b"))
    walled.grid.wall.set_models(("average", "mean", "max"))
    average, mean, maximum = walled.grid.wall.tiles
    qtbot.waitUntil(lambda: mean.title == "mean · failed")
    qtbot.waitUntil(lambda: average.has_frame and maximum.has_frame)
    assert not mean.has_frame
    assert walled.controller.state is State.PLAYING
    assert walled.controller.wall is not None
    assert "SHA-256" in walled.controller.wall.tiles()[1].trouble


def test_all_tiles_show_one_pair_when_the_file_is_paused(walled: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(qtbot, walled)
    walled.controller.toggle()

    def are_alike() -> bool:
        wall, frame = walled.controller.wall, walled.controller.frame
        assert wall is not None
        assert frame is not None
        return all(tile.fused is not None and tile.fused.pts_s == frame.pts_s for tile in wall.tiles())

    qtbot.waitUntil(are_alike)


def test_the_tiles_share_the_zoom(walled: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(qtbot, walled)
    before = [tile.picture_rect().width() for tile in walled.grid.wall.tiles]
    walled.grid.zoom_by(3)
    after = [tile.picture_rect().width() for tile in walled.grid.wall.tiles]
    assert all(wide > 1.5 * narrow for wide, narrow in zip(after, before, strict=True))


def test_a_double_click_shows_one_model_alone_and_all_again(walled: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(qtbot, walled)
    tile = walled.grid.wall.tiles[1]
    double_click(tile)
    assert [one.isVisible() for one in walled.grid.wall.tiles] == [False, True, False]
    assert tile.size() == walled.grid.wall.size()
    double_click(tile)
    assert all(one.isVisible() for one in walled.grid.wall.tiles)


def test_each_tile_says_how_its_picture_is(walled: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(qtbot, walled)
    qtbot.waitUntil(lambda: all("entropy" in tile.note for tile in walled.grid.wall.tiles))
    assert all("edges kept" in tile.note and "clipped" in tile.note for tile in walled.grid.wall.tiles)


def test_what_infrared_adds_is_shown_of_every_model(walled: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(qtbot, walled)
    walled.all_actions["difference"].trigger()
    qtbot.waitUntil(lambda: all("what infrared adds" in tile.title for tile in walled.grid.wall.tiles))
    walled.all_actions["difference"].trigger()
    qtbot.waitUntil(lambda: not any("what infrared adds" in tile.title for tile in walled.grid.wall.tiles))


def test_two_models_lie_on_each_other_with_a_line_between_them(walled: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(qtbot, walled)
    wall = walled.grid.wall
    lower, _, upper = wall.tiles
    menu = walled.tile_menus._comparisons(lower)
    assert [action.text() for action in menu.actions()] == ["mean", "average"]
    menu.actions()[1].trigger()
    assert [tile.isVisible() for tile in wall.tiles] == [True, False, True]
    assert lower.geometry() == upper.geometry() == wall.rect()
    assert wall.swipe.isVisible()
    wall.swipe.move_to(0.25)
    assert upper.mask().boundingRect().left() == round(upper.width() * 0.25)
    assert lower.mask().isEmpty()
    wall.show_all()
    assert all(tile.isVisible() for tile in wall.tiles)
    assert upper.mask().isEmpty()
    assert not wall.swipe.isVisible()


def test_a_double_click_on_two_models_shows_all_again(walled: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(qtbot, walled)
    wall = walled.grid.wall
    wall.compare(*wall.tiles[:2])
    double_click(wall.tiles[1])
    assert all(tile.isVisible() for tile in wall.tiles)


FIVE = {
    "two-tensors": (mean_of_two(), TWO),
    "one-tensor": (convolution(one_by_one([0.3, 0.7])), "inputs: [{roles: [infrared, visible-grey], range: -1..1}]\n"
                   "output: {range: -1..1}\n"),
    "colours": (convolution(one_by_one([0.5, 0, 0, 0.5], [0, 0.5, 0, 0.5], [0, 0, 0.5, 0.5])),
                "inputs: [{roles: [visible-rgb, infrared]}]\noutput: {kind: rgb}\n"),
    "weights": (convolution(one_by_one([0.0, 1.0])), "inputs: [{roles: [visible-y, infrared]}]\n"
                "output: {kind: weights}\n"),
    "decision": (convolution(one_by_one([0.0, 0.6], [0.4, 0.0], [0.0, 0.0])),
                 "inputs: [{roles: [visible-y, infrared]}]\noutput: {kind: decision}\n"),
}  # fmt: skip
"""Networks of five kinds of card: two tensors; one, from -1 to 1; colours; weights; a decision."""


@pytest.mark.full
def test_five_networks_of_different_cards_are_on_the_wall_at_once(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    for name, (data, card) in FIVE.items():
        added(tmp_path, data, card, name)
    window = make_window("synthetic:ir?size=320x240", "synthetic:vis?size=320x240")
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["loop"].setChecked(True)
    window.grid.wall.set_models(tuple(FIVE))
    press(qtbot, window, Qt.Key.Key_9)
    wait_for_pictures(qtbot, window)
    qtbot.waitUntil(lambda: all("entropy" in tile.note for tile in window.grid.wall.tiles))
    assert window.controller.wall is not None
    tiles = window.controller.wall.tiles()
    assert [tile.trouble for tile in tiles] == [""] * len(FIVE)
    pictures = [tile.fused.image for tile in tiles if tile.fused is not None]
    assert len({picture.tobytes() for picture in pictures}) == len(FIVE)


def test_a_snapshot_keeps_the_picture_of_every_model(walled: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    wait_for_pictures(qtbot, walled)
    with qtbot.waitSignal(walled.recording.saved) as saved:
        walled.all_actions["snapshot"].trigger()
    assert saved.args is not None
    kept = saved.args[0]
    models = {path.stem.removeprefix(f"{kept.stem}-wall-") for path in kept.parent.glob(f"{kept.stem}-wall-*.png")}
    assert models == {"max", "mean", "average"}
    assert "model: mean" in kept.with_suffix(".yaml").read_text()


def test_the_wall_rests_while_something_is_recorded(walled: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(qtbot, walled)
    walled.all_actions["record"].trigger()
    qtbot.waitUntil(lambda: walled.recording.state is RecordingState.ON)
    wall = walled.controller.wall
    assert wall is not None
    qtbot.waitUntil(lambda: wall.is_resting)
    qtbot.waitUntil(lambda: all("rests while it records" in tile.title for tile in walled.grid.wall.tiles))
    walled.all_actions["record"].trigger()
    qtbot.waitUntil(lambda: walled.recording.state is RecordingState.OFF)
    qtbot.waitUntil(lambda: not wall.is_resting)


def test_another_layout_ends_the_wall(walled: MainWindow, qtbot: QtBot) -> None:
    wait_for_pictures(qtbot, walled)
    press(qtbot, walled, Qt.Key.Key_1)
    assert walled.controller.wall is None
    assert not walled.grid.wall.isVisible()


def test_models_are_chosen_in_the_menu_and_remembered(walled: MainWindow, tmp_path: Path) -> None:
    menu = next(menu for menu in walled.findChildren(QMenu) if menu.title() == "Models on the &wall")
    menu.aboutToShow.emit()
    offered = {action.text(): action for action in menu.actions()}
    assert set(offered) == set(model_names())
    assert [name for name, action in offered.items() if action.isChecked()] == ["mean", "max", "average"]
    offered["laplacian"].setChecked(True)
    offered["max"].setChecked(False)
    assert walled.grid.wall.models == ("mean", "average", "laplacian")
    store_file = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    walled.preferences._store.sync()
    assert Preferences(store_file).wall_models == ("mean", "average", "laplacian")


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ("max,nothing", "nothing"),
        ("max,max", "each of them once"),
        (",", "allowed: "),
        (",".join(f"m{number}" for number in range(10)), "m0"),
    ],
)
def test_models_that_cannot_be_on_the_wall_are_refused_in_a_sentence(
    models: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["view", *DEMO, "--models", models]) == 2
    assert said in capsys.readouterr().err
