"""The Thermal dock: how counts become grey, what the camera sends, the colours on the screen, and what it measures."""

from dataclasses import replace
from typing import Any

import numpy as np
from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, pyqtSignal
from PyQt6.QtWidgets import QDoubleSpinBox, QGroupBox, QVBoxLayout, QWidget

from fusion_app.frames import FusedFrame, ThermalView
from fusion_app.gui.bars.check_box import CheckBox
from fusion_app.gui.bars.combo import ComboBox, choice_box
from fusion_app.gui.docks.histogram import Histogram
from fusion_app.gui.docks.rows import rows
from fusion_app.gui.plain import plain_label, without_mnemonic
from fusion_app.gui.view.palettes import NAMES, Palette
from fusion_app.gui.view.readings import celsius_text
from fusion_app.settings import ThermalSettings

Choices = tuple[tuple[str, str], ...]
"""Value of a setting and its words."""

AGC: Choices = (
    ("percentile", QT_TRANSLATE_NOOP("ThermalDock", "Steady")),
    ("plateau", QT_TRANSLATE_NOOP("ThermalDock", "Detail")),
    ("linear", QT_TRANSLATE_NOOP("ThermalDock", "Whole range")),
    ("manual", QT_TRANSLATE_NOOP("ThermalDock", "Manual")),
)
POLARITY: Choices = (
    ("white-hot", QT_TRANSLATE_NOOP("ThermalDock", "White is hot")),
    ("black-hot", QT_TRANSLATE_NOOP("ThermalDock", "Black is hot")),
)
LAYOUT: Choices = (
    ("auto", QT_TRANSLATE_NOOP("ThermalDock", "Automatic")),
    ("picture", QT_TRANSLATE_NOOP("ThermalDock", "Picture, 8 bit")),
    ("y16", QT_TRANSLATE_NOOP("ThermalDock", "Counts, 16 bit")),
    ("dual", QT_TRANSLATE_NOOP("ThermalDock", "Picture above counts")),
)
TEMPERATURE: Choices = (
    ("auto", QT_TRANSLATE_NOOP("ThermalDock", "Automatic")),
    ("none", QT_TRANSLATE_NOOP("ThermalDock", "No temperatures")),
    ("kelvin100", QT_TRANSLATE_NOOP("ThermalDock", "1/100 kelvin")),
    ("kelvin64", QT_TRANSLATE_NOOP("ThermalDock", "1/64 kelvin")),
)
SWITCHES: Choices = (
    ("deflicker", QT_TRANSLATE_NOOP("ThermalDock", "&Take jumps of the gain out")),
    ("bad_pixels", QT_TRANSLATE_NOOP("ThermalDock", "Fill &stuck pixels")),
    ("nuc", QT_TRANSLATE_NOOP("ThermalDock", "&Recognise a closed shutter")),
)


def _words(text: str) -> str:
    return QCoreApplication.translate("ThermalDock", text)


