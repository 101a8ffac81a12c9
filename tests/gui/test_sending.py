"""*Share*, *Other programs*: the window's session is sent elsewhere, by hands on real controls, to real receivers."""

import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fusion_app.errors import HIDDEN
from fusion_app.gui.dialogs.outputs_page import OutputRow
from fusion_app.gui.dialogs.share import ShareDialog
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.sending import Phase
from fusion_app.settings import OutputSettings, Settings, load_settings
from tests.gui.conftest import MakeWindow
from tests.servers import free_port

SOURCES = ("synthetic:ir?size=64x48&frames=100000", "synthetic:vis?size=64x48&frames=100000")


@pytest.fixture
def window(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    found = make_window(*SOURCES)
    qtbot.waitUntil(lambda: found.grid.has_frame)
    return found


def dialog_of(window: MainWindow) -> ShareDialog:
    window.all_actions["share"].trigger()
    dialog = window.share.dialog
    assert dialog is not None
    dialog.tabs.setCurrentWidget(dialog.outputs)
    return dialog


def type_in(qtbot: QtBot, row: OutputRow, text: str) -> None:
    row.field.clear()
    qtbot.keyClicks(row.field, text)
    qtbot.keyClick(row.field, Qt.Key.Key_Return)


def phase(window: MainWindow, kind: str) -> Phase:
    return window.share.sending.states()[kind].phase


def happenings(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line)["event"] for line in lines if line.endswith("\n")]  # the last one may be on its way


def test_a_stream_is_started_and_stopped_by_keyboard_and_counted(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = dialog_of(window)
    row = dialog.outputs.rows["publish"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(200)
        address = f"udp://127.0.0.1:{ear.getsockname()[1]}"
        type_in(qtbot, row, address)
        assert dialog.isVisible(), "Enter starts the output and closes nothing"
        qtbot.waitUntil(lambda: window.share.sending.states()["publish"].counts.sent > 0)
        qtbot.waitUntil(lambda: "frames sent" in row.told.text())
        qtbot.waitUntil(lambda: window.status.field_text("sending") == "sent · 1")
        assert ear.recv(1 << 16)[:1] == b"G", "MPEG-TS has come"
    assert row.button.accessibleName() == "Stream: Stop"
    window.commands.rigs.save(str(tmp_path / "rig.yaml"))
    qtbot.keyClick(row.button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.status.field_text("sending"))
    assert row.told.text() == "off"
    qtbot.waitUntil((tmp_path / "rig.yaml").exists)
    assert load_settings(tmp_path / "rig.yaml").outputs == OutputSettings(address)
    dialog.reject()


def test_a_receiver_that_is_not_there_is_told_while_the_fusion_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    dialog = dialog_of(window)
    row = dialog.outputs.rows["publish"]
    type_in(qtbot, row, f"tcp://127.0.0.1:{free_port()}")
    qtbot.waitUntil(lambda: "tried again" in row.told.text())
    qtbot.waitUntil(lambda: "in trouble" in window.status.field_text("sending"))
    session = window.controller.session
    assert session is not None
    fused = session.status().fused
    qtbot.waitUntil(lambda: session.status().fused > fused)
    dialog.reject()


def test_what_was_started_goes_on_with_the_next_pair_and_ends_when_told(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    events = tmp_path / "events.jsonl"
    dialog = dialog_of(window)
    type_in(qtbot, dialog.outputs.rows["events"], str(events))
    qtbot.waitUntil(lambda: events.exists() and "readings" in happenings(events))
    qtbot.waitUntil(lambda: phase(window, "events") is Phase.SENDING)
    dialog.reject()
    window.controller.close()
    qtbot.waitUntil(lambda: happenings(events)[-1] == "ended")
    assert phase(window, "events") is Phase.IDLE
    qtbot.waitUntil(lambda: window.share.sending.states()["events"].counts.sent > 0)
    sent = window.share.sending.states()["events"].counts.sent
    window.open_given()
    qtbot.waitUntil(lambda: happenings(events).count("began") == 2)
    qtbot.waitUntil(lambda: window.share.sending.states()["events"].counts.sent > sent)
    window.share.sending.stop("events")
    qtbot.waitUntil(lambda: happenings(events).count("ended") == 2)


@pytest.mark.parametrize(
    ("kind", "address", "words"),
    [
        ("publish", "fused.mp4", "is no receiver of a stream"),
        ("publish", "", "write an address"),
        ("mqtt", "http://host", "is no broker"),
        ("events", "/no/such/folder/events.jsonl", "cannot be written there"),
    ],
)
def test_what_cannot_be_sent_is_told_and_forgotten_with_the_dialog(
    window: MainWindow, qtbot: QtBot, kind: str, address: str, words: str
) -> None:
    dialog = dialog_of(window)
    row = dialog.outputs.rows[kind]
    type_in(qtbot, row, address)
    qtbot.waitUntil(lambda: words in row.told.text())
    assert phase(window, kind) is Phase.FAILED
    assert not row.field.isReadOnly(), "it can be mended"
    dialog.reject()
    qtbot.waitUntil(lambda: phase(window, kind) is Phase.OFF)


def test_the_address_of_a_rig_is_not_used_unasked_and_its_password_is_not_shown(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as broker:
        broker.settimeout(200)
        window = make_window(*SOURCES)
        qtbot.waitUntil(lambda: window.grid.has_frame)
        secret = f"mqtt://bob:secret@127.0.0.1:{broker.getsockname()[1]}/yard"
        settings: Settings = window.controller.settings
        with qtbot.waitSignal(window.controller.opened):
            window.controller.open(replace(settings, outputs=OutputSettings(mqtt=secret)))
        assert {state.phase for state in window.share.sending.states().values()} == {Phase.OFF}
        dialog = dialog_of(window)
        row = dialog.outputs.rows["mqtt"]
        assert "secret" not in row.field.text()
        assert HIDDEN in row.field.text()
        row.button.click()
        with broker.accept()[0] as connection:
            connection.settimeout(200)
            assert b"secret" in connection.recv(1 << 12), "the broker gets what was hidden"
        row.button.click()
        row.field.setText(row.field.text() + "/more")
        row.button.click()
        assert "type the whole address again" in row.told.text()
        dialog.reject()


def test_what_is_sent_is_taken_leave_of_when_the_window_closes(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    events = tmp_path / "events.jsonl"
    window.share.sending.start("events", str(events))
    qtbot.waitUntil(lambda: events.exists() and "began" in happenings(events))
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    qtbot.waitUntil(lambda: happenings(events)[-1] == "ended")
