"""Getting a picture: the demo, files by dialog, by dropping, by the command line; and what goes wrong."""

from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.dialogs.export import ExportDialog
from fusion_app.gui.dialogs.pair import OpenPairDialog
from fusion_app.gui.preferences import RecentPair
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.view.dropping import guess_pair
from fusion_app.gui.view.view_grid import Role
from tests.gui.actions import button, click, drop, press, wait_for
from tests.gui.conftest import MakeWindow

DEMO = ("synthetic:ir", "synthetic:vis")


def test_one_click_on_the_card_plays_the_demo(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    assert window.card.isVisible()
    click(qtbot, button(window.card, "Try the demo pair"))
    wait_for(qtbot, window, State.PLAYING)
    assert not window.card.isVisible()
    assert all(tile.has_frame for tile in window.grid.tiles.values())
    assert "synthetic:ir" in window.windowTitle()


def test_sources_from_the_command_line_play_at_once(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    wait_for(qtbot, make_window(*clip), State.PLAYING)


def test_the_dialog_opens_two_files(make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]) -> None:
    window = make_window()
    press(qtbot, window, Qt.Key.Key_O, ctrl=True)
    dialog = window.commands.dialog
    assert isinstance(dialog, OpenPairDialog)
    open_button = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open)
    assert not open_button.isEnabled()
    qtbot.keyClicks(dialog.ir_field, clip[1])
    qtbot.keyClicks(dialog.vis_field, clip[0])
    click(qtbot, button(dialog, "Swap"))
    click(qtbot, open_button)
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.settings.sources.ir == clip[0]
    assert [pair.ir for pair in window.preferences.recent] == [clip[0]]


def test_two_dropped_files_are_a_pair_whatever_their_order(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    window = make_window()
    drop(window, clip[1], clip[0])
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.settings.sources.ir == clip[0]


def test_one_dropped_file_asks_for_the_other(make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]) -> None:
    window = make_window()
    drop(window, clip[0])
    qtbot.waitUntil(lambda: window.commands.dialog is not None)
    dialog = window.commands.dialog
    assert isinstance(dialog, OpenPairDialog)
    assert (dialog.ir, dialog.vis) == (clip[0], "")
    dialog.reject()


def test_a_file_dropped_on_a_tile_becomes_its_source(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    drop(window.grid.tiles[Role.VIS], clip[1])
    qtbot.waitUntil(lambda: window.controller.settings.sources.vis == clip[1])
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.settings.sources.ir == DEMO[0]
    assert window.controller.settings.sources.vis == clip[1]


def test_swap_exchanges_the_sources(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["swap"].trigger()
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.settings.sources.ir == DEMO[1]


def test_a_missing_file_is_named_and_can_be_tried_again(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    late = Path(clip[0]).with_name("late.mkv")
    window = make_window(str(late), clip[1])
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    assert f"{late}: does not exist; check the path" in window.banner.text
    assert window.controller.state is State.EMPTY
    Path(clip[0]).rename(late)
    click(qtbot, button(window.banner, "Try again"))
    wait_for(qtbot, window, State.PLAYING)
    assert window.banner.kind is not Kind.ERROR


def test_a_typing_error_costs_nothing_that_plays(make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    session, recent = window.controller.session, window.preferences.recent
    missing = str(Path(clip[0]).with_name("typo.mkv"))
    window.commands.open_pair(RecentPair(missing, clip[1]))
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    assert f"{missing}: does not exist" in window.banner.text
    assert window.controller.session is session
    assert window.controller.state in (State.PLAYING, State.PAUSED)
    assert window.controller.settings.sources.ir == clip[0]
    assert window.grid.has_frame
    assert window.preferences.recent == recent
    Path(missing).write_bytes(Path(clip[0]).read_bytes())
    click(qtbot, button(window.banner, "Try again"))
    qtbot.waitUntil(lambda: window.controller.settings.sources.ir == missing)
    wait_for(qtbot, window, State.PLAYING)
    assert window.preferences.recent[0].ir == missing


def test_the_next_pair_plays_before_the_one_before_is_closed(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]
) -> None:
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    states: list[State] = []
    window.controller.state_changed.connect(states.append)
    window.commands.open_pair(RecentPair(*clip))
    assert window.controller.state is State.PLAYING
    assert window.grid.has_frame
    wait_for(qtbot, window, State.PLAYING)
    assert State.EMPTY not in states
    assert window.controller.settings.sources.ir == clip[0]


def test_an_unknown_model_does_not_stop_the_picture(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    window.model.chosen.emit(window.controller.settings.fusion.__class__(model="nonsense"))
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    assert "nonsense" in window.banner.text
    assert window.controller.state is State.PLAYING
    assert window.model.combo.currentText() == "max"


def test_missing_weights_can_be_replaced_by_a_classical_mode(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"nothing")
    fusion = window.controller.settings.fusion.__class__(weights=str(damaged))
    window.controller.close()
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    window.model.chosen.emit(fusion)
    window.all_actions["demo"].trigger()
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    click(qtbot, button(window.banner, "Fuse without a network"))
    wait_for(qtbot, window, State.PLAYING)


def test_what_is_opened_last_wins(make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]) -> None:
    window = make_window(*DEMO)
    window.commands.open_dropped([clip[0], clip[1]])
    window.all_actions["demo"].trigger()
    wait_for(qtbot, window, State.PLAYING)
    assert window.controller.session is not None
    assert window.controller.session.ir.info.uri == DEMO[0]


def test_closing_the_pair_brings_the_card_back(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_W, ctrl=True)
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    assert window.card.isVisible()
    assert not window.grid.has_frame


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["/a/vis.mp4", "/a/ir.mp4"], ("/a/ir.mp4", "/a/vis.mp4")),
        (["/a/rgb_01.mp4", "/a/b_01.mp4"], ("/a/b_01.mp4", "/a/rgb_01.mp4")),
        (["/a/first.mp4", "/a/second.mp4"], ("/a/first.mp4", "/a/second.mp4")),
        (["/a/thermal.avi"], ("/a/thermal.avi", "")),
        (["/a/stairs.avi"], ("", "/a/stairs.avi")),
    ],
)
def test_names_tell_infrared_from_visible(paths: list[str], expected: tuple[str, str]) -> None:
    assert guess_pair(paths) == expected


