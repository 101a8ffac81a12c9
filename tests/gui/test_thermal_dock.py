"""The Thermal dock: gain, level and span, lock, polarity, colours on the screen, readings; and the pixel probe."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.docks.histogram import Histogram
from fusion_app.gui.docks.thermal import ThermalDock
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.frame_view import FrameView
from fusion_app.gui.view.palettes import Palette, colour_table
from fusion_app.gui.view.view_grid import Role
from fusion_app.settings import ThermalSettings
from tests.gui.actions import click, position, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.told import told, wait_until_told
from tests.media import counting_frames, write_video

BLACK, STEP = 29_000, 8


@pytest.fixture
def raw(tmp_path: Path) -> tuple[str, str]:
    """Three seconds of 16 bit counts, and their visible video."""
    counts = [(BLACK + STEP * grey.astype(np.uint16)) for grey in counting_frames(75, colour=False)]
    ir = write_video(tmp_path / "raw_ir.mkv", counts)
    return str(ir), str(write_video(tmp_path / "raw_vis.mkv", counting_frames(75)))


@pytest.fixture
def window(make_window: MakeWindow, qtbot: QtBot, raw: tuple[str, str]) -> MainWindow:
    """A window on raw counts, paused at one second, its Thermal dock open."""
    window = make_window(*raw)
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["loop"].setChecked(False)
    press(qtbot, window, Qt.Key.Key_F6)
    press(qtbot, window, Qt.Key.Key_Space)
    window.controller.seek(1.0)
    qtbot.waitUntil(lambda: position(window) == 1.0 and panel(window).histogram.region is not None)
    return window


def panel(window: MainWindow) -> ThermalDock:
    return window.docks.thermal


def shown(window: MainWindow) -> np.ndarray:
    return window.controller.frame.ir_view


def choose(panel: ThermalDock, combo: str, value: str) -> None:
    box = getattr(panel, combo)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def toggle(qtbot: QtBot, box: QCheckBox) -> None:
    """Click the box itself; the words beside it may be far from the middle of the widget."""
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(9, box.height() // 2))


def test_a_change_swaps_the_pipeline_and_shows_on_a_paused_frame_at_once(window: MainWindow, qtbot: QtBot) -> None:
    before = shown(window).mean()
    choose(panel(window), "polarity", "black-hot")
    qtbot.waitUntil(lambda: shown(window).mean() == pytest.approx(255 - before, abs=3))
    assert position(window) == 1.0
    assert window.controller.settings.thermal.polarity == "black-hot"


def test_level_and_span_make_the_gain_manual(window: MainWindow, qtbot: QtBot) -> None:
    level = panel(window).level
    level.setFocus()
    level.selectAll()
    qtbot.keyClicks(level, str(BLACK + 125 * STEP))
    qtbot.keyClick(level, Qt.Key.Key_Return)
    thermal = window.controller.settings.thermal
    assert (thermal.agc, thermal.level) == ("manual", BLACK + 125 * STEP)
    assert panel(window).agc.currentText() == "Manual"
    choose(panel(window), "agc", "percentile")
    assert window.controller.settings.thermal.agc == "percentile"


def test_the_region_of_the_histogram_is_dragged(window: MainWindow, qtbot: QtBot) -> None:
    histogram = panel(window).histogram
    black, white = histogram.region
    before = shown(window).mean()
    edge = QPoint(round(histogram.place(white)), 40)
    qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=edge)
    qtbot.mouseMove(histogram, edge - QPoint(30, 0))
    qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=edge - QPoint(30, 0))
    thermal = window.controller.settings.thermal
    assert thermal.agc == "manual"
    assert thermal.level - thermal.span / 2 == pytest.approx(black, abs=2)
    assert thermal.level + thermal.span / 2 < white - 50
    qtbot.waitUntil(lambda: shown(window).mean() > before + 2)


def test_l_locks_the_gain_and_the_dock_says_so(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_L)
    assert window.controller.settings.thermal.lock
    assert panel(window).lock.isChecked()
    toggle(qtbot, panel(window).lock)
    assert not window.controller.settings.thermal.lock
    assert not window.all_actions["lock_gain"].isChecked()


def test_that_infrared_is_counts_is_told_but_no_warning(window: MainWindow, qtbot: QtBot) -> None:
    wait_until_told(qtbot, window, Kind.INFO, "16 bit counts")
    assert not [text for text in told(window, Kind.NOTICE, Kind.ERROR) if "counts" in text]


def test_readings_are_counts_and_degrees_only_where_counts_tell_them(window: MainWindow, qtbot: QtBot) -> None:
    counts = window.controller.frame.thermal.counts
    qtbot.waitUntil(lambda: f"Hottest   {counts.max()}" in panel(window).readings.text())
    assert "°C" not in panel(window).readings.text()
    choose(panel(window), "temperature", "kelvin100")
    hottest = int(counts.max()) * 0.01 - 273.15
    qtbot.waitUntil(lambda: f"Hottest   {hottest:.1f} °C" in panel(window).readings.text())


def test_an_8_bit_camera_has_no_gain_to_set_and_says_why(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: "8 bit pictures" in panel(window).readings.text())
    assert not panel(window).agc.isEnabled()
    assert panel(window).polarity.isEnabled()


def test_the_probe_tells_grey_level_counts_and_degrees(window: MainWindow, qtbot: QtBot) -> None:
    tile = window.grid.tiles[Role.IR]
    counts, grey = window.controller.frame.thermal.counts[30, 20], shown(window)[30, 20]

    def probe(tile: FrameView) -> str:  # the dock that has just opened may still move the tiles
        picture = tile.picture_rect()
        at = QPointF(picture.x() + picture.width() * 20.5 / 64, picture.y() + picture.height() * 30.5 / 48)
        qtbot.mouseMove(tile, at.toPoint())
        return tile.probe_text()

    qtbot.waitUntil(lambda: probe(tile) == f"20, 30   {grey}   raw {counts}")
    choose(panel(window), "temperature", "kelvin100")
    qtbot.waitUntil(lambda: f"{int(counts) * 0.01 - 273.15:.1f} °C" in tile.probe_text())
    blue, green, red = window.controller.frame.pair.vis.image[30, 20]
    assert f"R {red}  G {green}  B {blue}" in probe(window.grid.tiles[Role.VIS])


def test_colours_are_for_the_screen_only(window: MainWindow, qtbot: QtBot) -> None:
    frame = window.controller.frame
    fused, grey = frame.image.copy(), frame.ir_view.copy()
    press(qtbot, window, Qt.Key.Key_C)
    assert window.preferences.palette is Palette.BLACK_HOT
    assert panel(window).palette_choice.currentText() == "Black hot"
    tile = window.grid.tiles[Role.IR]
    picture = tile.picture_rect()
    pixel = tile.grab().toImage().pixelColor(round(picture.center().x()), round(picture.bottom()) - 4)
    assert pixel.lightness() == pytest.approx(255 - int(grey[-1, 32]), abs=8)
    assert np.array_equal(frame.image, fused)
    assert np.array_equal(frame.ir_view, grey)
    press(qtbot, window, Qt.Key.Key_C, shift=True)
    assert window.preferences.palette is Palette.WHITE_HOT


@pytest.mark.parametrize("palette", Palette)
def test_palettes_have_a_colour_for_every_level_and_brightness_never_falls(palette: Palette) -> None:
    table = np.array(colour_table(palette), np.uint32)
    assert len(table) == 256
    colours = np.stack([table >> shift & 255 for shift in (0, 8, 16)], -1).astype(np.uint8)
    luma = cv2.cvtColor(colours[None], cv2.COLOR_BGR2GRAY)[0].astype(int)
    if palette is Palette.BLACK_HOT:
        luma = luma[::-1]
    if palette is not Palette.RAINBOW:  # its hues tell the levels, not its brightness
        assert np.diff(luma).min() >= -1


def test_a_histogram_of_nothing_can_be_painted(qtbot: QtBot) -> None:
    histogram = Histogram()
    qtbot.addWidget(histogram)
    histogram.show_counts(None, None)
    histogram.show_counts(np.full((8, 8), 5, np.uint16), (4.0, 6.0))
    assert not histogram.grab().isNull()


def test_another_layout_opens_the_source_anew(window: MainWindow, qtbot: QtBot) -> None:
    session = window.controller.session
    choose(panel(window), "layout_choice", "y16")
    qtbot.waitUntil(lambda: window.controller.session not in (None, session))
    assert window.controller.settings.thermal == ThermalSettings(layout="y16")
    click(qtbot, window.grid.tiles[Role.IR])
