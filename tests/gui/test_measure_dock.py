"""Spots, scale and alarm: what they say is what the camera measures, and an alarm is marked, logged and may record."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from fusion_app.frames import Frame, FramePair, FusedFrame, ThermalView
from fusion_app.gui.alarm import Alarm
from fusion_app.gui.docks.measure import MeasureDock
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.bridge import QtSink
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.spots import spots_of
from fusion_app.gui.view.thermal_marks import scale_texts
from fusion_app.gui.view.view_grid import Role
from fusion_app.thermal.heat import AlarmSettings, on_visible, usable
from tests.gui.actions import click, entry, position, press, press_right, wait_for
from tests.gui.conftest import MakeWindow
from tests.media import counting_frames, write_video
from tests.sessions import rows

VIS = np.zeros((96, 128, 3), np.uint8)


def frame_of(celsius: np.ndarray | None, grey: np.ndarray | None = None, **known: object) -> FusedFrame:
    """Return a fused frame whose infrared measures ``celsius``, or sends ``grey`` only."""
    if celsius is None:
        assert grey is not None
        view = ThermalView(grey)
    else:
        counts = np.rint((celsius + 273.15) * 100).astype(np.uint16)
        known.setdefault("kelvin_per_count", 0.01)
        view = ThermalView(np.zeros(celsius.shape, np.uint8), counts, counts_range=(28315.0, 31315.0), **known)  # type: ignore[arg-type]
    pair = FramePair(Frame(view.grey, 0.0, 0), Frame(VIS, 0.0, 0))
    return FusedFrame(VIS, pair, view.grey, thermal=view)


def scene(hottest: float = 36.5) -> np.ndarray:
    celsius = np.full((48, 64), 20.0)
    celsius[10, 50] = hottest
    celsius[40, 5] = -3.0
    return celsius


def test_spots_say_degrees_where_the_camera_measures_them() -> None:
    hottest, coldest, centre, placed = spots_of(frame_of(scene()), [(50.5 / 64, 10.5 / 48)])
    assert (hottest.value, coldest.value, centre.value) == ("36.5 °C", "-3.0 °C", "20.0 °C")
    assert hottest.place == pytest.approx((50.5 / 64, 10.5 / 48))
    assert coldest.place == pytest.approx((5.5 / 64, 40.5 / 48))
    assert placed.value == "36.5 °C"
    assert placed.name == "Spot 1"


def test_spots_say_counts_or_grey_levels_where_degrees_are_not_known() -> None:
    hottest = next(spots_of(frame_of(scene(), kelvin_per_count=None), []))
    assert hottest.value == "30965"
    grey = np.arange(48 * 64, dtype=np.uint32).reshape(48, 64).clip(0, 255).astype(np.uint8)
    assert next(spots_of(frame_of(None, grey), [])).value == "grey 255"


def test_a_spot_beyond_infrareds_edge_has_no_value() -> None:
    fused = frame_of(scene())
    shifted = np.array([[1.0, 0.0, 60.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    moved = FusedFrame(VIS, fused.pair, VIS[..., 0], thermal=fused.thermal, ir_to_vis=shifted)
    spots = list(spots_of(moved, [(0.1, 0.2)]))
    assert spots[-1].value == ""
    column, row = round(on_visible(moved, 50, 10)[0] * 128 - 0.5), round(on_visible(moved, 50, 10)[1] * 96 - 0.5)
    assert (column, row) == (110, 10)
    assert moved.ir_place(*on_visible(moved, 50, 10)) == (50, 10)


def test_the_scale_says_what_black_and_white_mean() -> None:
    assert scale_texts(ThermalView(np.zeros((2, 2), np.uint8))) == ("0", "255")
    assert scale_texts(frame_of(scene()).thermal) == ("10.0 °C", "40.0 °C")
    assert scale_texts(frame_of(scene(), kelvin_per_count=None).thermal) == ("28315", "31315")


@pytest.fixture
def parent(qtbot: QtBot) -> MeasureDock:
    """The alarm's parent, held here: without a reference in Python it could be deleted in the middle of a test."""
    panel = MeasureDock()
    qtbot.addWidget(panel)
    return panel


def watching(parent: MeasureDock, **settings: object) -> tuple[Alarm, list[str]]:
    alarm, raised = Alarm(AlarmSettings(is_on=True, **settings), parent), []  # type: ignore[arg-type]
    alarm.raised.connect(raised.append)
    return alarm, raised


