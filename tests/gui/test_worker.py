"""The thread that does what takes long."""

import threading

from pytestqt.qtbot import QtBot

from fusion_app.gui.session.bridge import Outlet
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.session.worker import Worker
from tests.gui.actions import wait_for
from tests.gui.conftest import MakeWindow


def test_what_a_job_returns_comes_back_in_the_window_s_thread(qtbot: QtBot) -> None:
    worker = Worker()
    came: list[tuple[int, threading.Thread]] = []
    worker.submit(lambda: 7, lambda value: came.append((value, threading.current_thread())))
    qtbot.waitUntil(lambda: came == [(7, threading.main_thread())])
    assert worker.stop(60.0)


def test_nobody_hears_of_a_job_that_ends_behind_the_window(qtbot: QtBot) -> None:
    worker, go_on, heard = Worker(), threading.Event(), []
    worker.submit(lambda: go_on.wait(100), heard.append)
    worker.submit(lambda: 1 / 0, failed=heard.append)
    assert not worker.stop(0.0)
    go_on.set()
    worker._thread.join(100)
    qtbot.wait(50)
    assert heard == []


def test_behind_its_closing_an_outlet_emits_nothing_and_nobody_is_at_it() -> None:
    emitting, go_on, emitted = threading.Event(), threading.Event(), []

    def emit(value: int) -> None:
        emitting.set()
        go_on.wait(100)
        emitted.append(value)

    outlet = Outlet(emit)
    threads = [threading.Thread(target=outlet, args=(1,)), threading.Thread(target=outlet.close)]
    threads[0].start()
    assert emitting.wait(60)
    threads[1].start()
    threads[1].join(0.1)
    assert threads[1].is_alive()  # it waits for the one who emits
    go_on.set()
    for thread in threads:
        thread.join()
    outlet(2)
    assert emitted == [1]


def test_a_session_that_is_let_go_of_wakes_the_window_no_more(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir", "synthetic:vis")
    wait_for(qtbot, window, State.PLAYING)
    session, heard = window.controller.session, []
    sink, frame = window.controller.sink, window.controller.frame
    window.controller._release()
    sink.arrived.connect(lambda: heard.append("frame"))
    window.controller._finished.connect(lambda *_: heard.append("end"))
    assert sink not in session.runner._sinks
    sink(frame)
    session.close()
    qtbot.wait(50)
    assert heard == []
