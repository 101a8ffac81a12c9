"""What the window shows and keeps of a camera holds no password."""

from pathlib import Path

from PyQt6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from fusion_app.gui.bars.banner import Kind
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from tests.gui.actions import wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.told import told, wait_until_told
from tests.servers import mjpeg_camera

MARK = "S3cr3t"


def texts(window: MainWindow) -> str:
    """Return all that can be read in the window, seen or heard."""
    widgets = [window, *window.findChildren(QWidget)]
    found = [text for w in widgets for text in (w.windowTitle(), w.toolTip(), w.statusTip(), w.accessibleName())]
    found += [label.text() for label in window.findChildren(QLabel)]
    return "\n".join([*found, *(action.text() for action in window.recents._menu.actions())])


def test_the_window_shows_and_keeps_no_password(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> None:
    with mjpeg_camera() as url:
        secret = url.replace("://", f"://me@home.org:{MARK}@") + f"?streamkey={MARK}"
        window = make_window(secret, secret)
        wait_for(qtbot, window, State.LIVE)
        qtbot.waitUntil(lambda: "me@home.org:…@127.0.0.1" in texts(window))
        assert MARK not in texts(window)
        window.commands.rigs.save(str(tmp_path / "rig.yaml"))
        wait_until_told(qtbot, window, Kind.NOTICE, "A password or a key is in the file")
        assert MARK not in texts(window) + "".join(told(window))
        assert MARK in (tmp_path / "rig.yaml").read_text()
        assert (tmp_path / "rig.yaml").stat().st_mode & 0o777 == 0o600
        window.preferences._store.sync()
        assert MARK not in (tmp_path / "window.ini").read_text()
    qtbot.waitUntil(lambda: "no new frame" in texts(window) or "stopped answering" in texts(window))
    assert MARK not in texts(window)
