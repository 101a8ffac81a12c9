"""Settings: nothing changes before OK, nothing wrong is taken, conflicts of keys are told, and all is kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PyQt6.QtCore import QSettings, Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from fusion_app.gui.application_settings import (
    SCALES,
    DeviceSettings,
    keep_scale,
    recall_keys,
    recall_scale,
)
from fusion_app.gui.bars.actions import COMMANDS
from fusion_app.gui.bars.theme import Theme
from fusion_app.gui.dialogs.settings import SettingsDialog
from fusion_app.gui.dialogs.settings_pages import DevicesPage, FoldersPage, GeneralPage, RecordingPage
from fusion_app.gui.dialogs.shortcuts_page import ShortcutsPage
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.settings import FusionSettings
from tests.gui.actions import click, press, wait_for
from tests.gui.conftest import MakeWindow


def ask(qtbot: QtBot, window: MainWindow) -> SettingsDialog:
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = window.commands.dialog
    assert isinstance(dialog, SettingsDialog)
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def page(dialog: SettingsDialog, kind: type) -> object:
    found = next(one for one in dialog.pages if isinstance(one, kind))
    dialog.tabs.setCurrentWidget(found)
    return found


def ok(qtbot: QtBot, dialog: SettingsDialog) -> None:
    click(qtbot, dialog.box.button(QDialogButtonBox.StandardButton.Ok))


def type_key(qtbot: QtBot, shortcuts: ShortcutsPage, command: str, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
    """Choose a command in the table and type its new key."""
    shortcuts.table.setCurrentCell([item.name for item in COMMANDS].index(command), 0)
    shortcuts.field.setFocus()
    qtbot.keyClick(shortcuts.field, key, held)
    shortcuts.field.editingFinished.emit()


def test_what_is_chosen_is_taken_with_ok_and_kept(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make_window()
    dialog = ask(qtbot, window)
    general = page(dialog, GeneralPage)
    assert isinstance(general, GeneralPage)
    general.theme.setCurrentIndex(general.theme.findData(Theme.LIGHT))
    general.scale.setValue(150)
    folders = page(dialog, FoldersPage)
    assert isinstance(folders, FoldersPage)
    folders.recordings.setText(str(tmp_path / "elsewhere"))
    recording = page(dialog, RecordingPage)
    assert isinstance(recording, RecordingPage)
    recording.quality.setCurrentIndex(recording.quality.findData(28))
    recording.preroll_s.setValue(4)
    recording.tracks["visible"].setChecked(False)
    devices = page(dialog, DevicesPage)
    assert isinstance(devices, DevicesPage)
    devices.threads.setValue(3)
    assert window.preferences.theme is not Theme.LIGHT
    ok(qtbot, dialog)
    assert window.preferences.theme is Theme.LIGHT
    used = window.controller.settings
    assert used.recording.folder == str(tmp_path / "elsewhere")
    assert (used.recording.quality, used.recording.preroll_s) == (28, 4.0)
    assert used.recording.tracks == ("fused", "ir", "audio")
    assert used.fusion.threads == 3
    assert window.docks.record.folder.text() == str(tmp_path / "elsewhere")
    again = make_window()
    assert again.controller.settings.recording.quality == 28
    assert again.controller.settings.fusion.threads == 3
    assert again.settings_controller.settings.ui_scale == 150


def test_cancel_changes_nothing(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    before = window.settings_controller.settings
    dialog = ask(qtbot, window)
    general = page(dialog, GeneralPage)
    assert isinstance(general, GeneralPage)
    general.scale.setValue(200)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.commands.dialog is None
    assert window.settings_controller.settings == before


@pytest.mark.parametrize("folder", ["relative/place", "FILE"])
def test_a_folder_that_cannot_be_one_is_not_taken(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "a.txt").write_text("no folder")
    window = make_window()
    before = window.controller.settings.recording
    dialog = ask(qtbot, window)
    folders = page(dialog, FoldersPage)
    assert isinstance(folders, FoldersPage)
    folders.recordings.setText(folder.replace("FILE", str(tmp_path / "a.txt" / "inside")))
    dialog.tabs.setCurrentIndex(0)
    ok(qtbot, dialog)
    assert dialog.isVisible()
    assert dialog.tabs.currentWidget() is folders
    assert dialog.focusWidget() is folders.recordings
    assert "choose" in dialog.told.text()
    assert window.controller.settings.recording == before
    dialog.reject()


def test_nothing_to_record_is_not_taken(make_window: MakeWindow, qtbot: QtBot) -> None:
    dialog = ask(qtbot, make_window())
    recording = page(dialog, RecordingPage)
    assert isinstance(recording, RecordingPage)
    for box in recording.tracks.values():
        box.setChecked(False)
    ok(qtbot, dialog)
    assert "Nothing would be recorded" in dialog.told.text()
    dialog.reject()


def test_a_new_key_works_the_old_one_does_not_and_f1_says_so(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")
    wait_for(qtbot, window, State.PLAYING)
    dialog = ask(qtbot, window)
    shortcuts = page(dialog, ShortcutsPage)
    assert isinstance(shortcuts, ShortcutsPage)
    type_key(qtbot, shortcuts, "mode_next", Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    ok(qtbot, dialog)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    press(qtbot, window, Qt.Key.Key_M)
    assert window.controller.settings.fusion.mode == "network"
    press(qtbot, window, Qt.Key.Key_G, ctrl=True)
    qtbot.waitUntil(lambda: window.controller.settings.fusion.mode == "edges")
    press(qtbot, window, Qt.Key.Key_F1)
    table = window.commands.dialog.table
    listed = {table.item(row, 0).text(): table.item(row, 1).text() for row in range(table.rowCount())}
    assert listed["Next mode"] == "Ctrl+G"
    window.commands.dialog.reject()
    again = make_window()
    assert again.all_actions["mode_next"].shortcuts() == [QKeySequence("Ctrl+G")]


def test_a_key_that_another_command_has_is_told_and_not_taken(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    dialog = ask(qtbot, window)
    shortcuts = page(dialog, ShortcutsPage)
    assert isinstance(shortcuts, ShortcutsPage)
    type_key(qtbot, shortcuts, "mode_next", Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier)
    assert "F9 belongs to “Record”" in shortcuts.told.text()
    assert shortcuts.keys["mode_next"] == ("M",)
    ok(qtbot, dialog)
    assert window.all_actions["mode_next"].shortcuts() == [QKeySequence("M")]


def test_keys_go_back_to_the_usual_ones(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    dialog = ask(qtbot, window)
    shortcuts = page(dialog, ShortcutsPage)
    assert isinstance(shortcuts, ShortcutsPage)
    type_key(qtbot, shortcuts, "statistics", Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    click(qtbot, shortcuts.none)
    assert shortcuts.keys["statistics"] == ()
    click(qtbot, shortcuts.usual)
    assert shortcuts.keys["statistics"] == ("I",)
    type_key(qtbot, shortcuts, "statistics", Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    click(qtbot, shortcuts.all_usual)
    ok(qtbot, dialog)
    assert window.all_actions["statistics"].shortcuts() == [QKeySequence("I")]


def test_values_in_the_store_that_make_no_sense_are_as_good_as_none(tmp_path: Path) -> None:
    store = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    for text in ("no number", "1e9", "-5"):
        store.setValue("ui_scale", text)
        assert recall_scale(store) == 100
    for text, scale in (("10", SCALES[0]), ("999", SCALES[1])):
        store.setValue("ui_scale", text)
        assert recall_scale(store) == scale
    for text in ("{", "[1]", '{"no such command": ["F1"]}', '{"record": "F1"}', '{"record": [1]}'):
        store.setValue("shortcuts", text)
        assert recall_keys(store) == {}


def test_what_a_rig_or_the_command_line_says_of_devices_is_stronger() -> None:
    chosen = DeviceSettings("cpu", "fp32", 2)
    assert chosen.under(FusionSettings()) == FusionSettings(device="cpu", precision="fp32", threads=2)
    given = FusionSettings(device="cuda", precision="fp16", threads=8)
    assert chosen.under(given) == given


def test_the_scale_is_taken_at_the_next_start(tmp_path: Path) -> None:
    code = (
        "from PyQt6.QtCore import QSettings; from PyQt6.QtWidgets import QApplication; import sys;"
        "from fusion_app.gui import app;"
        "app._scale(); a = QApplication(sys.argv[:1]); print(a.primaryScreen().devicePixelRatio())"
    )
    env = {key: value for key, value in os.environ.items() if key != "QT_SCALE_FACTOR"}
    env |= {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    place = tmp_path / "CS2Fusion" / "CS2Fusion Live.conf"
    keep_scale(store := QSettings(str(place), QSettings.Format.IniFormat), 150)
    store.sync()
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "1.5"
