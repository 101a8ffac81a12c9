"""The window opens what it has recorded itself: from any of its files, however they are handed over."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.dialogs.pair import OpenPairDialog
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.view_grid import Role
from tests.gui.actions import button, click, drop, press, wait_for
from tests.gui.conftest import MakeWindow

DEMO = ("synthetic:ir?frames=60&size=64x48", "synthetic:vis?frames=60&size=64x48")
SUFFIXES = (".mkv", ".yaml", ".csv")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the recording of the first test waits for the others."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def recording(make_window: MakeWindow, qtbot: QtBot, kept: Path, tmp_path: Path) -> Path:
    """A recording that the window has made, in a folder of the test's own; the window is closed again."""
    if not any(kept.iterdir()):
        made = record_in(make_window, qtbot)
        for suffix in SUFFIXES:
            shutil.copy2(made.with_suffix(suffix), kept)
    shutil.copytree(kept, tmp_path / "recordings", dirs_exist_ok=True)
    (path,) = (tmp_path / "recordings").glob("*.mkv")
    return path


def record_in(make_window: MakeWindow, qtbot: QtBot) -> Path:
    """Let a window record a few frames of the demo, and close it."""
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: (now := window.recording.status()) is not None and now.written >= 5)
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    (path,) = Path(window.controller.settings.recording.folder).glob("*.mkv")
    return path


def is_open(window: MainWindow, path: Path) -> bool:
    sources = window.controller.settings.sources
    return window.controller.session is not None and (sources.ir, sources.vis) == (f"{path}#ir", f"{path}#visible")


def drop_it(_: QtBot, window: MainWindow, path: Path) -> None:
    drop(window, path)


def drop_it_on_a_tile(_: QtBot, window: MainWindow, path: Path) -> None:
    drop(window.grid.tiles[Role.IR], path)


def type_it(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    press(qtbot, window, Qt.Key.Key_O, ctrl=True)
    dialog = window.commands.dialog
    assert isinstance(dialog, OpenPairDialog)
    dialog.ir_field.clear()
    dialog.vis_field.clear()
    qtbot.keyClicks(dialog.ir_field, str(path))
    click(qtbot, dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open))


@pytest.mark.parametrize(
    ("hand_over", "suffix"),
    [*((drop_it, suffix) for suffix in SUFFIXES), (drop_it_on_a_tile, ".csv"), (type_it, ".mkv"), (type_it, ".yaml")],
)
def test_any_file_of_a_recording_opens_it(
    make_window: MakeWindow,
    qtbot: QtBot,
    recording: Path,
    suffix: str,
    hand_over: Callable[[QtBot, MainWindow, Path], None],
) -> None:
    window = make_window()
    hand_over(qtbot, window, recording.with_suffix(suffix))
    qtbot.waitUntil(lambda: is_open(window, recording))
    wait_for(qtbot, window, State.PLAYING)
    assert window.preferences.rigs[0].path == str(recording)
    assert window.windowTitle().startswith(f"{recording.parent.name}/{recording.name} —")


def test_all_files_of_a_recording_dropped_together_are_one(
    make_window: MakeWindow, qtbot: QtBot, recording: Path
) -> None:
    window = make_window()
    drop(window, *(recording.with_suffix(suffix) for suffix in SUFFIXES))
    qtbot.waitUntil(lambda: is_open(window, recording))
    wait_for(qtbot, window, State.PLAYING)


def test_a_recording_is_one_click_away_afterwards(make_window: MakeWindow, qtbot: QtBot, recording: Path) -> None:
    window = make_window()
    drop(window, recording)
    qtbot.waitUntil(lambda: is_open(window, recording))
    wait_for(qtbot, window, State.PLAYING)
    before = window.controller.settings.recording
    window.controller.close()
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    QApplication.processEvents()
    click(qtbot, button(window.card, f"{recording.parent.name}/{recording.name}"))
    qtbot.waitUntil(lambda: is_open(window, recording))
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.settings.recording == before


@pytest.mark.parametrize("suffix", [".yaml", ".csv"])
def test_what_lies_beside_a_recording_that_is_gone_says_so(
    make_window: MakeWindow, qtbot: QtBot, recording: Path, suffix: str
) -> None:
    recording.unlink()
    window = make_window()
    drop(window, recording.with_suffix(suffix))
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    assert f"belongs to the recording {recording.name}, which is not beside it" in window.banner.text
    assert not window.preferences.rigs
