"""What is exported: the range and model that are asked for, as `fuse` does it, with an end that is always told."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fusion_app.cli import main
from fusion_app.errors import EngineError, OutOfMemoryError, PairingError, RecordingError, SourceError
from fusion_app.gui.dialogs.export import ExportDialog
from fusion_app.gui.dialogs.export_range import Range, read_time
from fusion_app.gui.dialogs.export_words import way_on
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from fusion_app.recording.frame_log import markers_of
from tests.gui.actions import button, click, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.media import read_back


@pytest.fixture
def export(make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]) -> ExportDialog:
    """The export dialog over a window that shows a clip of 25 frames."""
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_E, ctrl=True)
    assert isinstance(window.commands.dialog, ExportDialog)
    assert window.controller.state is State.PAUSED
    return window.commands.dialog


@pytest.fixture
def long_export(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> ExportDialog:
    """The export dialog over a window that plays 5000 frames, into ``part.mkv``."""
    window = make_window(*(f"synthetic:{camera}?frames=5000&size=320x256" for camera in ("ir", "vis")))
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["export"].trigger()
    dialog = window.commands.dialog
    assert isinstance(dialog, ExportDialog)
    dialog.form.output.setText(str(tmp_path / "part.mkv"))
    return dialog


def test_an_export_has_every_frame_at_its_time(export: ExportDialog, qtbot: QtBot, clip: tuple[str, str]) -> None:
    output = Path(export.form.output.text())
    assert output.parent == Path(clip[1]).parent
    with qtbot.waitSignal(export.exported):
        click(qtbot, button(export, "Export"))
    pts, images = read_back(output)
    assert pts == read_back(Path(clip[1]))[0]
    assert len(images) == 25


def test_an_export_replaces_a_file_only_when_told_to(export: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    existing = tmp_path / "existing.mp4"
    existing.write_text("precious")
    export.form.output.setText(str(existing))
    assert not button(export, "Export").isEnabled()
    assert "exists already" in export.form.message.text()
    export.form.replace_box.setChecked(True)
    with qtbot.waitSignal(export.exported):
        click(qtbot, button(export, "Export"))
    assert len(read_back(existing)[1]) == 25


def test_a_cancelled_export_is_playable_or_can_be_deleted_and_done_anew(
    long_export: ExportDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog, part = long_export, tmp_path / "part.mkv"
    click(qtbot, button(dialog, "Export"))
    qtbot.waitUntil(lambda: "of 5000 frames" in dialog.form.message.text())
    click(qtbot, button(dialog, "Cancel"))
    qtbot.waitUntil(lambda: "Stopped after" in dialog.form.message.text())
    count = int(dialog.form.message.text().split()[2])
    assert len(read_back(part)[1]) == count
    assert "export" not in {thread.name for thread in threading.enumerate()}
    assert not button(dialog, "Export").isEnabled()  # the file is there now
    click(qtbot, button(dialog, "Delete what was exported"))
    assert not part.exists()
    type_range(dialog, "0", "0:00.5")
    with qtbot.waitSignal(dialog.exported):
        click(qtbot, button(dialog, "Export"))
    assert len(read_back(part)[1]) == 10


def test_an_export_that_outlives_its_window_says_nothing_to_it(
    export: ExportDialog, qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The monkey: the worker that waits for the export is busy, and the window closes without it."""
    monkeypatch.setattr("fusion_app.gui.closing_controller.CLOSE_WITHIN_MS", 50)
    begun, go_on = threading.Event(), threading.Event()

    def fuse_slowly(*_: object) -> None:
        begun.set()
        go_on.wait(120)
        raise RecordingError("cancelled")

    monkeypatch.setattr("fusion_app.gui.dialogs.export_work.fuse_recordings", fuse_slowly)
    window = export.parentWidget()
    assert isinstance(window, MainWindow)
    window.worker.submit(lambda: go_on.wait(120))
    export.start()
    assert export._work is not None
    thread = export._work._thread
    assert begun.wait(30)
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    export.setParent(None)
    export.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    go_on.set()
    thread.join(30)  # an exception in it fails the test
    assert not thread.is_alive()


def type_range(dialog: ExportDialog, begin: str, end: str) -> None:
    """Type two times."""
    dialog.form.range.begins.setEditText(begin)
    dialog.form.range.ends.setEditText(end)


def test_a_range_is_exported_as_fuse_does_it(
    export: ExportDialog, qtbot: QtBot, clip: tuple[str, str], tmp_path: Path
) -> None:
    here, there = tmp_path / "window.mkv", tmp_path / "headless.mkv"
    export.form.output.setText(str(here))
    type_range(export, "0:00.2", "0:00.600")
    with qtbot.waitSignal(export.exported):
        click(qtbot, button(export, "Export"))
    ends = ("--start", "0.2", "--end", "0.6")
    assert main(["fuse", *clip, "-o", str(there), "--model", "max", *ends, "--quiet"]) == 0
    (pts, images), (same_pts, same_images) = read_back(here), read_back(there)
    assert len(images) == 10
    assert pts == pytest.approx(same_pts)
    assert all(np.array_equal(one, other) for one, other in zip(images, same_images, strict=True))


