"""The Log dock shows the end of the log, by level, and copies it without secrets."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fusion_app.gui.docks.log import LogDock, last_lines, of_level
from fusion_app.system import logs
from tests.gui.actions import click, press
from tests.gui.conftest import MakeWindow

LINES = """2026-01-01 00:00:01,000 1 INFO fusion_app: started
2026-01-01 00:00:02,000 1 WARNING fusion_app: thermal alarm: hot
2026-01-01 00:00:03,000 1 CRITICAL fusion_app: not caught
Traceback (most recent call last):
  in a file
2026-01-01 00:00:04,000 1 INFO fusion_app: went on"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log, written for this test only."""
    monkeypatch.setenv(logs.FOLDER_VARIABLE, str(tmp_path / "logs"))
    root, level = logging.getLogger(), logs.log.level
    before = list(root.handlers)
    assert logs.keep_log() == ""
    path = logs.log_path()
    assert path is not None
    yield path
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()
    logs.log.setLevel(level)


def test_lines_are_filtered_by_level_and_a_traceback_belongs_to_its_error() -> None:
    assert list(of_level(LINES, "DEBUG")) == LINES.splitlines()
    assert [line.split()[3] for line in of_level(LINES, "WARNING") if "2026" in line] == ["WARNING", "CRITICAL"]
    assert list(of_level(LINES, "ERROR")) == LINES.splitlines()[2:5]


def test_of_a_long_log_the_last_whole_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("\n".join(f"line {number}" for number in range(1000)), encoding="utf-8")
    found = last_lines(path, 100).splitlines()
    assert found[-1] == "line 999"
    assert all(line.startswith("line ") for line in found)
    assert len(found) < 15
    assert last_lines(tmp_path / "none.log") == ""


def test_f2_shows_what_is_logged_as_it_comes(make_window: MakeWindow, qtbot: QtBot, log: Path) -> None:
    window = make_window()
    logs.log.info("before the dock was open")
    press(qtbot, window, Qt.Key.Key_F2)
    panel = window.panels.log
    qtbot.waitUntil(lambda: "before the dock was open" in panel.view.toPlainText())
    logs.log.warning("something came")
    qtbot.waitUntil(lambda: "something came" in panel.view.toPlainText())
    panel.level.setCurrentIndex(panel.level.findData("WARNING"))
    panel.level.activated.emit(panel.level.currentIndex())
    assert "before the dock" not in panel.view.toPlainText()
    click(qtbot, panel.copy)
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text().endswith("something came")
    assert log.name in panel.place.text()


@pytest.fixture
def no_log() -> Iterator[None]:
    """No log is written, whatever ran before in this process."""
    root = logging.getLogger()
    before = [handler for handler in root.handlers if isinstance(handler, logging.FileHandler)]
    for handler in before:
        root.removeHandler(handler)
    yield
    for handler in before:
        root.addHandler(handler)


@pytest.mark.usefixtures("no_log")
def test_without_a_log_the_dock_says_so(qtbot: QtBot) -> None:
    panel = LogDock()
    qtbot.addWidget(panel)
    panel.refresh()
    assert panel.place.text() == "No log is written in this run."
