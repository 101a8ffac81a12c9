"""*Share*: the window's session in a browser, asked over real connections."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from pytestqt.qtbot import QtBot

from fusion_app.errors import RecordingError
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session import shared_window
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.serve.server import Door
from tests.gui.conftest import MakeWindow
from tests.servers import free_port
from tests.serving import Answer, Client


class Asker:
    """Asks from a thread of its own while the window goes on."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        assert window.share.server is not None
        self._client = Client(window.share.server.port)
        self._qtbot = qtbot
        self._threads = ThreadPoolExecutor(1)

    def __call__(self, method: str, path: str, data: object = None) -> Answer:
        ask = self._client.get if method == "GET" else lambda path: self._client.post(path, data)
        found: Future[Answer] = self._threads.submit(ask, path)
        self._qtbot.waitUntil(found.done)
        return found.result()

    def close(self) -> None:
        self._threads.shutdown()


@pytest.fixture
def window(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    found = make_window("synthetic:ir?frames=100000", "synthetic:vis?frames=100000")
    qtbot.waitUntil(lambda: found.grid.has_frame)
    return found


@pytest.fixture
def ask(window: MainWindow, qtbot: QtBot) -> Iterator[Asker]:
    window.share.start(Door(port=0))
    asker = Asker(window, qtbot)
    yield asker
    asker.close()


def test_the_window_is_shown_steered_and_says_that_it_is_shared(window: MainWindow, ask: Asker, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "shared" in window.status.field_text("shared"))
    assert ask("GET", "/status").data["is_running"]
    qtbot.waitUntil(lambda: ask("GET", "/snapshot").status == 200)
    assert ask("POST", "/api/record", {"on": True}).status == 200
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.ON)
    assert ask("POST", "/api/marker", {"text": "seen from afar"}).status == 200
    assert ask("POST", "/api/record", {"on": False}).status == 200
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)
    assert ask("POST", "/api/fusion", {"mode": "vis"}).status == 200
    qtbot.waitUntil(lambda: window.controller.settings.fusion.mode == "vis")
    assert "no-such" in ask("POST", "/api/fusion", {"model": "no-such"}).data["error"]


def test_sharing_goes_on_with_the_next_pair_and_ends_when_told(window: MainWindow, ask: Asker, qtbot: QtBot) -> None:
    window.controller.close()
    qtbot.waitUntil(lambda: not ask("GET", "/status").data["is_running"])
    assert ask("POST", "/api/record", {"on": True}).status == 400
    window.open_given()
    qtbot.waitUntil(lambda: ask("GET", "/snapshot").status == 200)
    window.share.stop()
    qtbot.waitUntil(lambda: not window.status.field_text("shared"))


def test_what_a_browser_has_given_up_waiting_for_is_not_done_later(
    window: MainWindow, ask: Asker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_window, "ANSWER_S", 0.1)
    served = window.share._served
    assert served is not None
    with ThreadPoolExecutor(1) as threads:  # the window does nothing while this waits
        failed = threads.submit(served.record, is_on=True).exception(timeout=60)
    assert "nothing was done" in str(failed)
    done: list[str] = []
    threading.Thread(target=window.share._outlet, args=(lambda: done.append("after it"), Future())).start()
    qtbot.waitUntil(lambda: done == ["after it"])
    assert window.recording.state is RecordingState.OFF


def test_a_browser_reads_what_the_window_says_of_its_sources_and_recording(
    window: MainWindow, ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.controller.session
    assert session is not None
    monkeypatch.setattr(session, "silent_sources", lambda: "infrared reconnecting, again in 2 s")
    window.recording.failed.emit(RecordingError("the disk is full"))
    notices = ask("GET", "/status").data["notices"]
    assert notices[:2] == ["the disk is full", "infrared reconnecting, again in 2 s"]


def test_the_dialog_asks_first_and_then_says_address_and_token(window: MainWindow, qtbot: QtBot) -> None:
    window.all_actions["share"].trigger()
    dialog = window.share.dialog
    assert dialog is not None
    assert dialog.here.isChecked(), "nothing leaves this machine unasked"
    assert window.share.server is None
    dialog.everywhere.setChecked(True)
    for _ in range(5):  # somebody else may take a port between the look and the start
        dialog.port.setValue(free_port())
        dialog.start.click()
        if "in use" not in dialog.told.text():
            break
    server = window.share.server
    assert server is not None
    assert server.access.token in dialog.told.text()
    assert server.addresses[0] in dialog.told.text()
    dialog.stop.click()
    assert window.share.server is None
    assert dialog.start.isVisible()
    dialog.reject()


def test_a_port_in_use_is_told_in_the_dialog(window: MainWindow) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        window.all_actions["share"].trigger()
        dialog = window.share.dialog
        assert dialog is not None
        dialog.port.setValue(other.getsockname()[1])
        dialog.start.click()
        assert "in use" in dialog.told.text()
        assert window.share.server is None
        dialog.reject()
