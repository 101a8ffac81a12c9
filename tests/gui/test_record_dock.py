"""Recording from the window: what, how, pause, markers, parts; a full disk; and what an earlier run left unfinished."""

from dataclasses import replace
from pathlib import Path

import av
import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.docks.record import RecordDock
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from fusion_app.recording import unfinished_recordings
from tests.gui.actions import button, click, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.told import told, wait_until_told
from tests.media import counting_frames, read_back, write_video
from tests.sessions import rows

DEMO = ("synthetic:ir?frames=9999&size=64x48", "synthetic:vis?frames=9999&size=64x48")
PERIOD_S = 0.05
ENDLESS_MB = 10**9


@pytest.fixture
def playing(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window that plays, with its Record dock open."""
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F7)
    qtbot.waitUntil(window.docks.record.isVisible)
    return window


def panel(window: MainWindow) -> RecordDock:
    return window.docks.record


def folder(window: MainWindow) -> Path:
    return Path(window.controller.settings.recording.folder)


def titles(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [stream.metadata.get("title", "") for stream in container.streams.video]


def start(qtbot: QtBot, window: MainWindow, frames: int) -> None:
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.ON)
    qtbot.waitUntil(lambda: window.recording.status().written >= frames)


def finish(qtbot: QtBot, window: MainWindow) -> Path:
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)
    return min(folder(window).glob("*.mkv"), key=lambda path: path.stem)  # before its parts, whose names are longer


def test_the_dock_chooses_what_is_recorded_and_the_last_track_stays(playing: MainWindow, qtbot: QtBot) -> None:
    for name in ("visible", "fused"):
        panel(playing).tracks[name].click()
    panel(playing).tracks["ir"].click()  # nothing else would be left
    assert panel(playing).tracks["ir"].isChecked()
    assert set(playing.controller.settings.recording.tracks) - {"audio"} == {"ir"}
    start(qtbot, playing, 3)
    qtbot.waitUntil(lambda: not panel(playing).tracks["ir"].isEnabled())
    assert titles(finish(qtbot, playing)) == ["ir"]


def test_the_dock_tells_time_size_file_and_disk(playing: MainWindow, qtbot: QtBot) -> None:
    assert "Off" in panel(playing).state.text()
    start(qtbot, playing, 3)
    qtbot.waitUntil(lambda: "●  Recording" in panel(playing).state.text())
    assert ".mkv" in panel(playing).state.text()
    assert "disk" in panel(playing).state.text()
    qtbot.waitUntil(lambda: playing.status.field_text("disk").startswith("disk"))
    finish(qtbot, playing)
    qtbot.waitUntil(lambda: playing.status.field_text("recording") == "")
    assert playing.status.field_text("disk").startswith("disk")  # before the next recording is the time to know it


def test_f10_leaves_out_what_comes_until_it_is_pressed_again(playing: MainWindow, qtbot: QtBot) -> None:
    start(qtbot, playing, 5)
    press(qtbot, playing, Qt.Key.Key_F10)
    assert playing.recording.state is RecordingState.PAUSED
    assert playing.all_actions["record_pause"].isChecked()
    qtbot.waitUntil(lambda: "paused" in playing.status.field_text("recording"))
    paused_at_s = playing.controller.position_s
    qtbot.waitUntil(lambda: playing.controller.position_s > paused_at_s + 1.5)
    held = playing.recording.status().written
    press(qtbot, playing, Qt.Key.Key_F10)
    qtbot.waitUntil(lambda: playing.recording.status().written > held + 3)
    path = finish(qtbot, playing)
    frames = [int(row["visible_frame"]) for row in rows(path)]
    pts, _ = read_back(path)
    shown_s = (frames[-1] - frames[0]) * PERIOD_S
    assert shown_s - (pts[-1] - pts[0]) > 1.4  # what came meanwhile is in neither the pictures nor the time


def test_a_marker_is_a_chapter_and_a_new_file_can_be_begun(playing: MainWindow, qtbot: QtBot) -> None:
    start(qtbot, playing, 3)
    press(qtbot, playing, Qt.Key.Key_F9, shift=True)
    assert "Marker 1" in playing.status.currentMessage()
    written = playing.recording.status().written
    qtbot.waitUntil(lambda: playing.recording.status().written > written + 3)
    playing.all_actions["record_split"].trigger()
    qtbot.waitUntil(lambda: playing.recording.status().part == 2)
    first = finish(qtbot, playing)
    with av.open(str(first)) as container:
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["Marker 1"]
    assert len(list(folder(playing).glob("*.mkv"))) == 2


def test_pause_and_marker_are_offered_only_while_recording(playing: MainWindow, qtbot: QtBot) -> None:
    names = ("record_pause", "marker", "record_split")
    assert not any(playing.all_actions[name].isEnabled() for name in names)
    start(qtbot, playing, 1)
    assert all(playing.all_actions[name].isEnabled() for name in names)
    finish(qtbot, playing)
    assert not any(playing.all_actions[name].isEnabled() for name in names)


def test_what_was_seen_before_the_start_is_recorded_with_a_pre_roll(playing: MainWindow, qtbot: QtBot) -> None:
    spin = panel(playing).preroll_s
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "2")
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert playing.controller.settings.recording.preroll_s == 2.0
    qtbot.waitUntil(lambda: "2 of 2 s from before" in panel(playing).state.text())
    press(qtbot, playing, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: playing.recording.state is RecordingState.ON)
    pts, _ = read_back(finish(qtbot, playing))
    assert pts[-1] - pts[0] > 1.0


def test_a_disk_that_fills_up_is_told_once(playing: MainWindow, qtbot: QtBot) -> None:
    settings = playing.controller.settings.recording
    playing.recording.use(replace(settings, warn_free_mb=ENDLESS_MB))
    start(qtbot, playing, 3)
    qtbot.waitUntil(lambda: "left on the disk" in playing.banner.text)
    assert [item.text() for item in playing.banner.buttons] == ["Open folder"]
    playing.banner.clear()
    looks: list[object] = []
    playing.watch.looked.connect(looks.append)
    qtbot.waitUntil(lambda: len(looks) > 5)
    assert len([text for text in told(playing, Kind.NOTICE) if "left on the disk" in text]) == 1
    finish(qtbot, playing)


def test_a_recording_that_must_end_says_so_and_the_picture_goes_on(playing: MainWindow, qtbot: QtBot) -> None:
    settings = playing.controller.settings.recording
    playing.recording.use(replace(settings, stop_free_mb=ENDLESS_MB))
    press(qtbot, playing, Qt.Key.Key_F9)
    wait_until_told(qtbot, playing, Kind.ERROR, "free some space")
    assert [item.text() for item in playing.banner.buttons] == ["Open folder"]
    qtbot.waitUntil(lambda: playing.recording.state is RecordingState.OFF)
    assert playing.controller.state is State.PLAYING


@pytest.fixture
def unfinished(tmp_path: Path) -> Path:
    """A recording whose program has died."""
    (tmp_path / "recordings").mkdir()
    path = write_video(tmp_path / "recordings" / "recording-1.mkv", counting_frames(10))
    path.with_suffix(".recording").touch()
    return path


def test_an_unfinished_recording_is_offered_at_the_start_and_recovered(
    make_window: MakeWindow, qtbot: QtBot, unfinished: Path
) -> None:
    window = make_window(*DEMO)
    window.offer_recovery()
    wait_for(qtbot, window, State.PLAYING)
    qtbot.waitUntil(lambda: window.banner.kind is Kind.QUESTION)
    assert unfinished.name in window.banner.text
    window.all_actions["demo"].trigger()
    wait_for(qtbot, window, State.PLAYING)
    assert window.banner.kind is Kind.QUESTION
    click(qtbot, button(window.banner, "Recover"))
    wait_until_told(qtbot, window, Kind.DONE)
    assert len(read_back(unfinished)[1]) == 10
    assert not unfinished_recordings(unfinished.parent)


def test_an_unfinished_recording_can_be_left_as_it_is(make_window: MakeWindow, qtbot: QtBot, unfinished: Path) -> None:
    content = unfinished.read_bytes()
    window = make_window()
    window.offer_recovery()
    qtbot.waitUntil(lambda: window.banner.kind is Kind.QUESTION)
    click(qtbot, button(window.banner, "Leave as it is"))
    qtbot.waitUntil(lambda: not unfinished_recordings(unfinished.parent))
    assert unfinished.read_bytes() == content
    assert window.banner.kind is None


def test_nothing_is_asked_where_nothing_was_left(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    window.offer_recovery()
    qtbot.wait(200)
    assert window.banner.kind is None
