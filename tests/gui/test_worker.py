"""The thread that does what takes long."""

import threading

from pytestqt.qtbot import QtBot

from fusion_app.gui.session.worker import Worker


def test_what_a_job_returns_comes_back_in_the_window_s_thread(qtbot: QtBot) -> None:
    worker = Worker()
    came: list[tuple[int, threading.Thread]] = []
    worker.submit(lambda: 7, lambda value: came.append((value, threading.current_thread())))
    qtbot.waitUntil(lambda: came == [(7, threading.main_thread())])
    worker.stop(5.0)


def test_nobody_hears_of_a_job_that_ends_behind_the_window(qtbot: QtBot) -> None:
    worker, go_on, heard = Worker(), threading.Event(), []
    worker.submit(lambda: go_on.wait(20), heard.append)
    worker.submit(lambda: 1 / 0, failed=heard.append)
    assert not worker.stop(0.0)
    go_on.set()
    worker._thread.join(20)
    qtbot.wait(50)
    assert heard == []
