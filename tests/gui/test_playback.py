"""Files are played faster and slower, in part and over and over; along their time markers and losses are seen."""

import itertools
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from fusion_app.gui.dialogs.export import ExportDialog
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from fusion_app.recording.moments import Moment
from tests.gui.actions import click, position, press, wait_for
from tests.gui.conftest import MakeWindow

LONG = ("synthetic:ir?frames=500&size=64x48", "synthetic:vis?frames=500&size=64x48")
"""25 seconds, so that nothing ends by itself."""


@pytest.fixture
def paused(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """A window that is paused at one second of a long pair."""
    window = make_window(*LONG)
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["loop"].setChecked(False)
    press(qtbot, window, Qt.Key.Key_Space)
    go_to(qtbot, window, 1.0)
    return window


def go_to(qtbot: QtBot, window: MainWindow, at_s: float) -> None:
    """Seek, and wait for the frame."""
    window.controller.seek(at_s)
    qtbot.waitUntil(lambda: window.controller.frame is not None and position(window) == at_s)


def test_brackets_change_the_speed_and_backspace_makes_it_plain_again(paused: MainWindow, qtbot: QtBot) -> None:
    seen = []
    for key in (*[Qt.Key.Key_BracketRight] * 3, Qt.Key.Key_Backspace, *[Qt.Key.Key_BracketLeft] * 3):
        press(qtbot, paused, key)
        assert paused.controller.session is not None
        seen.append((paused.controller.session.runner.speed, paused.bottom.transport.speed.text()))
    assert seen == [(2.0, "2×"), (4.0, "4×"), (4.0, "4×"), (1.0, "1×"), (0.5, "½×"), (0.25, "¼×"), (0.25, "¼×")]
    assert [one.text() for one in paused.all_actions.group("speed") if one.isChecked()] == ["¼×"]


def test_another_pair_is_played_plainly_and_whole(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_BracketRight)
    press(qtbot, paused, Qt.Key.Key_I, shift=True)
    assert paused.controller.part == (1.0, None)
    with qtbot.waitSignal(paused.controller.opened):
        paused.commands.swap()
    assert paused.controller.part == paused.bottom.transport.slider.part == (0.0, None)
    assert paused.controller.session is not None
    assert paused.controller.session.runner.speed == 1.0


def test_a_part_is_chosen_by_keys_and_by_buttons_and_a_loop_stays_in_it(paused: MainWindow, qtbot: QtBot) -> None:
    buttons = {item.accessibleName(): item for item in paused.bottom.transport.findChildren(QToolButton)}
    press(qtbot, paused, Qt.Key.Key_I, shift=True)
    go_to(qtbot, paused, 4.0)
    click(qtbot, buttons["Part ends here"])
    begin_s, end_s = paused.controller.part
    assert begin_s == 1.0
    assert end_s == pytest.approx(4.0 + 1 / 20)  # the frame in view is the last of it
    seen: list[float] = []
    paused.controller.frame_changed.connect(lambda fused: seen.append(fused.pts_s))
    paused.all_actions["loop"].setChecked(True)
    press(qtbot, paused, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any(after < before for before, after in itertools.pairwise(seen)))
    back = next(after for before, after in itertools.pairwise(seen) if after < before)
    assert 1.0 <= back < 4.0


def test_an_end_before_the_begin_forgets_the_begin_and_the_other_way_round(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_I, shift=True)
    go_to(qtbot, paused, 0.5)
    press(qtbot, paused, Qt.Key.Key_O, shift=True)
    assert paused.controller.part == (0.0, pytest.approx(0.55))
    go_to(qtbot, paused, 2.0)
    press(qtbot, paused, Qt.Key.Key_I, shift=True)
    assert paused.controller.part == (2.0, None)
    press(qtbot, paused, Qt.Key.Key_Backspace, shift=True)
    assert paused.controller.part == (0.0, None)


def test_the_part_is_what_an_export_offers_at_first(paused: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, paused, Qt.Key.Key_I, shift=True)
    go_to(qtbot, paused, 1.5)
    press(qtbot, paused, Qt.Key.Key_O, shift=True)
    paused.all_actions["export"].trigger()
    dialog = paused.commands.dialog
    assert isinstance(dialog, ExportDialog)
    assert (dialog.job.start_s, dialog.job.end_s) == (1.0, pytest.approx(1.55))
    dialog.reject()


def test_markers_of_a_recording_lie_along_its_time_and_say_what_they_are(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make_window(*LONG)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F9)
    for count in (4, 8):
        qtbot.waitUntil(lambda n=count: (now := window.recording.status()) is not None and now.written >= n)
        press(qtbot, window, Qt.Key.Key_F9, shift=count < 8)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)
    (path,) = (tmp_path / "recordings").glob("*.mkv")
    window.commands.open_dropped([str(path)])
    timeline = window.bottom.transport.slider
    qtbot.waitUntil(lambda: len(timeline.moments) > 0)
    (marker,) = [one for one in timeline.moments if not one.lost]
    qtbot.waitUntil(lambda: timeline.maximum() < 25_000)  # the recording's own length
    assert timeline.words_of(marker) == "Marker 1"
    assert timeline.moment_near(timeline.place_of(marker.at_s)) == marker
    assert timeline.words_of(Moment(1.0, lost=12)) == "12 frames are missing here"
