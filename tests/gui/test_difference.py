"""What infrared adds, in the window: by one key, told by the tag, and never in what is kept."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fusion_app.cli import main
from fusion_app.frames import image_of
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.view_grid import Layout, Role
from fusion_app.pipeline.difference import Lumas, coloured, lumas_of
from fusion_app.session.maps import difference_of
from tests.gui.actions import paused_at_one_second, position, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.media import write_images

DEMO = ("synthetic:ir?size=128x96", "synthetic:vis?size=128x96")


@pytest.fixture
def window(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window on the demo pair, paused at one second."""
    return paused_at_one_second(qtbot, make_window(*DEMO))


def shown(window: MainWindow) -> np.ndarray:
    pixels = window.grid.tiles[Role.FUSED]._pixels
    assert pixels is not None
    return image_of(pixels)


def expected(window: MainWindow) -> np.ndarray:
    lumas = lumas_of(window.controller.frame)
    assert lumas is not None
    return coloured(lumas)


def title(window: MainWindow) -> str:
    return window.grid.tiles[Role.FUSED].title


def test_one_key_shows_it_and_the_tag_says_so(window: MainWindow, qtbot: QtBot) -> None:
    assert title(window).startswith("FUSED · max")
    press(qtbot, window, Qt.Key.Key_A)
    assert title(window).startswith("WHAT INFRARED ADDS · max")
    assert np.array_equal(shown(window), expected(window))
    press(qtbot, window, Qt.Key.Key_A)
    assert title(window).startswith("FUSED · max")
    assert window.grid.tiles[Role.FUSED]._pixels is window.controller.frame.picture


def test_of_a_large_picture_it_is_drawn_beside_the_window_and_gone_with_the_same_key(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion_app.gui.view.difference.LARGE", 1)
    press(qtbot, window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: title(window).startswith("WHAT INFRARED ADDS · max"))
    assert np.array_equal(shown(window), expected(window))
    press(qtbot, window, Qt.Key.Key_A)
    assert title(window).startswith("FUSED · max")
    assert window.grid.tiles[Role.FUSED]._pixels is window.controller.frame.picture


def test_the_dock_and_the_menu_say_the_same(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_F4)
    box = window.docks.fusion.panel.difference
    box.click()
    assert window.all_actions["difference"].isChecked()
    assert window.grid.difference.is_shown
    press(qtbot, window, Qt.Key.Key_A)
    assert not box.isChecked()


def test_the_window_shows_the_pixels_of_the_maps(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    noise = np.random.default_rng(4)
    ir = write_images(tmp_path / "ir", ["a.png"], [noise.integers(0, 256, (48, 64), np.uint8)])
    vis = write_images(tmp_path / "vis", ["a.png"], [noise.integers(0, 256, (48, 64, 3), np.uint8)])
    given = ["fuse", str(ir), str(vis), "-o", str(tmp_path / "out"), "--map", str(tmp_path / "maps")]
    assert main([*given, "--model", "max", "--quiet"]) == 0
    window = make_window(str(ir), str(vis))
    qtbot.waitUntil(lambda: window.grid.has_frame)
    window.all_actions["difference"].setChecked(True)
    grey = cv2.cvtColor(cv2.imread(str(vis / "a.png")), cv2.COLOR_BGR2GRAY)
    found = difference_of(cv2.imread(str(tmp_path / "maps" / "a.png"), cv2.IMREAD_UNCHANGED))
    assert np.array_equal(shown(window), coloured(Lumas((grey + found).astype(np.uint8), grey)))


def test_what_is_kept_stays_the_fused_picture(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    press(qtbot, window, Qt.Key.Key_A)
    press(qtbot, window, Qt.Key.Key_S)
    folder = tmp_path / "recordings"
    qtbot.waitUntil(lambda: len(list(folder.glob("snapshot-*.yaml"))) == 1)
    kept = next(path for path in folder.glob("snapshot-*.png") if path.stem.count("-") == 2)
    assert np.array_equal(cv2.imread(str(kept)), window.controller.frame.image)


def test_peeking_and_the_edges_of_an_alignment_come_first(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_A)
    press(qtbot, window, Qt.Key.Key_E)
    assert title(window).startswith("ALIGNMENT")
    assert not window.grid.difference.is_shown
    press(qtbot, window, Qt.Key.Key_E)
    window.grid.setFocus()
    qtbot.keyPress(window.grid, Qt.Key.Key_Tab)
    assert title(window) == "VISIBLE · peek"
    qtbot.keyRelease(window.grid, Qt.Key.Key_Tab)
    assert title(window).startswith("WHAT INFRARED ADDS")


def test_another_mode_is_asked_the_same(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_A)
    window.all_actions["mode_vis"].trigger()
    qtbot.waitUntil(lambda: "visible alone" in title(window))
    window.controller.seek(0.5)
    qtbot.waitUntil(lambda: position(window) == 0.5)
    assert title(window).startswith("WHAT INFRARED ADDS")
    blue, green, red = np.moveaxis(shown(window), -1, 0)
    assert (blue == green).all()
    assert (green == red).all()


def test_a_layout_without_the_fused_picture_computes_nothing(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_A)
    window.grid.set_layout(Layout.SIDE_BY_SIDE)
    window.grid.show_frame(window.controller.frame)
    assert not window.grid.difference.is_shown
    window.grid.set_layout(Layout.FUSED)
    assert np.array_equal(shown(window), expected(window))


def test_the_picture_line_says_on_how_much_of_it_infrared_adds(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: "infrared adds on" in window.panels.performance.quality.text())


def test_it_is_remembered_with_the_pair_and_with_no_other(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    window = make_window(*clip)
    qtbot.waitUntil(lambda: window.grid.has_frame)  # it may have played to its end by now
    press(qtbot, window, Qt.Key.Key_A)
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    again = make_window(*DEMO)
    wait_for(qtbot, again, State.PLAYING)
    assert not again.grid.difference.is_on
    again.commands.open_pair(again.preferences.recent[0])
    qtbot.waitUntil(lambda: again.grid.difference.is_on and again.grid.has_frame and not again.controller.is_opening)
    again.all_actions["forget_pair"].trigger()
    assert not again.grid.difference.is_on
    assert not again.all_actions["difference"].isChecked()


def test_a_scale_from_blue_to_orange_stands_beside_it(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_A)
    window.grid.difference.image = lambda _: None  # type: ignore[method-assign]  # only the scale has colours
    window.grid.tiles[Role.FUSED].show_image(np.full((96, 128), 90, np.uint8))
    image = window.grid.tiles[Role.FUSED].grab().toImage()
    edge, middle = range(image.width() - 80, image.width()), image.height() // 2
    above, below = ([image.pixelColor(x, middle + off) for x in edge] for off in (-90, 80))
    assert any(colour.red() > colour.blue() + 80 for colour in above)
    assert any(colour.blue() > colour.red() + 80 for colour in below)


def test_the_wall_shows_what_infrared_adds_of_each_model(window: MainWindow, qtbot: QtBot) -> None:
    window.grid.wall.set_models(["max", "average"])
    window.grid.set_layout(Layout.WALL)
    press(qtbot, window, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: all("what infrared adds" in tile.title for tile in window.grid.wall.tiles))
    assert all(tile.has_frame for tile in window.grid.wall.tiles)