class ThermalDock(QWidget):
    """Edits `ThermalSettings` and shows what is measured.

    Signals:
        changed: The user wants these settings.
        palette_chosen: The user wants these colours on the screen.
    """

    changed = pyqtSignal(ThermalSettings)
    palette_chosen = pyqtSignal(Palette)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = ThermalSettings()
        self.agc = self._combo(AGC, "agc", self.tr("Gain"))
        self.polarity = self._combo(POLARITY, "polarity", self.tr("Polarity of the camera"))
        self.layout_choice = self._combo(LAYOUT, "layout", self.tr("What the camera sends"))
        self.temperature = self._combo(TEMPERATURE, "temperature", self.tr("Temperatures"))
        self.switches = {name: self._switch(name, text) for name, text in SWITCHES}
        self.lock = self._switch("lock", QT_TRANSLATE_NOOP("ThermalDock", "&Lock the gain as it is"))
        self.level, self.span = self._spin("level", self.tr("Level")), self._spin("span", self.tr("Span"))
        self.histogram = Histogram(self)
        self.histogram.dragged.connect(self._use_region)
        self.readings = plain_label(self)
        self.readings.setWordWrap(True)
        self.palette_choice = ComboBox(self)
        self.palette_choice.setAccessibleName(self.tr("Colours on the screen"))
        for palette in Palette:
            text = without_mnemonic(QCoreApplication.translate("Actions", NAMES[palette]))
            self.palette_choice.addItem(text, palette)
        self.palette_choice.activated.connect(lambda index: self.palette_chosen.emit(list(Palette)[index]))
        self._arrange()
        self.show_settings(self._settings)
        self.show_frame(None)

    def show_settings(self, settings: ThermalSettings) -> None:
        """Show the settings in use."""
        self._settings = settings
        for combo, value in (
            (self.agc, settings.agc), (self.polarity, settings.polarity), (self.layout_choice, settings.layout),
            (self.temperature, settings.temperature),
        ):  # fmt: skip
            combo.setCurrentIndex(combo.findData(value))
        for name, box in (*self.switches.items(), ("lock", self.lock)):
            _quietly(box, box.setChecked, getattr(settings, name))
        if settings.agc == "manual":
            self._show_region(settings.level - settings.span / 2, settings.level + settings.span / 2)

    def show_palette(self, palette: Palette) -> None:
        """Show the colours in use."""
        self.palette_choice.setCurrentIndex(list(Palette).index(palette))

    def show_frame(self, fused: FusedFrame | None) -> None:
        """Show histogram and readings of the frame in view."""
        view = fused.thermal if fused is not None and fused.pair.ir.index >= 0 else None
        has_counts = view is not None and view.counts is not None
        for widget in (self.agc, self.level, self.span, self.lock):
            widget.setEnabled(has_counts)
        region = view.counts_range if view is not None else None
        self.histogram.show_counts(None if view is None else view.grey if view.counts is None else view.counts, region)
        if region is not None and self._settings.agc != "manual":
            self._show_region(*region)
        self.readings.setText(_readings(view))

    def _combo(self, choices: Choices, name: str, title: str) -> ComboBox:
        offered = ((value, _words(text)) for value, text in choices)
        return choice_box(self, offered, title, lambda value: self._change(**{name: value}))

    def _switch(self, name: str, text: str) -> CheckBox:
        box = CheckBox(_words(text), self)
        box.toggled.connect(lambda is_on: self._change(**{name: is_on}))
        return box

    def _spin(self, name: str, title: str) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setRange(0.0 if name == "level" else 1.0, 65535.0)
        spin.setDecimals(0)
        spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        spin.setKeyboardTracking(False)
        spin.setAccessibleName(title)
        spin.valueChanged.connect(self._use_numbers)
        return spin

    def _use_numbers(self, _: float) -> None:
        self._change(agc="manual", level=self.level.value(), span=self.span.value())

    def _use_region(self, black: float, white: float) -> None:
        self._show_region(black, white)
        self._use_numbers(0.0)

    def _change(self, **values: Any) -> None:
        if values.get("agc") == "manual":  # from the range in use, not from nowhere
            values = {"level": self.level.value(), "span": self.span.value(), **values}
        self.show_settings(replace(self._settings, **values))
        self.changed.emit(self._settings)

    def _show_region(self, black: float, white: float) -> None:
        _quietly(self.level, self.level.setValue, (black + white) / 2)
        _quietly(self.span, self.span.setValue, white - black)

    def _arrange(self) -> None:
        titles = (self.tr("Gain"), self.tr("Picture"), self.tr("Camera"))
        gain, screen, camera = groups = [QGroupBox(title, self) for title in titles]
        column = QVBoxLayout(gain)
        column.addWidget(self.histogram)
        column.addLayout(
            rows([(self.tr("Method"), self.agc), (self.tr("Level"), self.level), (self.tr("Span"), self.span)])
        )
        column.addWidget(self.lock)
        column.addWidget(self.switches["deflicker"])
        column = QVBoxLayout(screen)
        column.addLayout(rows([(self.tr("Colours"), self.palette_choice)]))
        column.addWidget(self.readings)
        column = QVBoxLayout(camera)
        column.addLayout(
            rows(
                [
                    (self.tr("Sends"), self.layout_choice),
                    (self.tr("Counts are"), self.temperature),
                    (self.tr("Polarity"), self.polarity),
                ]
            )
        )
        column.addWidget(self.switches["bad_pixels"])
        column.addWidget(self.switches["nuc"])
        whole = QVBoxLayout(self)
        for group in groups:
            whole.addWidget(group)
        whole.addStretch(1)


def _quietly(widget: QWidget, act: Any, value: Any) -> None:
    widget.blockSignals(True)
    act(value)
    widget.blockSignals(False)


def _readings(view: ThermalView | None) -> str:
    """Return centre, coldest and hottest in counts and, where they are known, degrees."""
    if view is None:
        return _words(QT_TRANSLATE_NOOP("ThermalDock", "No infrared yet."))
    if view.counts is None:
        return _words(QT_TRANSLATE_NOOP("ThermalDock", "The camera sends 8 bit pictures: no counts, no temperatures."))
    height, width = view.counts.shape
    found = {
        QT_TRANSLATE_NOOP("ThermalDock", "Centre"): int(view.counts[height // 2, width // 2]),
        QT_TRANSLATE_NOOP("ThermalDock", "Coldest"): int(np.min(view.counts)),
        QT_TRANSLATE_NOOP("ThermalDock", "Hottest"): int(np.max(view.counts)),
    }
    lines = [f"{_words(name)}   {_counts_text(view, counts)}" for name, counts in found.items()]
    if view.is_nuc:
        lines.append(_words(QT_TRANSLATE_NOOP("ThermalDock", "The shutter is closed (NUC).")))
    if view.bad_pixels:
        lines.append(_words(QT_TRANSLATE_NOOP("ThermalDock", "{0} stuck pixels are filled.")).format(view.bad_pixels))
    return "\n".join([*lines, view.notice] if view.notice else lines)


def _counts_text(view: ThermalView, counts: int) -> str:
    celsius = celsius_text(view, counts)
    return f"{celsius}   ({counts})" if celsius else str(counts)
