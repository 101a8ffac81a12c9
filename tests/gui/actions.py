"""What a user does with hands and eyes."""

from pathlib import Path

from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QAction, QContextMenuEvent, QDragEnterEvent, QDropEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.plain import without_mnemonic
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
    """Wait until the window is in ``state``, nothing is being opened, and it shows a frame."""
    qtbot.waitUntil(lambda: window.controller.state is state and not window.controller.is_opening)
    if with_frame:
        qtbot.waitUntil(lambda: window.grid.has_frame)


def paused_at_one_second(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """Let a window that plays a pair stand still at one second of it; return it."""
    wait_for(qtbot, window, State.PLAYING)
    window.all_actions["loop"].setChecked(False)
    press(qtbot, window, Qt.Key.Key_Space)
    window.controller.seek(1.0)
    qtbot.waitUntil(lambda: position(window) == 1.0)
    return window


def position(window: MainWindow) -> float:
    """Return the PTS of the frame in view, rounded to milliseconds."""
    frame = window.controller.frame
    assert frame is not None
    return round(frame.pts_s, 3)


def drag(qtbot: QtBot, widget: QWidget, start: QPointF, end: QPointF, *, shift: bool = False) -> None:
    """Press the left button at ``start``, move to ``end`` in two moves, and let go."""
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(widget, left, held, start.toPoint())
    for share in (0.5, 1.0):
        qtbot.mouseMove(widget, (start + (end - start) * share).toPoint())
    qtbot.mouseRelease(widget, left, held, end.toPoint())


def scroll(widget: QWidget, at: QPointF, notches: int) -> None:
    """Turn the wheel over ``widget``: away from oneself is more than 0."""
    none = Qt.KeyboardModifier.NoModifier
    turned = QPoint(0, 120 * notches)
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), turned, Qt.MouseButton.NoButton, none, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(widget, event)


def press_right(widget: QWidget, at: QPoint) -> None:
    """Ask for the menu of ``widget`` with the right button."""
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))


def press_menu_key(widget: QWidget) -> None:
    """Ask for the menu of ``widget`` by key."""
    at = widget.rect().center()
    reason = QContextMenuEvent.Reason.Keyboard
    QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))


def open_menu(parent: QWidget) -> QMenu:
    """Return the menu that is open over ``parent`` or a part of it."""
    (menu,) = (menu for menu in parent.findChildren(QMenu) if menu.isVisible())
    return menu


def entry(menu: QMenu, text: str) -> QAction:
    """Return the line of ``menu`` that says ``text``."""
    return next(action for action in menu.actions() if without_mnemonic(action.text()) == text)
