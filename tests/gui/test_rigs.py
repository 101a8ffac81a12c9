"""Rig files: opened, saved, taken up again."""

from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.settings import FusionSettings, Settings, SourceSettings, load_settings, save_settings
from tests.gui.actions import button, click, drop, press, wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.told import wait_until_told


def choose(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    """Type ``path`` into the file dialog in view and accept it."""
    dialog = window.commands.dialog
    assert isinstance(dialog, QFileDialog)
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    field.setText(str(path))
    accept = dialog.findChild(QDialogButtonBox).buttons()[0]
    qtbot.waitUntil(accept.isEnabled)
    click(qtbot, accept)


def rig(tmp_path: Path, clip: tuple[str, str]) -> Path:
    path = tmp_path / "bench.yaml"
    save_settings(path, Settings(SourceSettings(*clip, offset_ms=40.0), FusionSettings(model="average")))
    return path


def test_a_rig_is_opened_with_all_its_settings(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], tmp_path: Path
) -> None:
    window = make_window()
    window.all_actions["open_rig"].trigger()
    choose(qtbot, window, rig(tmp_path, clip))
    wait_for(qtbot, window, State.PLAYING)
    settings = window.controller.settings
    assert (settings.sources.ir, settings.sources.offset_ms, settings.fusion.model) == (clip[0], 40.0, "average")
    assert window.model.combo.currentText() == "average"
    assert window.controller.session.pairs.policy.offset_s == 0.04


def test_a_saved_rig_opens_the_same_again(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], tmp_path: Path
) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_S, ctrl=True)
    choose(qtbot, window, tmp_path / "mine")
    wait_until_told(qtbot, window, Kind.DONE, "mine.yaml")
    assert load_settings(tmp_path / "mine.yaml") == window.controller.settings


def test_a_relative_path_is_saved_so_that_the_rig_opens_from_anywhere(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    window = make_window(Path(clip[0]).name, clip[1])
    wait_for(qtbot, window, State.PLAYING)
    window.commands.rigs.save(str(tmp_path / "rig.yaml"))
    qtbot.waitUntil((tmp_path / "rig.yaml").exists)
    assert load_settings(tmp_path / "rig.yaml").sources.ir == clip[0]


def test_recent_rigs_stand_on_the_empty_card(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], tmp_path: Path
) -> None:
    window = make_window()
    drop(window, rig(tmp_path, clip))
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_W, ctrl=True)
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    QApplication.processEvents()  # the card lies where it will stay
    click(qtbot, button(window.card, f"{tmp_path.name}/bench.yaml"))
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.settings.fusion.model == "average"


def test_a_rig_with_a_wrong_value_says_what_is_allowed_and_offers_another(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("fusion: {device: toaster}", encoding="utf-8")
    window = make_window()
    drop(window, path)
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    assert "fusion.device" in window.banner.text
    assert "cuda:0" in window.banner.text
    click(qtbot, button(window.banner, "Open rig…"))
    assert isinstance(window.commands.dialog, QFileDialog)
    window.commands.dialog.reject()


def test_a_rig_that_is_gone_is_offered_no_more(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make_window()
    window.preferences.remember_rig(str(tmp_path / "gone.yaml"))
    window.commands.rigs.open(str(tmp_path / "gone.yaml"))
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    assert not window.preferences.rigs


def test_saving_says_that_a_password_is_in_the_file(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = make_window()
    window.controller.settings = Settings(SourceSettings("rtsp://me:secret@127.0.0.1:9/ir", "camera:0"))
    window.commands.rigs.save(str(tmp_path / "rig.yaml"))
    qtbot.waitUntil(lambda: window.banner.kind is Kind.NOTICE)
    assert "password" in window.banner.text
    assert "secret" not in window.banner.text


def test_another_pair_does_not_inherit_the_offset(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], tmp_path: Path
) -> None:
    window = make_window()
    window.commands.rigs.open(str(rig(tmp_path, clip)))
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["swap"].trigger()
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.settings.sources.offset_ms == -40.0
    window.all_actions["demo"].trigger()
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.settings.sources.offset_ms == 0.0


def test_the_weights_of_a_rig_are_shown_and_stay_on_offer(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], tmp_path: Path, tiny_weights: Path
) -> None:
    path = tmp_path / "own.yaml"
    save_settings(path, Settings(SourceSettings(*clip), FusionSettings(weights=str(tiny_weights))))
    window = make_window()
    window.commands.rigs.open(str(path))
    wait_for(qtbot, window, State.PLAYING)
    combo = window.model.combo
    assert combo.currentText() == tiny_weights.name
    combo.setCurrentText("average")
    combo.activated.emit(combo.currentIndex())
    qtbot.waitUntil(lambda: window.controller.settings.fusion.model == "average")
    assert window.controller.settings.fusion.weights == ""
    assert combo.itemText(0) == tiny_weights.name
