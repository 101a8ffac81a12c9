"""Scrolling changes nothing: a box takes the wheel only when it has the focus."""

from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QSlider, QWidget
from pytestqt.qtbot import QtBot

from fusion_app.gui.main_window import MainWindow

DOCKS = ("dock_sources", "dock_thermal", "dock_record", "dock_alignment")


def turn_wheel(widget: QWidget, notches: int) -> bool:
    """Turn the wheel over the middle of ``widget``, away from (positive) or towards the user; tell if that was taken.

    Qt offers what is not taken to the parents, but only where it comes from a real wheel.
    """
    at, is_taken = QPointF(widget.rect().center()), False
    for _ in range(abs(notches)):
        event = QWheelEvent(
            at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 if notches > 0 else -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
        is_taken = event.isAccepted()
    return is_taken


def values(window: QWidget) -> dict[QWidget, object]:
    """Return what every visible box and slider of ``window`` says."""
    combos = {box: box.currentText() for box in window.findChildren(QComboBox)}
    spins = {box: box.value() for box in window.findChildren(QDoubleSpinBox)}
    sliders = {box: box.value() for box in window.findChildren(QSlider)}
    return {box: value for box, value in (combos | spins | sliders).items() if box.isVisible()}


def test_the_wheel_changes_no_box_that_has_not_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    seen: set[type[QWidget]] = set()
    for dock in DOCKS:
        window.all_actions[dock].trigger()
        qtbot.wait(50)
        before = values(window)
        for box in before:
            turn_wheel(box, -2)
            turn_wheel(box, 1)
        assert values(window) == before
        seen |= {type(box) for box in before}
    assert len(seen) > 2
    assert window.model.combo in before


def test_the_wheel_over_a_box_is_left_to_what_lies_behind_it(window: MainWindow, qtbot: QtBot) -> None:
    window.all_actions["dock_thermal"].trigger()
    box = window.docks.thermal.polarity
    qtbot.waitUntil(box.isVisible)
    assert not turn_wheel(box, -1)
    box.setFocus()
    assert turn_wheel(box, -1)


def test_a_box_with_the_focus_takes_the_wheel(window: MainWindow, qtbot: QtBot) -> None:
    window.all_actions["dock_record"].trigger()
    box = window.docks.record.quality
    qtbot.waitUntil(box.isVisible)
    before = box.currentIndex()
    box.setFocus()
    turn_wheel(box, -1)
    assert box.currentIndex() == before + 1


def test_dialogs_are_guarded_too(window: MainWindow, qtbot: QtBot) -> None:
    window.all_actions["export"].trigger()
    dialog = window.commands.dialog
    assert dialog is not None
    before = values(dialog)
    assert before
    for box in before:
        dialog.setFocus()
        turn_wheel(box, -1)
    assert values(dialog) == before
    dialog.reject()
