"""The Measure dock: spots and their values, the scale on the picture, and the alarm."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, pyqtSignal
from PyQt6.QtWidgets import (
    QDoubleSpinBox,
    QGroupBox,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fusion_app.gui.bars.check_box import CheckBox
from fusion_app.gui.bars.combo import choice_box
from fusion_app.gui.docks.rows import rows
from fusion_app.gui.plain import plain_label
from fusion_app.gui.popups import Entries, Entry, copy_text, offer
from fusion_app.gui.view.spots import Spot
from fusion_app.thermal.heat import CENTRE, LIMITS, AlarmSettings, Place

SIDES = (
    ("above", QT_TRANSLATE_NOOP("MeasureDock", "The hottest is above")),
    ("below", QT_TRANSLATE_NOOP("MeasureDock", "The coldest is below")),
)
UNITS = (
    ("celsius", QT_TRANSLATE_NOOP("MeasureDock", "Degrees Celsius")),
    ("counts", QT_TRANSLATE_NOOP("MeasureDock", "Counts")),
    ("grey", QT_TRANSLATE_NOOP("MeasureDock", "Grey levels")),
)
STARTS = {"celsius": 60.0, "counts": 32000.0, "grey": 200.0}
FIXED = 3
"""Hottest, coldest and centre come first in the list, and cannot be moved."""


def _words(text: str) -> str:
    return QCoreApplication.translate("MeasureDock", text)


class MeasureDock(QWidget):
    """Edits spots and alarm.

    Signals:
        shown_changed: Spots and scale are to be shown, or not.
        placed_changed: The user wants spots at these places.
        alarm_changed: The user wants this alarm.
    """

    shown_changed = pyqtSignal(bool)
    placed_changed = pyqtSignal(tuple)
    alarm_changed = pyqtSignal(AlarmSettings)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placed: tuple[Place, ...] = ()
        self._alarm = AlarmSettings()
        self.shown = CheckBox(self.tr("&Show spots and scale on the picture"), self)
        self.shown.setToolTip(self.tr("Values and the scale of colours, on infrared and on the fused picture (T)"))
        self.shown.toggled.connect(self.shown_changed)
        self.where = plain_label(self)
        self.where.setWordWrap(True)
        self.where.setObjectName("muted")
        self.where.setText(
            self.tr(
                "Drawn on the screen only. Recordings (CSV) and snapshots (YAML) hold the values beside the pictures."
            )
        )
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Spots and their values"))
        self.list.setMinimumHeight(110)
        self.list.currentRowChanged.connect(lambda _: self._show_place())
        self.add = QPushButton(self.tr("&Add a spot"), self)
        self.add.setToolTip(self.tr("In the middle; or click a picture with the right button"))
        self.add.clicked.connect(lambda: self._place((*self._placed, CENTRE), len(self._placed)))
        self.remove = QPushButton(self.tr("Re&move"), self)
        self.remove.clicked.connect(self._remove)
        self.across, self.down = self._percent(self.tr("Across")), self._percent(self.tr("Down"))
        self.alarm_on = self._switch("is_on", self.tr("A&larm"))
        self.alarm_records = self._switch("records", self.tr("An alarm starts a re&cording"))
        self.side = choice_box(self, _offered(SIDES), self.tr("When"), lambda side: self._change(side=side))
        self.unit = choice_box(
            self, _offered(UNITS), self.tr("Unit"), lambda unit: self._change(unit=unit, threshold=STARTS[unit])
        )
        self.threshold = self._threshold()
        self.state = plain_label(self)
        self.state.setWordWrap(True)
        offer(self.list, self.list.accessibleName(), self._entries)
        self._arrange()
        self.show_alarm(self._alarm)
        self.show_state("", "")
        self.show_spots((), ())

    def _threshold(self) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self)
        box.setKeyboardTracking(False)
        box.setAccessibleName(self.tr("Threshold"))
        box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        box.setDecimals(1)
        box.valueChanged.connect(lambda value: self._change(threshold=value))
        return box

    def show_shown(self, is_on: bool) -> None:
        """Show whether spots are on the picture."""
        self.shown.blockSignals(True)
        self.shown.setChecked(is_on)
        self.shown.blockSignals(False)

    def show_spots(self, spots: Sequence[Spot], placed: Sequence[Place]) -> None:
        """Show the values of now."""
        row, is_other = self.list.currentRow(), len(placed) != len(self._placed)
        self._placed = tuple(placed)
        lines = [f"{spot.name}   {spot.value or '–'}" for spot in spots]
        if self.list.count() != len(lines):
            self.list.clear()
            self.list.addItems(lines)
            self.list.setCurrentRow(min(row, len(lines) - 1))
        for number, line in enumerate(lines):
            if (item := self.list.item(number)) is not None and item.text() != line:
                item.setText(line)
        if is_other or self.list.currentRow() != row:
            self._show_place()

    def show_alarm(self, alarm: AlarmSettings) -> None:
        """Show the alarm that is watched for."""
        self._alarm = alarm
        for box, is_on in ((self.alarm_on, alarm.is_on), (self.alarm_records, alarm.records)):
            box.blockSignals(True)
            box.setChecked(is_on)
            box.blockSignals(False)
        self.side.setCurrentIndex(self.side.findData(alarm.side))
        self.unit.setCurrentIndex(self.unit.findData(alarm.unit))
        self.threshold.blockSignals(True)
        self.threshold.setRange(*LIMITS[alarm.unit])
        self.threshold.setValue(alarm.threshold)
        self.threshold.blockSignals(False)
        for widget in (self.side, self.unit, self.threshold, self.alarm_records):
            widget.setEnabled(alarm.is_on)

    def show_state(self, text: str, trouble: str) -> None:
        """Say whether there is an alarm."""
        calm = self.tr("●  No alarm") if self._alarm.is_on else self.tr("The alarm is off.")
        self.state.setText(f"■  {text}" if text else f"▲  {trouble}" if trouble else calm)

    def _switch(self, name: str, text: str) -> CheckBox:
        box = CheckBox(text, self)
        box.toggled.connect(lambda is_on: self._change(**{name: is_on}))
        return box

    def _percent(self, title: str) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setRange(0.0, 99.9)
        spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        spin.setDecimals(1)
        spin.setSuffix(" %")
        spin.setKeyboardTracking(False)
        spin.setAccessibleName(title)
        spin.valueChanged.connect(lambda _: self._move())
        return spin

    @property
    def _chosen(self) -> int:
        """Which of the placed spots is chosen in the list; negative: none."""
        return min(self.list.currentRow() - FIXED, len(self._placed) - 1)

    def _entries(self) -> Entries:
        texts = "\n".join(item.text() for row in range(self.list.count()) if (item := self.list.item(row)) is not None)
        yield Entry(self.tr("&Copy values"), lambda: copy_text(texts), bool(texts))
        yield None
        yield Entry(self.tr("&Add a spot"), self.add.click)
        yield Entry(self.tr("Re&move"), self.remove.click, self.remove.isEnabled())

    def _show_place(self) -> None:
        has_one = self._chosen >= 0
        for spin, value in zip(
            (self.across, self.down), self._placed[self._chosen] if has_one else CENTRE, strict=True
        ):
            spin.setEnabled(has_one)
            spin.blockSignals(True)
            spin.setValue(value * 100)
            spin.blockSignals(False)
        self.remove.setEnabled(has_one)

    def _move(self) -> None:
        if (chosen := self._chosen) >= 0:
            placed = list(self._placed)
            placed[chosen] = (self.across.value() / 100, self.down.value() / 100)
            self._place(tuple(placed), chosen)

    def _remove(self) -> None:
        if (chosen := self._chosen) >= 0:
            self._place(self._placed[:chosen] + self._placed[chosen + 1 :], chosen - 1)

    def _place(self, placed: tuple[Place, ...], chosen: int) -> None:
        if not self.shown.isChecked():
            self.shown.setChecked(True)
        self.placed_changed.emit(placed)
        self.list.setCurrentRow(max(0, chosen + FIXED) if self.list.count() else -1)

    def _change(self, **values: Any) -> None:
        self.show_alarm(replace(self._alarm, **values))
        self.alarm_changed.emit(self._alarm)

    def _arrange(self) -> None:
        spots, alarm = QGroupBox(self.tr("Spots"), self), QGroupBox(self.tr("Alarm"), self)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        column = QVBoxLayout(spots)
        column.addWidget(self.shown)
        column.addWidget(self.where)
        column.addWidget(self.list)
        column.addLayout(buttons)
        column.addLayout(rows([(self.tr("Across"), self.across), (self.tr("Down"), self.down)]))
        column = QVBoxLayout(alarm)
        column.addWidget(self.alarm_on)
        column.addLayout(
            rows([(self.tr("When"), self.side), (self.tr("Than"), self.threshold), (self.tr("Unit"), self.unit)])
        )
        column.addWidget(self.alarm_records)
        column.addWidget(self.state)
        whole = QVBoxLayout(self)
        whole.addWidget(spots)
        whole.addWidget(alarm)
        whole.addStretch(1)


def _offered(choices: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    return [(value, _words(text)) for value, text in choices]
