"""What lies over the pictures: statistics, marks of the shutter and of old frames, picture in picture, the swipe."""

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from fusion_app.frames import Frame, FramePair, FusedFrame, Size
from fusion_app.gui.bars.status_fields import Level, disk_field, status_fields
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_controller import RecordingState, RecordingStatus
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.recording_tag import LAMP, recording_text
from fusion_app.gui.view.source_notice import age_text
from fusion_app.gui.view.statistics import statistics_rows
from fusion_app.gui.view.tags import PADDING
from fusion_app.gui.view.view_grid import Layout, Role, ViewGrid
from fusion_app.pairing.base import PairingCounts
from fusion_app.run.telemetry import RunStatus
from fusion_app.session.overview import Overview, SourceOverview
from fusion_app.sources.base import Phase, SourceInfo, SourceState
from tests.gui.actions import press, wait_for
from tests.gui.conftest import MakeWindow

DEMO = ("synthetic:ir?frames=200&size=64x48", "synthetic:vis?frames=200&size=64x48")


@pytest.fixture
def paused(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window that shows a frame and holds."""
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_Space)
    return window


def source(phase: Phase = Phase.OK, *, is_live: bool = True, **state: object) -> SourceOverview:
    info = SourceInfo("camera:x", Size(640, 480), 30.0, is_live=is_live)
    return SourceOverview(info, SourceState(phase, **state), dropped=2)


def test_i_shows_rates_times_and_losses_by_reason(paused: MainWindow, qtbot: QtBot) -> None:
    overlay = paused.states.statistics
    assert not overlay.isVisible()
    press(qtbot, paused, Qt.Key.Key_I)
    qtbot.waitUntil(lambda: "Latency" in overlay.text)
    for name in ("Fusion", "Skew p50", "Skew p95", "Dropped: no partner in time", "fuse", "All stages"):
        assert f"{name}: " in overlay.text
    assert paused.grid.rect().contains(overlay.geometry())
    press(qtbot, paused, Qt.Key.Key_I)
    assert not overlay.isVisible()


def test_every_loss_has_a_row_of_its_own() -> None:
    counts = PairingCounts(paired=9, held=1, dropped=3, unused=4, lost=5)
    run = RunStatus(fused=9, skipped=6, stage_ms={"align": 1.5, "fuse": 2.5})
    overview = Overview(source(), source(), run, counts, unshown=7, stride=4, recording=RecordingStatus(1.0, 1, 1, 8))
    rows = dict(statistics_rows(overview))
    assert rows["Held (infrared too old)"] == "1"
    assert rows["Dropped: no partner in time"] == "3"
    assert rows["Dropped: infrared buffer full"] == "2"
    assert rows["Infrared without visible"] == "4"
    assert rows["From one source alone"] == "5"
    assert rows["Skipped: no time to fuse"] == "6"
    assert rows["Fused, not shown"] == "7"
    assert rows["Shown, for recording comes first"] == "1 of 4"
    assert status_fields(overview)["display"].text == "display every 4th frame: recording comes first · 7 not shown"
    assert rows["Dropped by the recording"] == "8"
    assert rows["All stages"] == "4.0 ms"


@pytest.mark.parametrize(
    ("found", "text", "level"),
    [
        (source(fps=29.9), "IR 640×480 29.9 fps", Level.GOOD),
        (source(fps=9.0), "IR 640×480 9 fps", Level.GOOD),  # what it promises, 30 fps, is often wrong
        (source(Phase.OPENING), "IR opening", Level.WARNING),
        (source(Phase.STALLED, age_s=2.0), "IR stalled", Level.DANGER),
        (source(Phase.RECONNECTING, retry_in_s=3.2), "IR reconnecting in 3 s", Level.DANGER),
        (source(Phase.RECONNECTING, retry_in_s=0.0), "IR reconnecting", Level.DANGER),
        (source(Phase.ENDED, is_live=False), "IR 640×480 30 fps", Level.GOOD),
    ],
)
def test_the_status_bar_says_how_a_source_is(found: SourceOverview, text: str, level: Level) -> None:
    field = status_fields(Overview(found, source()))["ir"]
    assert (field.text, field.level) == (text, level)


def test_there_is_no_skew_to_a_source_that_is_gone() -> None:
    run = RunStatus(skew_ms=1900.0)
    assert status_fields(Overview(source(), source(), run))["skew"].text == "skew 1900 ms"
    assert status_fields(Overview(source(Phase.STALLED), source(), run))["skew"].text == "skew –"


@pytest.mark.parametrize(
    ("left", "minutes", "text", "level"),
    [
        (80_000_000_000, None, "disk 80.00 GB", Level.PLAIN),
        (80_000_000_000, 130.0, "disk 2 h 10 min", Level.PLAIN),
        (4_900_000_000, 25.0, "disk 25 min", Level.WARNING),
        (900_000_000, None, "disk 900.0 MB", Level.DANGER),
    ],
)
def test_the_disk_is_graded(left: int, minutes: float | None, text: str, level: Level) -> None:
    field = disk_field(RecordingStatus(1.0, 1, 1, 0, disk_left=left, minutes_left=minutes))
    assert (field.text, field.level) == (text, level)


@pytest.mark.parametrize(("seconds", "text"), [(0.84, "0.8 s"), (12.3, "12 s"), (75.0, "1 min 15 s")])
def test_ages_are_told_as_one_would(seconds: float, text: str) -> None:
    assert age_text(seconds) == text


def fused(*, skew_s: float = 0.0, index: int = 1) -> FusedFrame:
    grey = np.full((48, 64), 90, np.uint8)
    pair = FramePair(Frame(grey, 1.0 + skew_s, index), Frame(np.dstack([grey] * 3), 1.0, 1), is_held=bool(skew_s))
    return FusedFrame(np.dstack([grey] * 3), pair, grey)


def test_the_infrared_tile_is_marked_while_the_shutter_is_closed_and_when_its_frame_is_old(qtbot: QtBot) -> None:
    grid = ViewGrid()
    qtbot.addWidget(grid)
    tile = grid.tiles[Role.IR]
    grid.show_frame(fused())
    assert tile.title == "IR"
    grid.show_frame(fused(skew_s=-0.12))
    assert tile.title == "IR"
    grid.show_frame(fused(skew_s=-0.42))
    assert tile.title == "IR · held, 0.4 s old"
    grid.show_frame(replace(fused(), is_nuc=True))
    assert tile.title == "IR · NUC, shutter closed"


def test_a_source_that_never_sent_a_frame_has_no_picture(qtbot: QtBot) -> None:
    grid = ViewGrid()
    qtbot.addWidget(grid)
    grid.show_frame(fused(index=-1))
    assert not grid.tiles[Role.IR].has_frame
    assert grid.tiles[Role.VIS].has_frame


def test_the_small_picture_lies_on_the_large_one(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_7)
    small, large = paused.grid.tiles[Role.IR], paused.grid.tiles[Role.FUSED]
    assert large.geometry().contains(small.geometry())
    assert paused.grid.childAt(small.geometry().center()) is small


def test_the_swipe_divides_visible_and_fused_where_it_is_dragged(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_8)
    grid = paused.grid
    handle = grid.swipe
    assert handle.isVisible()
    middle = handle.rect().center()
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(handle, middle - QPoint(grid.width() // 4, 0))
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton)
    assert handle.share == pytest.approx(0.25, abs=0.02)
    y = grid.height() // 3
    assert grid.childAt(QPoint(grid.width() // 8, y)) is grid.tiles[Role.VIS]
    assert grid.childAt(QPoint(grid.width() // 2, y)) is grid.tiles[Role.FUSED]
    handle.setFocus()
    position = paused.controller.position_s
    qtbot.keyClick(handle, Qt.Key.Key_Right)
    assert handle.share == pytest.approx(0.27, abs=0.02)
    assert paused.controller.position_s == position
    press(qtbot, paused, Qt.Key.Key_1)
    assert not handle.isVisible()
    assert grid.childAt(QPoint(grid.width() // 8, y)) is grid.tiles[Role.FUSED]


def test_the_layout_is_remembered(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_8)
    assert paused.preferences.layout is Layout.SWIPE


def test_full_screen_shows_that_a_recording_runs_and_for_how_long(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")
    wait_for(qtbot, window, State.PLAYING)
    tag = window.states.recording
    assert not tag.isVisible()
    press(qtbot, window, Qt.Key.Key_F11)
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: tag.isVisible() and tag.text[:11] == "REC  00:00:" and tag.text[:13] != "REC  00:00:00")
    assert not window.status.isVisible()
    assert window.grid.rect().contains(tag.geometry())
    shown = window.grid.grab(tag.geometry()).toImage()
    lamp = shown.pixelColor(PADDING // 2 + LAMP // 2, tag.height() // 2)
    assert lamp.red() > 200
    assert lamp.green() < 150
    press(qtbot, window, Qt.Key.Key_F10)
    qtbot.waitUntil(lambda: "REC paused" in tag.text)
    press(qtbot, window, Qt.Key.Key_F10)
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: not tag.isVisible())


def test_a_recording_that_loses_frames_says_so_on_the_picture() -> None:
    assert recording_text(RecordingState.ON, RecordingStatus(65.0, 1, 9, 3)) == "REC  00:01:05  ▲ 3 dropped"
