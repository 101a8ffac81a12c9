"""Every command can be found, reached by keyboard, read aloud, and says what it means in calm words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QScrollArea,
    QSlider,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

import fusion_app.gui
from fusion_app.gui.bars.actions import COMMANDS
from fusion_app.gui.bars.theme import Theme
from fusion_app.gui.dialogs.export import ExportDialog
from fusion_app.gui.dialogs.help import ShortcutsDialog
from fusion_app.gui.docks.docks import DockArea
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.recording_controller import RecordingState
from fusion_app.gui.session.session_controller import State
from tests.gui.actions import press, wait_for
from tests.gui.conftest import MakeWindow

GUI = Path(fusion_app.gui.__file__).parent


def in_menus(window: MainWindow) -> set[str]:
    menus = [action.menu() for action in window.menuBar().actions()]
    found = set()
    while menus:
        menu = menus.pop()
        assert isinstance(menu, QMenu)
        menus += [action.menu() for action in menu.actions() if action.menu() is not None]
        found |= {action.objectName() for action in menu.actions()}
    return found


def test_every_command_is_in_a_menu(make_window: MakeWindow) -> None:
    assert {command.name for command in COMMANDS} <= in_menus(make_window())


def test_no_two_commands_share_a_shortcut() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))


def test_f1_lists_every_shortcut(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    press(qtbot, window, Qt.Key.Key_F1)
    dialog = window.commands.dialog
    assert isinstance(dialog, ShortcutsDialog)
    listed = " ".join(dialog.table.item(row, 1).text() for row in range(dialog.table.rowCount()))
    for command in COMMANDS:
        for key in command.keys:
            assert key in listed
    dialog.reject()


def test_every_control_has_an_accessible_name(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir", "synthetic:vis")
    wait_for(qtbot, window, State.PLAYING)
    for name in ("dock_sources", "dock_thermal", "dock_record"):
        window.all_actions[name].trigger()
    window.commands.ask_for_cameras()
    window.all_actions["export"].trigger()
    assert isinstance(window.commands.dialog, ExportDialog)
    for kind in (QAbstractButton, QAbstractSpinBox, QLineEdit, QComboBox, QSlider):
        for control in window.findChildren(kind):
            is_inner = control.objectName().startswith("qt_") or control.parent().inherits("QComboBox")
            is_named = control.accessibleName() or (isinstance(control, QAbstractButton) and control.text())
            assert is_named or is_inner, f"{control} in {control.parent()}"
    window.commands.dialog.reject()


def is_named(widget: QWidget) -> bool:
    """Tell whether a screen reader can say what ``widget`` is: by its name, its words, or the label for it."""
    labels = widget.window().findChildren(QLabel)
    words = widget.text() if isinstance(widget, QAbstractButton) else ""
    return bool(widget.accessibleName() or words or any(label.buddy() is widget for label in labels))


def unnamed(whole: QWidget) -> Iterator[str]:
    """Yield what of ``whole`` can have the focus and has no name; inner parts of Qt's own controls belong to these."""
    for widget in whole.findChildren(QWidget):
        parent = widget.parentWidget()
        around, is_inner = parent, widget.objectName().startswith("qt_")
        while around is not None and not is_inner:
            is_inner = isinstance(around, QComboBox | QAbstractSpinBox | QKeySequenceEdit)
            around = around.parentWidget()
        is_frame = type(widget) in (DockArea, QLabel, QMenuBar, QScrollArea, QTabBar)  # read by their words
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and not (is_inner or is_frame or is_named(widget)):
            yield f"{type(widget).__name__} {widget.objectName()} in {parent}"


