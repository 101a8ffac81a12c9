"""Nothing goes over the network that the user did not ask for: every command is run with an ear at Python's sockets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability import Record

ROOT = Path(__file__).resolve().parents[2]
HEARD = 77
DEMO = ("synthetic:ir?frames=2", "synthetic:vis?frames=2")

EAR = f"""
import os, sys, threading
def hear(event, arguments):
    to = arguments[1] if event in ("socket.connect", "socket.sendto", "socket.bind") else arguments
    if event.startswith("socket.") and event != "socket.__new__" and isinstance(to, tuple):
        os.write(2, f"{{event}} {{to!r}}".encode())
        os._exit({HEARD})
sys.addaudithook(hear)
"""
COMMAND = f"{EAR}\nfrom fusion_app.cli import main\nsys.exit(main(sys.argv[1:]))"
WINDOW = f"""{EAR}
from PyQt6.QtCore import QMetaObject, Qt
from PyQt6.QtWidgets import QApplication
from fusion_app.gui.app import run_window
from fusion_app.settings import Settings, SourceSettings
def leave():
    QMetaObject.invokeMethod(QApplication.instance(), "quit", Qt.ConnectionType.QueuedConnection)
threading.Timer(4, leave).start()
sys.exit(run_window(Settings(SourceSettings("synthetic:ir", "synthetic:vis"))))
"""


def run(code: str, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    homes = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}  # nothing is kept already
    environment = {**os.environ, **homes, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=250)


def test_the_ear_hears(tmp_path: Path) -> None:
    heard = run(f"{EAR}\nimport socket\nsocket.create_connection(('127.0.0.1', 9))", tmp_path)
    assert heard.returncode == HEARD
    assert "127.0.0.1" in heard.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("fuse", *DEMO, "-o", "OUT.mkv"),
        ("devices",),
        pytest.param(("fuse", *DEMO, "-o", "OUT.mkv", "--runtime", "torch"), marks=pytest.mark.full),
        pytest.param(("import-weights", "none.pth", "-o", "OUT.safetensors"), marks=pytest.mark.full),
    ],
    ids=lambda arguments: " ".join(arguments).replace(" ".join(DEMO), "DEMO"),
)
def test_no_command_speaks_to_the_network_unasked(
    tmp_path: Path, arguments: tuple[str, ...], reliability: Record
) -> None:
    finished = run(COMMAND, tmp_path, *(part.replace("OUT", str(tmp_path / "out")) for part in arguments))
    assert finished.returncode in (0, 1, 2), finished.stderr
    assert "Traceback" not in finished.stderr
    reliability(
        "Nothing goes over the network unasked", "no socket connected or bound, no name looked up", arguments[0]
    )


@pytest.mark.full
def test_the_window_does_not_speak_to_the_network_unasked(tmp_path: Path, reliability: Record) -> None:
    finished = run(WINDOW, tmp_path)
    assert finished.returncode == 0, finished.stderr
    reliability(
        "Nothing goes over the network unasked", "no socket connected or bound, no name looked up in 4 s", "the window"
    )
