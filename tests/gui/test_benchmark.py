"""*Benchmark…* runs the command in a process of its own, shows what it prints, and ends it with the dialog."""

import os
from pathlib import Path

import pytest
from PyQt6.QtCore import QProcess
from PyQt6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from fusion_app.gui.dialogs.benchmark import BenchmarkDialog
from fusion_app.gui.session.session_controller import State
from tests.gui.actions import button, click, wait_for
from tests.gui.conftest import MakeWindow


@pytest.fixture
def dialog(make_window: MakeWindow, clip: tuple[str, str], qtbot: QtBot) -> BenchmarkDialog:
    """The dialog over a window that played."""
    window = make_window(*clip)
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["loop"].setChecked(True)
    window.all_actions["benchmark"].trigger()
    assert window.controller.state is State.PAUSED
    found = window.commands.dialog
    assert isinstance(found, BenchmarkDialog)
    return found


def test_what_the_command_prints_is_shown_and_can_be_copied(dialog: BenchmarkDialog, qtbot: QtBot) -> None:
    arguments = dialog.process.arguments()
    at = arguments.index("bench")
    dialog.process.setArguments([*arguments[: at + 1], "--seconds", "1", "--model", "max"])
    seen: list[str] = []
    dialog.process.readyReadStandardError.connect(lambda: seen.append(dialog.told.text()))
    click(qtbot, button(dialog, "Measure"))
    qtbot.waitUntil(lambda: dialog.told.text() == "Done")
    assert any(text.startswith("Measuring: ") for text in seen)
    assert dialog.report.toPlainText().startswith("CS2Fusion Live bench")
    assert "max" in dialog.report.toPlainText()
    click(qtbot, button(dialog, "Copy"))
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == dialog.report.toPlainText()
    dialog.reject()


def test_why_it_could_not_be_measured_is_said(dialog: BenchmarkDialog, qtbot: QtBot) -> None:
    dialog.process.setArguments([*dialog.process.arguments(), "--model", "nobody"])
    click(qtbot, button(dialog, "Measure"))
    qtbot.waitUntil(lambda: dialog.told.text().startswith("It could not be measured: "))
    assert "nobody" in dialog.told.text()
    assert button(dialog, "Measure").isEnabled()
    dialog.reject()


def test_closing_the_dialog_ends_the_process(dialog: BenchmarkDialog, qtbot: QtBot) -> None:
    click(qtbot, button(dialog, "Measure"))
    qtbot.waitUntil(lambda: dialog.process.state() is QProcess.ProcessState.Running)
    number = dialog.process.processId()
    dialog.reject()
    qtbot.waitUntil(lambda: not Path(f"/proc/{number}").exists() if os.path.isdir("/proc/self") else True)


def test_closing_the_window_ends_the_process(dialog: BenchmarkDialog, qtbot: QtBot) -> None:
    click(qtbot, button(dialog, "Measure"))
    qtbot.waitUntil(lambda: dialog.process.state() is QProcess.ProcessState.Running)
    process, window = dialog.process, dialog.parentWidget()
    assert window is not None
    window.close()
    qtbot.waitUntil(lambda: process.state() is QProcess.ProcessState.NotRunning)
