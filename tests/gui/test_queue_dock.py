"""The Queue dock: the queue of `batch`, shown and steered; nothing of it is done twice."""

import subprocess
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from fusion_app.batch.board import Row, State, Totals
from fusion_app.cli import main
from fusion_app.gui.docks.queue import QueueDock
from fusion_app.gui.main_window import MainWindow
from tests.batches import kill, lossless_rig, noted, shown, start, wait_for_segments, write_pair
from tests.gui.actions import button, click
from tests.gui.conftest import MakeWindow


def cells(dock: QueueDock) -> dict[str, list[str]]:
    """Return what each job's row says behind its name."""
    table = dock.table
    texts = [
        [table.item(row, column).text() for column in range(table.columnCount())] for row in range(table.rowCount())
    ]
    return {name: rest for name, *rest in texts}


def state_of(dock: QueueDock, name: str) -> str:
    return cells(dock).get(name, [""])[0]


def answer(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Let the next question for a folder be answered."""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(path))


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    window = make_window()
    window.all_actions["dock_queue"].trigger()
    return window


def test_a_row_says_state_part_rate_and_time_left_and_errors_are_read_below(qtbot: QtBot) -> None:
    dock = QueueDock()
    qtbot.addWidget(dock)
    rows = (
        Row("gate", State.FUSING, 50, 100, 25.0),
        Row("yard", State.FAILED),
        Row("hall", State.THERE, 10, 10),
    )
    dock.show_queue("/results", Totals.of(rows), {"yard": "yard.mkv: is damaged"}, ("the disk is full",), at_work=1)
    assert cells(dock) == {
        "gate": ["● Fusing", "50 %", "25.0", "2 s"],
        "yard": ["■ Failed", "", "", ""],
        "hall": ["✓ Done earlier", "100 %", "", ""],
    }
    assert dock.sum.text() == "1 of 3 done · 1 failed · 25.0 fps · about 2 s left"
    assert dock.message.text() == "■ yard: yard.mkv: is damaged\n■ the disk is full"
    assert (dock.start.isEnabled(), dock.pause.isEnabled(), dock.stop.isEnabled()) == (False, True, True)


def test_many_jobs_show_those_at_work_and_count_all(qtbot: QtBot) -> None:
    dock = QueueDock()
    qtbot.addWidget(dock)
    rows = (*(Row(f"job {number}") for number in range(5000)), Row("last", State.FUSING, 1, 2, 1.0))
    dock.show_queue("/results", Totals.of(rows), {}, (), at_work=0)
    assert dock.table.rowCount() == 200
    assert state_of(dock, "last") == "● Fusing"
    assert dock.sum.text().startswith("0 of 5001 done")


def test_a_folder_is_added_fused_and_its_results_are_there(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        write_pair(tmp_path / "night", name, 30)
    (tmp_path / "night" / "vis" / "b.mkv").write_bytes(b"no video")
    dock = window.docks.queue.panel
    assert not dock.start.isEnabled()
    answer(monkeypatch, tmp_path / "night")
    click(qtbot, button(window, "Add folder…"))
    qtbot.waitUntil(lambda: state_of(dock, "b") == "○ Waiting")
    click(qtbot, button(window, "Start"))
    qtbot.waitUntil(lambda: state_of(dock, "a") == "✓ Done" and state_of(dock, "b") == "■ Failed", timeout=240_000)
    assert "b.mkv" in dock.message.text()
    assert len(shown(tmp_path / "night-fused" / "a.mkv")[0]) == 30
    qtbot.waitUntil(dock.start.isEnabled, timeout=240_000)


def test_it_stops_and_the_next_window_goes_on_behind_what_is_finished(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    write_pair(tmp_path / "in", "night", 2000)
    output = tmp_path / "out"
    rig = lossless_rig(tmp_path / "rig.yaml")
    queued = start(tmp_path / "in", "-o", output, "--segment", 1, "--rig", rig, "--queue-only")
    assert queued.wait(90) == 0
    queued.communicate()
    first = make_window()
    first.all_actions["dock_queue"].trigger()
    first.docks.queue.use_output(output)
    dock = first.docks.queue.panel
    qtbot.waitUntil(dock.start.isEnabled)
    click(qtbot, dock.start)
    qtbot.waitUntil(lambda: len(noted(output)) >= 2, timeout=240_000)
    qtbot.waitUntil(dock.stop.isEnabled)
    click(qtbot, dock.stop)
    qtbot.waitUntil(dock.start.isEnabled, timeout=240_000)
    done = {str(line["segment"]) for line in noted(output)}
    assert state_of(dock, "night") == "○ Waiting"
    again = make_window()  # remembers the queue
    again.all_actions["dock_queue"].trigger()
    qtbot.waitUntil(again.docks.queue.panel.start.isEnabled)
    click(qtbot, again.docks.queue.panel.start)
    qtbot.waitUntil(lambda: len(noted(output)) > len(done), timeout=240_000)
    helpers = again.docks.queue.helpers
    assert helpers is not None
    helpers.stop()
    assert helpers.wait(60)
    names = [str(line["segment"]) for line in noted(output)]
    assert len(names) == len(set(names))  # nothing was fused twice


@pytest.fixture
def other(tmp_path: Path) -> "subprocess.Popen[str]":
    """A process that works on a queue; it is killed behind the test."""
    write_pair(tmp_path / "in", "night", 3000)
    process = start(tmp_path / "in", "-o", tmp_path / "out", "--segment", 1)
    wait_for_segments(tmp_path / "out", 1, [process])
    yield process
    kill(process)


def test_what_another_process_works_on_is_shown_and_can_be_paused(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, other: "subprocess.Popen[str]"
) -> None:
    window.docks.queue.use_output(tmp_path / "out")
    dock = window.docks.queue.panel
    qtbot.waitUntil(lambda: state_of(dock, "night") == "● Fusing", timeout=240_000)
    assert not dock.stop.isEnabled()  # it is not this window's
    click(qtbot, dock.pause)
    qtbot.waitUntil(lambda: state_of(dock, "night") == "‖ Paused", timeout=240_000)
    assert dock.pause.text() == "Go o&n"
    click(qtbot, dock.pause)
    qtbot.waitUntil(lambda: state_of(dock, "night") == "● Fusing", timeout=240_000)
    assert other.poll() is None


def test_a_queue_of_a_newer_version_and_one_that_goes_away_are_told(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    plans = tmp_path / "out" / ".batch" / "plans"
    for folder in (plans, plans.with_name("journal")):
        folder.mkdir(parents=True)
    (plans / "x.json").write_text('{"format": 2, "jobs": []}\n')
    window.docks.queue.use_output(tmp_path / "out")
    dock = window.docks.queue.panel
    qtbot.waitUntil(lambda: "newer version" in dock.message.text())
    assert not dock.start.isEnabled()


def test_closing_the_window_ends_its_processes(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "night", 3000)
    window.docks.queue.use_output(tmp_path / "out")
    window.docks.queue.add(tmp_path / "in")
    dock = window.docks.queue.panel
    qtbot.waitUntil(dock.start.isEnabled)
    click(qtbot, dock.start)
    qtbot.waitUntil(lambda: state_of(dock, "night") == "● Fusing", timeout=240_000)
    helpers = window.docks.queue.helpers
    assert helpers is not None
    window.close()
    qtbot.waitUntil(lambda: window.is_closed)
    assert helpers.wait(60)
    assert not (tmp_path / "out" / "night.mkv").exists()


def test_a_second_press_of_start_starts_nobody_and_stop_ends_all(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    write_pair(tmp_path / "in", "night", 3000)
    assert (
        main(["batch", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--model", "max", "--quiet", "--queue-only"])
        == 0
    )
    queue, dock = window.docks.queue, window.docks.queue.panel
    queue.use_output(tmp_path / "out")
    qtbot.waitUntil(dock.start.isEnabled, timeout=240_000)
    dock.start_asked.emit(1)
    first = queue.helpers
    assert first is not None
    assert (dock.start.isEnabled(), dock.stop.isEnabled()) == (False, True)
    dock.start_asked.emit(1)  # as a double click does
    assert queue.helpers is first
    qtbot.waitUntil(lambda: len(first.pids) == 1, timeout=240_000)
    dock.start_asked.emit(1)
    assert queue.helpers is first
    click(qtbot, dock.stop)
    qtbot.waitUntil(lambda: first.at_work == 0, timeout=240_000)
    assert first.wait(60)
    assert len(first.pids) == 1
    qtbot.waitUntil(dock.start.isEnabled, timeout=240_000)


def test_another_folder_can_be_started_while_the_first_is_starting(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        write_pair(tmp_path / f"{name}-in", "night", 3000)
        assert (
            main(
                [
                    "batch",
                    str(tmp_path / f"{name}-in"),
                    "-o",
                    str(tmp_path / name),
                    "--model",
                    "max",
                    "--quiet",
                    "--queue-only",
                ]
            )
            == 0
        )
    queue = window.docks.queue
    queue.use_output(tmp_path / "first")
    queue.start(1)
    first = queue.helpers
    queue.use_output(tmp_path / "second")
    queue.start(1)
    second = queue.helpers
    assert first is not None
    assert second is not None
    assert second is not first
    qtbot.waitUntil(lambda: len(second.pids) == 1)
    assert first.wait(240)  # told to end with its folder
    queue.stop()
    assert second.wait(240)
