"""The whole program: started, shown, ended from outside; and what happens without a display."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PyQt6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from fusion_app import __version__
from fusion_app.gui.app import report_unexpected_errors
from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.dialogs.fault import FaultDialog
from fusion_app.system import logs
from tests.gui.actions import button, click
from tests.gui.conftest import MakeWindow

ROOT = Path(__file__).resolve().parents[2]


def start(arguments: list[str], tmp_path: Path, **environment: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    kept.pop("QT_QPA_PLATFORM", None)
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    return subprocess.Popen(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT,
        env={**kept, **home, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="needs a system where a display can be missing")
def test_without_a_display_the_window_is_refused_in_one_sentence(tmp_path: Path) -> None:
    process = start(["view", "synthetic:ir", "synthetic:vis"], tmp_path)
    _, errors = process.communicate(timeout=100)
    assert process.returncode == 2
    assert "no display" in errors
    assert "Traceback" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_a_signal_closes_the_window_in_order(tmp_path: Path, number: str) -> None:
    process = start(["view", "synthetic:ir", "synthetic:vis", "--model", "max"], tmp_path, QT_QPA_PLATFORM="offscreen")
    settings = tmp_path / "config" / "CS2Fusion" / "CS2Fusion Live.conf"
    deadline = time.monotonic() + 100
    while not settings.exists():  # written once the window has been set up
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(getattr(signal, number))
    _, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_an_error_nobody_expected_is_shown_and_the_window_stays(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back behind the test
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    logs.keep_log()
    window = make_window()
    report_unexpected_errors(window)
    sys.excepthook(ZeroDivisionError, ZeroDivisionError("by nought"), None)
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    assert "ZeroDivisionError: by nought" in window.banner.text
    assert "by nought" in capsys.readouterr().err
    dialog = window.commands.dialog
    assert isinstance(dialog, FaultDialog)
    click(qtbot, button(dialog, "Copy"))
    assert QGuiApplication.clipboard().text() == dialog.details
    assert "ZeroDivisionError: by nought" in dialog.details
    sys.excepthook(ZeroDivisionError, ZeroDivisionError("again"), None)  # as it would with each frame
    qtbot.waitUntil(lambda: "again" in window.banner.text)
    assert window.commands.dialog is dialog
    click(qtbot, button(dialog, "Close"))
    assert "by nought" in (logs.folder() / logs.NAME).read_text(encoding="utf-8")


def test_copy_diagnostics_puts_on_the_clipboard_what_doctor_tells(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    window.all_actions["diagnostics"].trigger()
    qtbot.waitUntil(lambda: "Self-test" in QGuiApplication.clipboard().text())
    text = QGuiApplication.clipboard().text()
    assert text.startswith(f"CS2Fusion Live {__version__}\n")
    assert "Window      open, on offscreen" in text
