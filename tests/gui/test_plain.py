"""Names from outside are shown, not executed: Qt reads the files that HTML in a label names."""

import os
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from tests.gui.actions import press, wait_for
from tests.gui.conftest import MakeWindow
from tests.gui.pulse import Pulse
from tests.media import counting_frames, write_video


def shown(window: MainWindow) -> list[str]:
    """Return the texts in view."""
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


def test_a_file_that_is_called_like_html_reads_no_other_file(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch, pulse: Pulse
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.png")  # whoever opens it waits for ever
    name = "<img src=pipe.png>.mkv"
    write_video(tmp_path / name, counting_frames(50))
    window = make_window(name, name)
    wait_for(qtbot, window, State.PLAYING)
    press(qtbot, window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: name in shown(window))
    tips = [widget.toolTip() for widget in window.findChildren(QWidget) if "pipe" in widget.toolTip()]
    assert tips
    assert not any("<img" in tip for tip in tips)
    window.all_actions["export"].trigger()
    window.commands.dialog.form.message.setText(name)
    qtbot.wait(100)
    window.commands.dialog.reject()
    window.controller.close()
    wait_for(qtbot, window, State.EMPTY, with_frame=False)
    qtbot.wait(50)
    assert pulse.longest_s < 10
