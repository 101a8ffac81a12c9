"""The small parts: mailbox, worker, status fields, preferences, painting."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QByteArray, QSettings
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from fusion_app.frames import Frame, FramePair, FusedFrame, Size
from fusion_app.gui.bars.bottom_bar import clock_text
from fusion_app.gui.bars.status_bar import StatusBar
from fusion_app.gui.bars.status_fields import Field, Level, size_text, source_field, status_fields
from fusion_app.gui.bars.theme import Theme
from fusion_app.gui.preferences import Preferences, RecentPair, short_name
from fusion_app.gui.session.bridge import QtSink
from fusion_app.gui.session.disk_left import DiskLeft
from fusion_app.gui.session.recording_controller import RecordingStatus
from fusion_app.gui.session.sharing import wants_same_device
from fusion_app.gui.session.worker import Worker
from fusion_app.gui.view.frame_view import FrameView
from fusion_app.gui.view.view_grid import Layout
from fusion_app.gui.view.zoom import Zoom
from fusion_app.run.runner import Pace
from fusion_app.run.telemetry import RunStatus
from fusion_app.session.overview import Losses, Overview, SourceOverview, look
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from fusion_app.sources.base import Phase, SourceInfo, SourceState


def fused(pts_s: float) -> FusedFrame:
    image = np.zeros((4, 6, 3), np.uint8)
    return FusedFrame(image, FramePair(Frame(image[..., 0], pts_s, 0), Frame(image, pts_s, 0)), image[..., 0])


def test_the_mailbox_keeps_the_newest_frame_and_wakes_once(qtbot: QtBot) -> None:
    sink, woken = QtSink(), []
    sink.arrived.connect(lambda: woken.append(1))
    thread = threading.Thread(target=lambda: [sink(fused(number)) for number in range(100)])
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(woken))
    assert len(woken) == 1
    assert sink.replaced == 99
    newest = sink.take()
    assert newest is not None
    assert newest.pts_s == 99
    assert sink.take() is None


def test_a_window_that_gives_way_is_woken_for_some_frames_and_still_finds_the_newest(qtbot: QtBot) -> None:
    sink, stride, shown = QtSink(), 3, []
    sink.begin(lambda: stride)
    sink.arrived.connect(lambda: shown.append(frame.pts_s) if (frame := sink.take()) else None)
    for number in range(1, 8):
        sink(fused(number))
    assert shown == [3, 6]
    assert sink.replaced == 4
    newest = sink.take()
    assert newest is not None
    assert newest.pts_s == 7
    stride = 1
    sink(fused(8))
    assert shown == [3, 6, 8]
    sink.begin(lambda: 1)
    assert sink.replaced == 0


def test_the_worker_keeps_the_order_and_answers_in_the_gui_thread(qtbot: QtBot) -> None:
    worker, answers = Worker(), []

    def fail() -> None:
        raise ValueError("no")

    def note(value: object) -> None:
        answers.append((str(value), threading.current_thread()))

    worker.submit(lambda: threading.current_thread().name, note)
    worker.submit(fail, note, note)
    worker.submit(lambda: "last", note)
    qtbot.waitUntil(lambda: len(answers) == 3)
    assert [value for value, _ in answers] == ["worker", "no", "last"]
    assert {thread for _, thread in answers} == {threading.main_thread()}
    assert worker.stop(60.0)


def test_preferences_survive_and_nonsense_is_ignored(tmp_path: Path) -> None:
    store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    preferences = Preferences(store)
    assert (preferences.theme, preferences.layout) == (Theme.SYSTEM, Layout.FUSED_BIG)
    preferences.theme, preferences.layout, preferences.geometry = Theme.LIGHT, Layout.THREE_UP, QByteArray(b"abc")
    preferences.remember(RecentPair("a", "b"))
    preferences.remember(RecentPair("c", "d"))
    preferences.remember(RecentPair("a", "b"))
    preferences.remember(RecentPair("rtsp://me:secret@cam/1", "camera:0"))
    store.sync()
    again = Preferences(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    assert (again.theme, again.layout, again.geometry) == (Theme.LIGHT, Layout.THREE_UP, QByteArray(b"abc"))
    assert again.recent == (RecentPair("a", "b"), RecentPair("c", "d"))
    assert b"secret" not in (tmp_path / "window.ini").read_bytes()
    for name in ("theme", "layout", "recent", "geometry"):
        store.setValue(name, "nonsense")
    assert (preferences.theme, preferences.layout, preferences.recent) == (Theme.SYSTEM, Layout.FUSED_BIG, ())


@pytest.mark.parametrize(
    ("uri", "name"),
    [("/a/b/ir.mp4", "b/ir.mp4"), ("camera:0", "camera:0"), ("rtsp://me:secret@cam/1", "rtsp://me:…@cam/1")],
)
def test_short_names_hide_passwords(uri: str, name: str) -> None:
    assert short_name(uri) == name


def test_losses_are_graded_with_a_glyph() -> None:
    demo = SourceSettings("synthetic:ir?size=32x32", "synthetic:vis?size=32x32")
    session = open_session(Settings(demo, FusionSettings(model="max")), Pace.PLAY)
    try:
        assert status_fields(look(session))["losses"].level is Level.PLAIN
        for number in range(98):
            session._telemetry.frame_fused(fused(number), 0.1)
        session._telemetry.frame_skipped()
        session._telemetry.frame_skipped()
        losses = status_fields(look(session))["losses"]
        assert (losses.text, losses.level) == ("skipped 2 (2.0 %)", Level.WARNING)
        for _ in range(10):
            session._telemetry.frame_skipped()
        assert status_fields(look(session))["losses"].level is Level.DANGER
        recording = RecordingStatus(3725.0, 1_234_567_890, 9, 0)
        assert status_fields(look(session, recording))["recording"].text == "● REC 01:02:05 1.23 GB"
        assert "dropped 4" in status_fields(look(session, replace(recording, dropped=4)))["recording"].text
        named = status_fields(look(session, replace(recording, encoder="NVENC")))["recording"].text
        assert named == "● REC 01:02:05 1.23 GB · NVENC"
        usual = status_fields(look(session, replace(recording, encoder="software")))["recording"].text
        assert usual == "● REC 01:02:05 1.23 GB"
    finally:
        session.close()


def test_what_was_lost_long_ago_is_counted_but_not_held_against_the_run() -> None:
    losses = Losses()
    assert losses.lately(0, 0, 0.0) == 0.0
    assert losses.lately(20, 80, 1.0) == 0.2
    assert losses.lately(20, 280, 9.0) == pytest.approx(20 / 300)
    assert losses.lately(20, 480, 20.0) == 0.0
    assert losses.lately(0, 1, 20.1) == 0.0  # another session
    source = SourceOverview(SourceInfo("a.mkv", Size(64, 48), 25.0), SourceState(Phase.OK))
    overview = Overview(source, source, RunStatus(fused=480, skipped=20), pace=Pace.PLAY, lost_lately=0.0)
    assert status_fields(overview)["losses"] == Field("skipped 20 (now 0.0 %)", Level.PLAIN)
    assert status_fields(replace(overview, lost_lately=0.2))["losses"].level is Level.DANGER
    assert status_fields(replace(overview, lost_lately=0.2, speed=2.0))["losses"].level is Level.PLAIN
    half = replace(overview, run=RunStatus(fused=480, fusion_fps=12.5))
    assert status_fields(half)["fusion"].level is Level.DANGER
    assert status_fields(replace(half, speed=0.5))["fusion"].level is Level.PLAIN


def test_pictures_that_are_files_of_their_own_have_no_rate() -> None:
    info = SourceInfo("folder", Size(64, 48), 25.0, frame_count=12, is_stills=True)
    stills = SourceOverview(info, SourceState(Phase.OK))
    assert source_field("VIS", stills).text == "VIS 64×48 12 images"
    assert source_field("VIS", replace(stills, info=replace(info, frame_count=1))).text == "VIS 64×48 1 image"
    slow = Overview(stills, stills, RunStatus(fused=9, fusion_fps=2.0), pace=Pace.PLAY)
    assert status_fields(slow)["fusion"].level is Level.PLAIN


def test_a_slow_camera_is_no_fault_and_fusion_is_measured_by_what_it_really_sends() -> None:
    info = SourceInfo("camera:0", Size(64, 48), 30.0, is_live=True)
    slow = SourceOverview(info, SourceState(Phase.OK, fps=9.0))
    assert source_field("VIS", slow) == Field("VIS 64×48 9 fps", Level.GOOD)
    fusing = Overview(slow, slow, RunStatus(fused=9, fusion_fps=9.0))
    assert status_fields(fusing)["fusion"].level is Level.PLAIN
    assert status_fields(replace(fusing, run=RunStatus(fused=9, fusion_fps=7.0)))["fusion"].level is Level.DANGER


def test_a_narrow_status_bar_leaves_out_what_is_well_and_keeps_what_is_wrong(qtbot: QtBot) -> None:
    bar = StatusBar()
    bar.setMinimumSize(1, 1)  # as in a window, which has a minimum of its own
    qtbot.addWidget(bar)
    bar.resize(2000, 24)
    bar.show()
    fields = {name: Field("a text of some length") for name in StatusBar.NAMES} | {
        "ir": Field("IR reconnecting in 4 s", Level.DANGER)
    }
    bar.show_fields(fields)
    assert all(label.isVisible() for label in bar.findChildren(QLabel) if label.text())
    bar.resize(900, 24)
    visible = {label.accessibleName().split(":")[0] for label in bar.findChildren(QLabel) if label.isVisible()}
    assert {"Infrared source", "Recording"} <= visible
    assert not {"Visible source", "Model and device"} & visible
    bar.resize(2000, 24)
    assert all(label.isVisible() for label in bar.findChildren(QLabel) if label.text())


def test_a_disk_that_does_not_answer_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()

    def usage(path: Path) -> object:
        assert path == tmp_path  # the folder itself comes with the first recording
        answer.wait(60)
        return type("Usage", (), {"free": 1234})

    monkeypatch.setattr("shutil.disk_usage", usage)
    disk, folder, started = DiskLeft(), tmp_path / "recordings" / "of today", time.monotonic()
    assert [disk.look(folder) for _ in range(50)] == [None] * 50  # who waited for the answer would have it
    assert [thread.name for thread in threading.enumerate()].count("disk") == 1
    answer.set()
    while disk.look(folder) is None:
        assert time.monotonic() - started < 60
        time.sleep(0.005)
    assert disk.look(folder) == 1234


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00.0"), (61.25, "1:01.2"), (3725.5, "1:02:05.5")])
def test_times_read_like_a_clock(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text


@pytest.mark.parametrize(("size", "text"), [(12, "12 B"), (1500, "2 kB"), (2_345_678, "2.3 MB")])
def test_sizes_are_for_people(size: int, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize("width", [61, 62, 63, 64])
@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_arrive_on_the_screen_unskewed_and_in_their_colours(qtbot: QtBot, width: int, channels: int) -> None:
    rng = np.random.default_rng(2)
    image = rng.integers(0, 255, (40, width, channels), np.uint8)
    view = FrameView("", "")
    qtbot.addWidget(view)
    view.resize(width, 40)
    view.show_image(image if channels == 3 else image[..., 0])
    shown = view.grab().toImage()
    for x, y in ((0, 39), (width - 1, 39), (width // 2, 35)):
        colour = shown.pixelColor(x, y)
        expected = image[y, x][::-1] if channels == 3 else np.repeat(image[y, x], 3)
        assert (colour.red(), colour.green(), colour.blue()) == tuple(expected.tolist())


def test_the_view_stays_inside_the_picture() -> None:
    assert Zoom(0.2, 0.9, 0.9).within() == Zoom(1.0, 0.5, 0.5)
    assert Zoom(4.0, 0.0, 1.0).within() == Zoom(4.0, 0.125, 0.875)


@pytest.mark.parametrize(
    ("then", "is_shared"),
    [
        (("camera:Webcam", "camera:Thermal"), True),  # of other names, but who knows
        (("split:left:rtsp://a/1", "split:right:rtsp://a/1"), True),
        (("rtsp://b/1", "rtsp://c/1"), False),
        (("ir.mkv", "vis.mkv"), False),
        (("split:", "split:split:nowhere"), False),
    ],
)
def test_a_camera_that_both_pairs_want_is_let_go_of_first(then: tuple[str, str], is_shared: bool) -> None:
    now = SourceSettings("rtsp://a/1", "camera:0")
    assert wants_same_device(now, SourceSettings(*then)) is is_shared
