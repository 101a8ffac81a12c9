"""What the user keeps: recordings, snapshots, exports; and that none of it is ever lost or overwritten."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from tests.gui.actions import button, click, drop, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.told import wait_until_told
from tests.media import read_back
from tests.sessions import rows

DEMO = ("synthetic:ir?frames=60&size=64x48", "synthetic:vis?frames=60&size=64x48")


@pytest.fixture
def playing(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window that plays three seconds of demo."""
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    return window


def kept(window: MainWindow, suffix: str = ".mkv") -> list[Path]:
    return sorted(Path(window.controller.settings.recording.folder).glob(f"*{suffix}"))


def record(qtbot: QtBot, window: MainWindow, frames: int) -> None:
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.ON)
    qtbot.waitUntil(lambda: (now := window.recording.status()) is not None and now.written >= frames)


def finish(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)


def test_f9_records_what_is_fused(playing: MainWindow, qtbot: QtBot) -> None:
    record(qtbot, playing, 8)
    qtbot.waitUntil(lambda: "REC 00:00:0" in playing.status.field_text("recording"))
    finish(qtbot, playing)
    (path,) = kept(playing)
    pts, images = read_back(path)
    assert len(images) >= 8
    assert images[0].shape == (48, 64, 3)
    steps = np.diff(pts) / 0.05  # a busy machine skips frames, but the time of those left is theirs
    assert np.allclose(steps, np.rint(steps), atol=0.04)
    wait_until_told(qtbot, playing, Kind.DONE, str(path))


def test_a_recording_goes_on_over_a_seek_and_a_pause_without_a_jump_in_time(playing: MainWindow, qtbot: QtBot) -> None:
    record(qtbot, playing, 3)
    press(qtbot, playing, Qt.Key.Key_Home)
    press(qtbot, playing, Qt.Key.Key_Space)
    qtbot.wait(1500)
    press(qtbot, playing, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: playing.recording.status().written >= 9)
    finish(qtbot, playing)
    path = kept(playing)[0]
    steps = np.diff(read_back(path)[0])
    frames = np.diff([int(row["visible_frame"]) for row in rows(path)])
    assert steps.min() > 0.04
    on, back = frames > 0, frames <= 0
    assert np.allclose(steps[on], 0.05 * frames[on], atol=0.02)  # a busy machine skips frames: time goes as they do
    assert back.any()
    assert steps[back].max() < 1.2


def test_two_recordings_of_one_second_are_two_files(playing: MainWindow, qtbot: QtBot) -> None:
    for _ in range(2):
        record(qtbot, playing, 1)
        finish(qtbot, playing)
    assert len(kept(playing)) == 2


@pytest.mark.parametrize(
    ("action", "answer", "state"),
    [("demo", "Finish and open", State.PLAYING), ("close_pair", "Finish and close", State.EMPTY)],
)
def test_another_pair_or_none_ends_a_recording_only_after_a_question(
    playing: MainWindow, qtbot: QtBot, action: str, answer: str, state: State
) -> None:
    record(qtbot, playing, 3)
    playing.all_actions[action].trigger()
    assert isinstance(playing.commands.dialog, QMessageBox)
    click(qtbot, button(playing.commands.dialog, answer))
    wait_for(qtbot, playing, state, with_frame=False)
    qtbot.waitUntil(lambda: playing.recording.state is RecordingState.OFF)
    assert len(read_back(kept(playing)[0])[1]) >= 3


def test_dropping_another_pair_while_recording_asks_and_the_recording_may_go_on(
    playing: MainWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    record(qtbot, playing, 1)
    drop(playing, *clip)
    click(qtbot, button(playing.commands.dialog, "Go on recording"))
    assert playing.recording.state is RecordingState.ON
    assert playing.controller.settings.sources.ir == DEMO[0]
    assert not playing.controller.is_opening
    finish(qtbot, playing)


def test_closing_while_recording_asks_once_and_finishes_the_file(playing: MainWindow, qtbot: QtBot) -> None:
    record(qtbot, playing, 3)
    asked: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.text())
        click(qtbot, next(item for item in box.findChildren(QPushButton) if item.text() == "Finish and close"))

    QTimer.singleShot(100, answer)
    playing.close()
    qtbot.waitUntil(lambda: playing.is_closed)
    assert len(asked) == 1
    assert len(read_back(kept(playing)[0])[1]) >= 3


def test_a_signal_answers_the_question_whether_to_finish(playing: MainWindow, qtbot: QtBot) -> None:
    record(qtbot, playing, 3)
    playing.close()
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    playing.close()  # a second wish to close asks no second question
    assert playing.findChildren(QMessageBox) == [box]
    playing.close_at_once()
    qtbot.waitUntil(lambda: playing.is_closed)
    assert not playing.findChildren(QMessageBox)
    assert len(read_back(kept(playing)[0])[1]) >= 3
    assert not list(kept(playing)[0].parent.glob("*.recording"))


def test_closing_waits_for_a_recording_to_be_finished(
    playing: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion_app.gui.closing_controller.CLOSE_WITHIN_MS", 0)  # everything takes longer than that
    record(qtbot, playing, 3)
    playing.close_at_once()
    qtbot.waitUntil(lambda: playing.is_closed)
    assert playing.recording.state is RecordingState.OFF
    assert not list(kept(playing)[0].parent.glob("*.recording"))


def test_going_on_recording_keeps_the_window_open(playing: MainWindow, qtbot: QtBot) -> None:
    record(qtbot, playing, 1)
    playing.close()
    QApplication.activeModalWidget().reject()
    qtbot.wait(50)
    assert playing.isVisible()
    assert playing.recording.state is RecordingState.ON


def test_a_folder_that_cannot_be_written_is_said_and_the_picture_goes_on(
    playing: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "recordings").write_text("a file where the folder should be")
    press(qtbot, playing, Qt.Key.Key_F9)
    wait_until_told(qtbot, playing, Kind.ERROR, "recordings")
    assert playing.recording.state is RecordingState.OFF
    assert not playing.all_actions["record"].isChecked()
    assert playing.controller.state is State.PLAYING


@pytest.mark.parametrize("key", [Qt.Key.Key_S, Qt.Key.Key_F12])
def test_a_snapshot_keeps_the_fused_picture_and_its_sources(playing: MainWindow, qtbot: QtBot, key: Qt.Key) -> None:
    press(qtbot, playing, Qt.Key.Key_Space)
    frame = playing.controller.frame  # the one in view; on a slow machine another may still be in work
    press(qtbot, playing, key)
    wait_until_told(qtbot, playing, Kind.DONE)
    assert frame is not None
    images = {path.stem.split("-")[-1]: cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in kept(playing, ".png")}
    assert len(images) == 3
    assert np.array_equal(images.pop("ir"), frame.pair.ir.image)
    assert np.array_equal(images.pop("visible"), frame.pair.vis.image)
    assert np.array_equal(images.popitem()[1], frame.image)
