"""Everything can be read and reached: at the smallest size, at 200 %, in both themes, by keyboard."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from fusion_app.gui import language
from fusion_app.gui.bars.check_box import CheckBox
from fusion_app.gui.bars.combo import ComboBox
from fusion_app.gui.bars.theme import Theme, apply
from fusion_app.gui.dialogs.connect import ConnectDialog
from fusion_app.gui.dialogs.help import ShortcutsDialog
from fusion_app.gui.language import Language
from fusion_app.gui.main_window import MainWindow
from fusion_app.gui.session.session_controller import State
from fusion_app.gui.window_size import MIN_SIZE, first_size
from tests.gui.actions import press, wait_for
from tests.gui.conftest import MakeWindow

DOCKS = (
    "dock_sources",
    "dock_thermal",
    "dock_record",
    "dock_alignment",
    "dock_fusion",
    "dock_measure",
    "dock_performance",
    "dock_queue",
    "dock_log",
)
DIALOGS = ("shortcuts", "about", "open_pair", "connect_cameras", "export", "settings")
THEMES = (Theme.DARK, Theme.LIGHT)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def smallest(make_window: MakeWindow, qtbot: QtBot) -> MainWindow:
    """The smallest window, on a paused pair."""
    window = make_window("synthetic:ir?size=64x48", "synthetic:vis?size=64x48")
    window.resize(*MIN_SIZE)
    wait_for(qtbot, window, State.PLAYING)
    window.controller.toggle()
    qtbot.waitUntil(lambda: window.status.field_text("fusion") != "")
    return window


def words_of(widget: QWidget) -> str:
    if isinstance(widget, QGroupBox):
        return widget.title()
    if isinstance(widget, QComboBox):
        return widget.currentText()
    return widget.text() if isinstance(widget, QLabel | QAbstractButton | QAbstractSpinBox) else ""


def room_for_words(widget: QWidget) -> bool:
    """Tell whether the words of ``widget`` fit into it."""
    needed = widget.fontMetrics().horizontalAdvance(words_of(widget).replace("&", ""))
    if isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        field = widget.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, widget)
        return field.width() >= needed
    if isinstance(widget, QAbstractSpinBox):
        return widget.lineEdit().width() >= needed
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() >= widget.heightForWidth(widget.width())
    if isinstance(widget, QGroupBox):
        return widget.width() >= needed
    return widget.width() >= widget.sizeHint().width()


def is_cut_sideways(widget: QWidget, whole: QWidget) -> bool:
    """Tell whether something around ``widget`` hides its left or right edge."""
    around = widget.parentWidget()
    while around is not None:
        place = QRect(widget.mapTo(around, QPoint(0, 0)), widget.size())
        if place.left() < 0 or place.right() > around.rect().right():
            return True
        if around is whole:
            return False
        around = around.parentWidget()
    return False


def clipped(whole: QWidget) -> Iterator[str]:
    """Yield what of ``whole`` cannot be read."""
    for widget in whole.findChildren(QWidget):
        words = words_of(widget)
        if widget.isVisible() and words and (not room_for_words(widget) or is_cut_sideways(widget, whole)):
            yield f"{type(widget).__name__} {words!r}: {widget.width()} px wide"


def settle(qtbot: QtBot, whole: QWidget) -> None:
    """Let Qt arrange ``whole``, which takes a busy machine some time."""
    for _ in range(20):
        if not list(clipped(whole)):
            return
        qtbot.wait(100)


def pages_of(dialog: QDialog) -> Iterator[None]:
    """Turn to each page of ``dialog``; it may have only one."""
    tabs = dialog.findChild(QTabWidget)
    for page in range(1 if tabs is None else tabs.count()):
        if tabs is not None:
            tabs.setCurrentIndex(page)
        yield


def check_everything(window: MainWindow, qtbot: QtBot) -> None:
    for name in DOCKS:
        window.all_actions[name].trigger()
        qtbot.wait(120)
        assert (window.width(), window.height()) == MIN_SIZE, name
        settle(qtbot, window)
        assert not list(clipped(window)), name
        window.all_actions[name].trigger()
    for name in DIALOGS:
        window.all_actions[name].trigger()
        dialog = window.commands.dialog
        assert isinstance(dialog, QDialog)
        qtbot.waitUntil(dialog.isVisible)
        qtbot.wait(120)
        for _ in pages_of(dialog):
            settle(qtbot, dialog)
            assert not list(clipped(dialog)), name
        assert dialog.height() <= MIN_SIZE[1], name
        dialog.reject()


@pytest.mark.parametrize("theme", THEMES)
def test_no_text_is_clipped_in_the_smallest_window(smallest: MainWindow, qtbot: QtBot, theme: Theme) -> None:
    assert smallest.devicePixelRatio() == float(os.environ.get("QT_SCALE_FACTOR", "1"))
    smallest.all_actions[f"theme_{theme.value}"].trigger()
    check_everything(smallest, qtbot)


@pytest.mark.skipif(
    not shutil.which("fc-list") or not subprocess.check_output(["fc-list", ":lang=zh-cn"], text=True).strip(),
    reason="needs a font with Chinese characters, as fonts-wqy-microhei: others measure differently",
)
def test_no_chinese_text_is_clipped_in_the_smallest_window(smallest: MainWindow, qtbot: QtBot) -> None:
    try:
        smallest.all_actions["language_chinese"].trigger()
        check_everything(smallest, qtbot)
    finally:
        language.use(Language.ENGLISH)


def test_no_text_is_clipped_at_200_percent(tmp_path: Path) -> None:
    screen = {"name": "laptop", "x": 0, "y": 0, "width": 2732, "height": 1536, "logicalDpi": 96, "dpr": 1}
    config = tmp_path / "screen.json"
    config.write_text(json.dumps({"screens": [screen]}))
    env = os.environ | {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": f"offscreen:configfile={config}"}
    test = f"{__file__}::test_no_text_is_clipped_in_the_smallest_window"
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"{test}[{Theme.LIGHT}]"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two colours, 1…21 (WCAG 2.1)."""
    light = sorted((_luminance(one), _luminance(other)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(colour: QColor) -> float:
    parts = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def colours_in(image: QImage, place: QRect) -> list[QColor]:
    """Return the colours of ``place``, the most frequent one first."""
    counts: dict[int, int] = {}
    for y in range(place.top(), place.bottom() + 1):
        for x in range(place.left(), place.right() + 1):
            counts[image.pixel(x, y)] = counts.get(image.pixel(x, y), 0) + 1
    return [QColor(value) for value in sorted(counts, key=lambda value: -counts[value])]


@pytest.fixture
def in_theme(qapp: QApplication) -> Iterator[None]:
    yield
    apply(qapp, Theme.DARK)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.usefixtures("in_theme")
def test_the_current_item_of_a_drop_down_stands_out_and_can_be_read(
    qapp: QApplication, qtbot: QtBot, theme: Theme
) -> None:
    apply(qapp, theme)
    combo = ComboBox()
    qtbot.addWidget(combo)
    combo.addItems(["first", "second", "third"])
    combo.setCurrentIndex(1)
    combo.show()
    combo.showPopup()
    view = combo.view()
    qtbot.waitUntil(view.isVisible)
    qtbot.wait(60)
    image = view.viewport().grab().toImage()
    now, other = (colours_in(image, view.visualRect(combo.model().index(row, 0))) for row in (1, 2))
    assert contrast(now[0], other[0]) > 1.5
    for colours in (now, other):
        assert max(contrast(colours[0], colour) for colour in colours) > 4.5
    combo.hidePopup()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("is_checked", [False, True])
@pytest.mark.usefixtures("in_theme")
def test_a_check_box_can_be_seen_checked_or_not(
    qapp: QApplication, qtbot: QtBot, theme: Theme, is_checked: bool
) -> None:
    apply(qapp, theme)
    ground = QWidget()
    qtbot.addWidget(ground)
    box = CheckBox("", ground)
    box.setChecked(is_checked)
    QVBoxLayout(ground).addWidget(box)
    ground.show()
    ground.setFocus()
    image = ground.grab().toImage()
    indicator = box._box().toRect().translated(box.pos())
    edge = [image.pixelColor(x, indicator.center().y()) for x in range(indicator.left() - 1, indicator.left() + 3)]
    assert max(contrast(ground.palette().window().color(), colour) for colour in edge) > 3
    inside = colours_in(image, indicator.adjusted(3, 3, -3, -3))
    assert (max(contrast(inside[0], colour) for colour in inside) > 4.5) is is_checked


@pytest.mark.parametrize("screen", [QSize(1366, 728), QSize(1280, 800), QSize(1920, 1040), QSize(3840, 2080)])
def test_the_first_window_fits_on_the_screen(screen: QSize) -> None:
    size = first_size(screen)
    assert size.width() <= screen.width()
    assert size.height() + 40 <= screen.height()


def test_leaving_full_screen_gives_back_the_window_as_it_was(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    window.showMaximized()
    press(qtbot, window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.isMaximized()
    assert not window.isFullScreen()
    window.showNormal()
    press(qtbot, window, Qt.Key.Key_F11)
    press(qtbot, window, Qt.Key.Key_F11)
    assert not window.isMaximized()


def test_a_message_is_not_cut_by_the_numbers(smallest: MainWindow, qtbot: QtBot) -> None:
    status = smallest.status
    text = "Marker 12 is set"
    status.showMessage(text)
    qtbot.wait(50)
    shown = [label for label in status.findChildren(QLabel) if label.isVisible()]
    assert shown
    left = min(label.x() for label in shown)
    assert left >= status.fontMetrics().horizontalAdvance(text) + 6
    status.clearMessage()
    qtbot.wait(50)
    assert len([label for label in status.findChildren(QLabel) if label.isVisible()]) >= len(shown)


def test_f1_is_read_and_closed_by_keyboard(smallest: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, smallest, Qt.Key.Key_F1)
    dialog = smallest.commands.dialog
    assert isinstance(dialog, ShortcutsDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    assert dialog.focusWidget() is dialog.table
    bar = dialog.table.verticalScrollBar()
    qtbot.keyClick(dialog.table, Qt.Key.Key_PageDown)
    qtbot.keyClick(dialog.table, Qt.Key.Key_PageDown)
    assert bar.value() > 5
    qtbot.keyClick(dialog.table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert bar.value() == bar.maximum()
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    assert smallest.commands.dialog is None


def test_return_on_close_closes(smallest: MainWindow, qtbot: QtBot) -> None:
    for name in ("shortcuts", "about"):
        smallest.all_actions[name].trigger()
        dialog = smallest.commands.dialog
        assert isinstance(dialog, QDialog)
        (close,) = (item for item in dialog.findChildren(QPushButton) if item.text().replace("&", "") == "Close")
        close.setFocus()
        qtbot.keyClick(close, Qt.Key.Key_Return)
        assert smallest.commands.dialog is None


def test_dialogs_begin_where_one_types(smallest: MainWindow, qtbot: QtBot) -> None:
    smallest.controller.close()
    wait_for(qtbot, smallest, State.EMPTY, with_frame=False)
    for name in ("open_pair", "connect_cameras"):
        smallest.all_actions[name].trigger()
        dialog = smallest.commands.dialog
        assert isinstance(dialog, QDialog)
        assert not isinstance(dialog, QFileDialog)
        qtbot.waitUntil(dialog.isVisible)
        focused = dialog.focusWidget()
        assert focused is dialog.ir_field
        assert isinstance(focused, QLineEdit) or (isinstance(dialog, ConnectDialog) and focused.isEditable())
        dialog.reject()
