"""What a user does with hands and eyes."""

from pathlib import Path

from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, *, shift: bool = False, ctrl: bool = False) -> None:
    """Press a key in the window."""
    held = Qt.KeyboardModifier.NoModifier
    held |= Qt.KeyboardModifier.ShiftModifier if shift else held
    held |= Qt.KeyboardModifier.ControlModifier if ctrl else held
    qtbot.keyClick(window, key, held)


def button(parent: QWidget, text: str) -> QPushButton:
    """Return the visible button that says ``text``."""
    buttons = [item for item in parent.findChildren(QPushButton) if item.isVisible()]
    found = [item for item in buttons if item.text().replace("&", "") == text]
    assert found, f"no button {text!r}"
    return found[0]


def click(qtbot: QtBot, widget: QWidget) -> None:
    """Click on a widget with the left button."""
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def drop(widget: QWidget, *paths: str | Path) -> None:
    """Drag files over ``widget`` and let go."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    held = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(9, 9), *held))
    QApplication.sendEvent(widget, QDropEvent(QPointF(9, 9), *held))


def wait_for(qtbot: QtBot, window: MainWindow, state: State, *, with_frame: bool = True) -> None:
    """Wait until the window is in ``state``, and shows a frame."""
    qtbot.waitUntil(lambda: window.controller.state is state)
    if with_frame:
        qtbot.waitUntil(lambda: window.grid.has_frame)


def position(window: MainWindow) -> float:
    """Return the PTS of the frame in view, rounded to milliseconds."""
    frame = window.controller.frame
    assert frame is not None
    return round(frame.pts_s, 3)