def test_an_alarm_is_raised_once_logged_and_over_after_a_while(
    parent: MeasureDock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm, raised = watching(parent, threshold=38.0)
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    caplog.set_level(logging.INFO, "fusion_app")
    alarm.look(frame_of(scene(37.9)))
    assert not raised
    for _ in range(3):
        alarm.look(frame_of(scene(41.2)))
    assert raised == ["ALARM 41.2 °C, above 38.0 °C"]
    assert [record.message for record in caplog.records] == ["thermal alarm: ALARM 41.2 °C, above 38.0 °C"]
    alarm.look(frame_of(scene(30)))
    assert alarm.text
    now[0] += 1.5
    alarm.look(frame_of(scene(30)))
    assert not alarm.text
    alarm.look(frame_of(scene(39)))
    assert len(raised) == 2


def test_an_alarm_looks_for_what_is_too_cold_and_not_while_the_shutter_is_closed(parent: MeasureDock) -> None:
    alarm, raised = watching(parent, side="below", threshold=0.0)
    closed = frame_of(scene())
    alarm.look(FusedFrame(VIS, closed.pair, closed.ir_view, is_nuc=True, thermal=closed.thermal))
    assert not raised
    alarm.look(closed)
    assert raised == ["ALARM -3.0 °C, below 0.0 °C"]


def test_an_alarm_in_degrees_says_that_a_camera_without_them_cannot_raise_it(parent: MeasureDock) -> None:
    alarm, raised = watching(parent, threshold=0.0)
    alarm.look(frame_of(scene(), kelvin_per_count=None))
    alarm.look(frame_of(None, np.full((48, 64), 255, np.uint8)))
    assert not raised
    assert "choose another" in alarm.trouble


def test_a_flash_of_one_frame_that_is_not_shown_raises_an_alarm(parent: MeasureDock) -> None:
    alarm, raised = watching(parent, threshold=38.0)
    for hottest in (20.0, 41.2, 20.0):
        alarm.note(frame_of(scene(hottest)))
    alarm.look(frame_of(scene(20)))
    assert raised == ["ALARM 41.2 °C, above 38.0 °C"]


def test_what_was_measured_with_another_threshold_raises_nothing(parent: MeasureDock) -> None:
    alarm, raised = watching(parent, side="above", threshold=38.0)
    alarm.note(frame_of(scene(41.2)))
    alarm.use(AlarmSettings(is_on=True, side="below", threshold=40.0))
    alarm.use(AlarmSettings(is_on=True, threshold=38.0))
    alarm.look(frame_of(scene(20)))
    assert not raised


def test_while_infrared_is_lost_it_says_that_nothing_is_watched(parent: MeasureDock) -> None:
    alarm, _ = watching(parent, threshold=38.0)
    hot = frame_of(scene(41.2))
    alarm.look(hot)
    lost = FusedFrame(VIS, replace(hot.pair, lost="ir"), hot.ir_view, thermal=hot.thermal)
    alarm.note(lost)
    alarm.look(lost)
    assert (alarm.text, alarm.trouble) == ("", "Infrared is lost, so nothing is watched.")


@pytest.mark.parametrize("threshold", [float("nan"), float("inf"), 99_999_999.0])
def test_a_kept_threshold_that_would_never_be_crossed_is_not_taken(threshold: float) -> None:
    assert usable(AlarmSettings(is_on=True, threshold=threshold, unit="grey")) == AlarmSettings()
    assert usable(AlarmSettings(threshold=255.0, unit="grey")).threshold == 255.0


def test_the_alarm_gets_every_fused_frame_and_not_only_what_the_window_takes(parent: MeasureDock) -> None:
    alarm, raised = watching(parent, threshold=38.0)
    sink = QtSink(parent)
    sink.show_all_to(alarm.note)
    sink.begin(lambda: 4)
    for hottest in (41.2, 20.0, 20.0):
        sink(frame_of(scene(hottest)))
    assert sink.replaced == 2
    alarm.look(sink.take())
    assert raised == ["ALARM 41.2 °C, above 38.0 °C"]


@pytest.fixture
def window(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A window on 16 bit counts, paused at one second, its Measure dock open."""
    counts = [(29_000 + 8 * grey.astype(np.uint16)) for grey in counting_frames(50, colour=False)]
    ir = write_video(tmp_path / "raw_ir.mkv", counts)
    window = make_window(str(ir), str(write_video(tmp_path / "raw_vis.mkv", counting_frames(50))))
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_Space)
    window.controller.seek(1.0)
    qtbot.waitUntil(lambda: position(window) == 1.0)
    press(qtbot, window, Qt.Key.Key_F6, shift=True)
    return window


def panel(window: MainWindow) -> MeasureDock:
    return window.panels.measure.panel


def listed(window: MainWindow) -> list[str]:
    box = panel(window).list
    return [box.item(row).text() for row in range(box.count())]


def test_t_shows_spots_and_their_values_on_the_picture(window: MainWindow, qtbot: QtBot) -> None:
    tile = window.grid.tiles[Role.IR]
    before = tile.grab().toImage()
    press(qtbot, window, Qt.Key.Key_T)
    assert tile.grab().toImage() != before
    counts = window.controller.frame.thermal.counts
    qtbot.waitUntil(lambda: f"Hottest   {counts.max()}" in listed(window))
    assert f"Coldest   {counts.min()}" in listed(window)
    assert panel(window).shown.isChecked()
    press(qtbot, window, Qt.Key.Key_T)
    assert tile.grab().toImage() == before
    press(qtbot, window, Qt.Key.Key_T)
    assert window.preferences.has_spots


def test_a_spot_is_placed_moved_and_removed_by_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    add = panel(window).add
    add.setFocus()
    qtbot.keyClick(add, Qt.Key.Key_Space)
    marks = window.panels.measure.marks
    assert marks.placed == ((0.5, 0.5),)
    qtbot.waitUntil(lambda: any(line.startswith("Spot 1") for line in listed(window)))
    assert panel(window).across.isEnabled()
    across = panel(window).across
    across.setFocus()
    across.selectAll()
    qtbot.keyClicks(across, "20")
    qtbot.keyClick(across, Qt.Key.Key_Return)
    assert marks.placed == ((0.2, 0.5),)
    click(qtbot, panel(window).remove)
    assert marks.placed == ()


def test_a_spot_is_placed_where_the_right_button_is_pressed(window: MainWindow, qtbot: QtBot) -> None:
    tile = window.grid.tiles[Role.IR]
    picture = tile.picture_rect()
    at = QPoint(round(picture.x() + 0.25 * picture.width()), round(picture.y() + 0.5 * picture.height()))
    press_right(tile, at)
    (menu,) = (menu for menu in tile.findChildren(QMenu) if menu.isVisible())
    entry(menu, "Measure here").trigger()
    menu.close()
    ((x, y),) = window.panels.measure.marks.placed
    assert (x, y) == pytest.approx((0.25, 0.5), abs=0.01)
    assert window.all_actions["spots"].isChecked()


def test_an_alarm_marks_the_picture_and_starts_a_recording_if_it_is_to(
    window: MainWindow, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    box = panel(window)
    click_box(qtbot, box.alarm_on)
    qtbot.waitUntil(lambda: "does not measure" in box.state.text())
    box.unit.setCurrentIndex(box.unit.findData("counts"))
    box.unit.activated.emit(box.unit.currentIndex())
    qtbot.waitUntil(lambda: "No alarm" in box.state.text())
    before = window.grid.tiles[Role.IR].grab().toImage()
    box.threshold.setValue(29_001)
    qtbot.waitUntil(lambda: "ALARM" in box.state.text())
    assert window.grid.tiles[Role.IR].grab().toImage() != before
    assert any("thermal alarm" in record.message for record in caplog.records)
    qtbot.wait(200)
    assert window.recording.state is RecordingState.OFF
    click_box(qtbot, box.alarm_records)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.ON)
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)


def click_box(qtbot: QtBot, box: object) -> None:
    """Click the box itself; the words beside it may be far from the middle of the widget."""
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(9, box.height() // 2))  # type: ignore[attr-defined]


def test_spots_and_alarm_are_remembered(make_window: MakeWindow) -> None:
    first = make_window()
    first.all_actions["spots"].trigger()
    first.panels.measure.panel.alarm_changed.emit(AlarmSettings(threshold=77.0, unit="grey"))
    again = make_window()
    assert again.all_actions["spots"].isChecked()
    assert again.panels.measure.alarm.settings.threshold == 77.0


def test_placed_spots_go_with_the_pair_and_into_the_recording(make_window: MakeWindow, qtbot: QtBot) -> None:
    demo = ("synthetic:ir?size=128x96", "synthetic:vis?size=128x96")  # which loops, however slow the machine is
    window = make_window(*demo)
    wait_for(qtbot, window, State.PLAYING)
    window.panels.measure.marks.place([(0.25, 0.5)])
    window.all_actions["record"].trigger()
    qtbot.waitUntil(lambda: (status := window.recording.status()) is not None and status.written > 2)
    window.all_actions["record"].trigger()
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)
    folder = Path(window.controller.settings.recording.folder)
    assert all(row["spot_1"] for row in rows(next(folder.glob("*.mkv"))))
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    again = make_window(*demo)
    wait_for(qtbot, again, State.PLAYING)
    assert again.panels.measure.marks.placed == ((0.25, 0.5),)
    assert again.all_actions["spots_remove"].isEnabled()
    again.all_actions["forget_pair"].trigger()
    assert again.panels.measure.marks.placed == ()