def test_a_range_that_makes_no_sense_says_why(export: ExportDialog, qtbot: QtBot) -> None:
    for begin, end, words in (
        ("0:00.5", "0:00.5", "ends before it begins"),
        ("soon", "0:00.5", "minutes:seconds"),
        ("7", "9", "behind the end"),
    ):
        type_range(export, begin, end)
        assert words in export.form.message.text()
        assert not button(export, "Export").isEnabled()
    type_range(export, "0", "0:00.5")
    assert button(export, "Export").isEnabled()
    assert not export.form.message.text()


def test_the_frame_in_view_and_the_markers_can_be_chosen(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make_window("synthetic:ir?frames=60&size=64x48", "synthetic:vis?frames=60&size=64x48")
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F9)
    for count in (4, 8, 12):
        qtbot.waitUntil(lambda n=count: (now := window.recording.status()) is not None and now.written >= n)
        press(qtbot, window, Qt.Key.Key_F9, shift=count < 12)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)
    (path,) = (tmp_path / "recordings").glob("*.mkv")
    window.commands.open_dropped([str(path)])
    qtbot.waitUntil(lambda: str(path) in window.controller.settings.sources.ir)
    wait_for(qtbot, window, State.PLAYING)
    qtbot.waitUntil(lambda: window.controller.position_s > 0)  # the first frame is the beginning, and offered as that
    window.all_actions["export"].trigger()
    dialog = window.commands.dialog
    assert isinstance(dialog, ExportDialog)
    begins, ends = dialog.form.range.begins, dialog.form.range.ends
    ending = Qt.MatchFlag.MatchEndsWith
    qtbot.waitUntil(lambda: begins.findText("Marker 2", ending) > 0)
    assert begins.findText("Frame in view", ending) == 1
    begins.setCurrentIndex(begins.findText("Marker 1", ending))
    ends.setCurrentIndex(ends.findText("Marker 2", ending))
    job = dialog.job
    marked = markers_of(path.with_suffix(".csv"))
    assert [job.start_s, job.end_s] == pytest.approx([at for at, _ in marked], abs=0.001)
    dialog.reject()


def test_how_long_it_takes_is_said_before(export: ExportDialog, qtbot: QtBot, clip: tuple[str, str]) -> None:
    qtbot.waitUntil(lambda: export.form.estimate.text().startswith("About "))
    assert "kB" in export.form.estimate.text() or " B" in export.form.estimate.text()
    assert "max" in export.form.estimate.text()
    assert not Path(export.form.output.text()).exists()
    whole = export.form.range.range
    assert whole == Range(0.0, None)
    type_range(export, "0:00", "0:00.5")
    assert export.form.range.part_of(whole) == pytest.approx(0.5, abs=0.03)
    export.reject()


def test_the_model_is_that_of_the_screen_or_another(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["mode_blend"].trigger()
    qtbot.waitUntil(lambda: window.controller.settings.fusion.mode == "blend")
    window.all_actions["export"].trigger()
    dialog = window.commands.dialog
    assert isinstance(dialog, ExportDialog)
    assert dialog.form.model.currentText() == "Blend"
    assert dialog.job.settings == window.controller.settings
    dialog.form.model.setCurrentText("average")
    assert (dialog.job.settings.fusion.mode, dialog.job.settings.fusion.model) == ("network", "average")
    dialog.reject()


def test_a_paused_export_waits_and_goes_on(long_export: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = long_export
    click(qtbot, button(dialog, "Export"))
    qtbot.waitUntil(lambda: "of 5000 frames" in dialog.form.message.text())
    work = dialog._work
    assert work is not None
    click(qtbot, button(dialog, "Pause"))
    held = work.done
    qtbot.waitUntil(lambda: "Paused" in dialog.form.message.text())
    qtbot.wait(300)
    assert work.done <= held + 1  # the frame that was in work
    click(qtbot, button(dialog, "Go on"))
    qtbot.waitUntil(lambda: work.done > held + 3)
    click(qtbot, button(dialog, "Pause"))
    click(qtbot, button(dialog, "Cancel"))
    qtbot.waitUntil(lambda: "Stopped after" in dialog.form.message.text())
    dialog.reject()


def test_after_an_error_the_dialog_names_a_way_on_and_takes_it(
    export: ExportDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    export.form.output.setText(str(tmp_path / "film.xyz"))
    click(qtbot, button(export, "Export"))
    qtbot.waitUntil(lambda: not export.is_exporting)
    assert "say .mkv or .mp4" in export.form.message.text()
    assert "Choose another file above" in export.form.message.text()
    export.form.output.setText(str(tmp_path / "film.mkv"))
    with qtbot.waitSignal(export.exported):
        click(qtbot, button(export, "Try again"))
    assert len(read_back(tmp_path / "film.mkv")[1]) == 25


@pytest.mark.parametrize(
    "error",
    [
        OutOfMemoryError("no memory"),
        EngineError("no engine"),
        RecordingError("no disk"),
        PairingError("no pair"),
        SourceError("a.mkv", "is damaged"),
        ValueError("nobody expected this"),
    ],
)
def test_each_kind_of_error_has_a_way_on(error: Exception) -> None:
    assert way_on(error).endswith(".")


@pytest.mark.parametrize(
    ("text", "seconds"), [("1:02.5", 62.5), ("62,5", 62.5), ("1:00:00", 3600.0), ("0:05.200  Marker 1", 5.2)]
)
def test_a_time_is_read_as_people_write_it(text: str, seconds: float) -> None:
    assert read_time(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "1:", "-3", "9" * 12, "1:2:3:4"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_time(text) is None