def test_a_dropped_folder_that_holds_both_sides_is_a_pair(tmp_path: Path) -> None:
    for name in ("1_ir.png", "1_co.png", "2_ir.png", "2_co.png"):
        (tmp_path / name).touch()
    assert guess_pair([str(tmp_path)]) == (str(tmp_path), str(tmp_path))


def test_a_dropped_folder_with_one_of_each_is_a_pair(tmp_path: Path) -> None:
    for name in ("ir", "vis"):
        (tmp_path / name).mkdir()
    assert guess_pair([str(tmp_path)]) == (str(tmp_path / "ir"), str(tmp_path / "vis"))


def test_the_recent_pair_is_one_click_away(make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str]) -> None:
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    window.controller.close()
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    QApplication.processEvents()
    click(qtbot, button(window.card, window.preferences.recent[0].title))
    wait_for(qtbot, window, State.PLAYING)


def test_a_picture_that_is_held_while_it_goes_leaves_an_empty_tile_that_can_be_dragged(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(*DEMO)
    wait_for(qtbot, window, State.PLAYING)
    for _ in range(3):
        window.all_actions["zoom_in"].trigger()
    tile = window.grid.tiles[Role.FUSED]
    qtbot.mousePress(tile, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    window.all_actions["close_pair"].trigger()
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    for x in (50, 60, 30):
        move = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(x, 50), QPointF(x, 50), Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(tile, move)
    qtbot.mouseRelease(tile, Qt.MouseButton.LeftButton)
    assert tile.probe_text() == ""


def test_a_file_dialog_does_not_keep_a_window_that_is_told_to_close(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    window.all_actions["open_pair"].trigger()
    dialog = window.commands.dialog
    QTimer.singleShot(0, lambda: click(qtbot, button(dialog, "File…")))  # it returns once the file dialog is answered
    QTimer.singleShot(500, window.close_at_once)
    qtbot.waitUntil(lambda: window.is_closed)
    qtbot.wait(50)
    assert not [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]


LONG = "x" * 300


@pytest.mark.parametrize("uri", [f"/tmp/{LONG}.mkv", LONG, "a\0b"])
def test_a_name_that_no_file_system_takes_is_one_sentence_and_leaves_no_trace(
    make_window: MakeWindow, qtbot: QtBot, clip: tuple[str, str], uri: str
) -> None:
    window = make_window()
    window.commands.open_dropped([uri, uri])
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    window.all_actions["open_pair"].trigger()
    assert window.commands.dialog is not None
    window.commands.dialog.reject()
    window.commands.open_dropped([uri])
    qtbot.waitUntil(lambda: window.commands.dialog is not None)  # what it is is found out elsewhere
    window.commands.dialog.reject()
    window.commands.open_dropped(list(clip))
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["export"].trigger()
    dialog = window.commands.dialog
    assert isinstance(dialog, ExportDialog)
    dialog.form.output.setText(f"/tmp/{LONG}.mkv")
    click(qtbot, dialog.form.start_button)
    qtbot.waitUntil(lambda: "too long" in dialog.form.message.text())
    dialog.reject()