def test_nothing_that_can_have_the_focus_is_without_a_name(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")
    wait_for(qtbot, window, State.PLAYING)
    for action in window.all_actions.all():
        if action.objectName().startswith("dock_"):
            action.trigger()
    assert not (found := list(unnamed(window))), "\n".join(found)
    for name in ("shortcuts", "open_pair", "connect_cameras", "export", "settings", "share"):
        window.all_actions[name].trigger()
        dialog = window.commands.dialog
        assert dialog is not None
        assert not list(unnamed(dialog)), name
        dialog.reject()


def test_the_words_are_calm() -> None:
    for path in GUI.rglob("*.py"):
        code = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for text in re.findall(r'(?:tr|translate|QT_TRANSLATE_NOOP)\((?:"\w+", )?"([^"]*)"', code):
            assert not re.search(r"please|!|n't|'ll|\.\.\.", text, re.IGNORECASE), f"{path.name}: {text}"


def test_an_ellipsis_stands_only_where_a_dialog_follows(make_window: MakeWindow) -> None:
    window = make_window()
    for name in ("open_pair", "connect_cameras", "export"):
        assert window.all_actions[name].text().endswith("…")
    for action in window.all_actions.all():
        if action.text().endswith("…"):
            action.setEnabled(True)
            action.trigger()
            assert window.commands.dialog is not None
            window.commands.dialog.reject()


def test_the_tool_bar_is_reached_by_shift_tab(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir", "synthetic:vis")
    wait_for(qtbot, window, State.PLAYING)
    assert window.grid.hasFocus()
    qtbot.keyClick(window.grid, Qt.Key.Key_Backtab)
    assert window.focusWidget() is not window.grid


@pytest.mark.parametrize("theme", Theme)
def test_themes_can_be_chosen_and_are_remembered(make_window: MakeWindow, theme: Theme) -> None:
    window = make_window()
    window.all_actions[f"theme_{theme.value}"].trigger()
    assert window.preferences.theme is theme
    is_light = window.palette().window().color().lightness() > 128
    assert is_light == (theme is Theme.LIGHT)


def is_whole(window: MainWindow) -> bool:
    """Tell whether the tool bar hides nothing of what is in it."""
    extension = window.tool_bar.findChild(QToolButton, "qt_toolbar_ext_button")
    return (extension is None or not extension.isVisible()) and window.model.combo.isVisible()


def test_the_smallest_window_shows_the_whole_tool_bar(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir", "synthetic:vis", model="laplacian")
    wait_for(qtbot, window, State.PLAYING)
    window.resize(1024, 640)
    qtbot.waitUntil(lambda: window.status.field_text("fusion") != "")
    qtbot.waitUntil(lambda: is_whole(window))
    assert window.width() == 1024
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.ON)
    qtbot.waitUntil(lambda: is_whole(window))
    press(qtbot, window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.recording.state is RecordingState.OFF)


def test_tool_tips_say_the_key_also_when_text_or_key_change(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")
    actions = window.all_actions
    assert actions["snapshot"].toolTip() == "Snapshot (F12)"
    wait_for(qtbot, window, State.PLAYING)
    assert actions["play"].toolTip() == "Pause (Space)"
    actions.use_keys({"snapshot": ("Ctrl+G",)})
    assert actions["snapshot"].toolTip() == "Snapshot (Ctrl+G)"


def test_mode_and_palette_are_chosen_in_the_tool_bar_by_keyboard(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")
    wait_for(qtbot, window, State.PLAYING)
    buttons = {one.accessibleName(): one for one in window.tool_bar.findChildren(QToolButton)}
    for name, wanted, key in (("Mode", "mode_blend", "M"), ("Palette", "palette_ironbow", "C")):
        assert f"({key})" in buttons[name].toolTip()
        menu = buttons[name].menu()
        QTimer.singleShot(0, lambda menu=menu, wanted=wanted: pick(qtbot, window, menu, wanted))
        buttons[name].setFocus()
        qtbot.keyClick(buttons[name], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.controller.settings.fusion.mode == "blend")
    assert window.preferences.palette.value == "ironbow"


def pick(qtbot: QtBot, window: MainWindow, menu: QMenu, name: str) -> None:
    """Choose an entry of a menu that is open, by its keys."""
    menu.setActiveAction(window.all_actions[name])
    qtbot.keyClick(menu, Qt.Key.Key_Return)
