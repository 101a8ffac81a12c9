"""The whole program: started, shown, ended from outside; and what happens without a display."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from fusion_app.gui.app import report_unexpected_errors
from fusion_app.gui.bars.banner import Kind
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
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "no display" in errors
    assert "Traceback" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGTERM")
def test_sigterm_closes_the_window_in_order(tmp_path: Path) -> None:
    process = start(["view", "synthetic:ir", "synthetic:vis", "--model", "max"], tmp_path, QT_QPA_PLATFORM="offscreen")
    settings = tmp_path / "config" / "CS2Fusion" / "CS2Fusion Live.conf"
    deadline = time.monotonic() + 40
    while not settings.exists():  # written once the window has been set up
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_an_error_nobody_expected_is_shown_and_the_window_stays(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back behind the test
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    window = make_window()
    report_unexpected_errors(window)
    sys.excepthook(ZeroDivisionError, ZeroDivisionError("by nought"), None)
    qtbot.waitUntil(lambda: window.banner.kind is Kind.ERROR)
    assert "ZeroDivisionError: by nought" in window.banner.text
    assert "by nought" in capsys.readouterr().err
