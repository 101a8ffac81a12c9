"""The Fusion dock: the mode, how strong it is, what the isotherm colours, and how the network is computed."""

from dataclasses import replace
from typing import Any, get_args

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, pyqtSignal
from PyQt6.QtWidgets import QDoubleSpinBox, QGroupBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from fusion_app.gui.bars.actions import MODES
from fusion_app.gui.bars.check_box import CheckBox
from fusion_app.gui.bars.combo import ComboBox, choice_box
from fusion_app.gui.bars.slider import Slider
from fusion_app.gui.docks.rows import rows
from fusion_app.gui.plain import plain_label, without_mnemonic
from fusion_app.pipeline.mixing import UNITS, USUAL, usual_strength
from fusion_app.settings import ISOTHERM_LIMITS, FusionSettings, IsothermSettings, Precision

EXPLANATIONS = {
    "network": QT_TRANSLATE_NOOP("FusionDock", "A network takes the best of both."),
    "edges": QT_TRANSLATE_NOOP("FusionDock", "The visible picture, with the outlines of what infrared sees."),
    "hot": QT_TRANSLATE_NOOP("FusionDock", "The visible picture, with what is hot in colours."),
    "blend": QT_TRANSLATE_NOOP("FusionDock", "A cross-fade of both pictures."),
    "pyramid": QT_TRANSLATE_NOOP("FusionDock", "The stronger detail of the two, on every scale."),
    "ir": QT_TRANSLATE_NOOP("FusionDock", "Infrared, where it lies on visible."),
    "vis": QT_TRANSLATE_NOOP("FusionDock", "The visible picture as it is."),
}
SIDES = (
    ("above", QT_TRANSLATE_NOOP("FusionDock", "Warmer than")),
    ("below", QT_TRANSLATE_NOOP("FusionDock", "Colder than")),
    ("between", QT_TRANSLATE_NOOP("FusionDock", "Between")),
)
UNIT_NAMES = (
    ("percent", QT_TRANSLATE_NOOP("FusionDock", "Percent of the range")),
    ("counts", QT_TRANSLATE_NOOP("FusionDock", "Counts")),
    ("celsius", QT_TRANSLATE_NOOP("FusionDock", "Degrees Celsius")),
)
OVERLAYS = {
    "iron": QT_TRANSLATE_NOOP("FusionDock", "Iron"),
    "rainbow": QT_TRANSLATE_NOOP("FusionDock", "Rainbow"),
    "inferno": QT_TRANSLATE_NOOP("FusionDock", "Inferno"),
    "hot": QT_TRANSLATE_NOOP("FusionDock", "Hot"),
    "plasma": QT_TRANSLATE_NOOP("FusionDock", "Plasma"),
    "turbo": QT_TRANSLATE_NOOP("FusionDock", "Turbo"),
}
STARTS = {"percent": (60.0, 80.0), "counts": (30000.0, 32000.0), "celsius": (30.0, 40.0)}
"""Thresholds to begin with in each unit."""
SIZES = ("auto", "full", "1280x720", "640x480", "320x240")
DEVICES = ("auto", "cpu", "cuda")


def _words(text: str) -> str:
    return QCoreApplication.translate("FusionDock", text)


class FusionDock(QWidget):
    """Edits `FusionSettings` but for the model, which is chosen in the tool bar.

    Signals:
        changed: The user wants these settings.
        difference_wanted: What infrared adds is to be shown, or not.
    """

    changed = pyqtSignal(FusionSettings)
    difference_wanted = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fusion = FusionSettings()
        modes = ((name, without_mnemonic(QCoreApplication.translate("Actions", text))) for name, text in MODES.items())
        self.mode = choice_box(self, modes, self.tr("Mode"), self._choose_mode)
        self.mode.setToolTip(self.tr("What the fused picture is (M: the next one, Shift+M: the one before)"))
        self.explanation = plain_label(self)
        self.explanation.setObjectName("muted")
        self.explanation.setWordWrap(True)
        self.strength = Slider(Qt.Orientation.Horizontal, self)
        self.strength.setRange(0, 100)
        self.strength.setPageStep(10)
        self.strength.setAccessibleName(self.tr("Strength"))
        self.strength.setToolTip(self.tr("How much is laid over the visible picture (arrow keys, Page up, Page down)"))
        self.strength.valueChanged.connect(lambda value: self._change(strength=value / 100))
        self.percent = plain_label(self)
        self.percent.setMinimumWidth(self.percent.fontMetrics().horizontalAdvance("100 %"))
        self.usual = QPushButton(self.tr("&Usual strength"), self)
        self.usual.setToolTip(self.tr("The strength that suits the mode"))
        self.usual.clicked.connect(lambda: self._change(strength=None))
        self.difference = CheckBox(self.tr("Show &what infrared adds"), self)
        self.difference.setToolTip(
            self.tr("Orange where the fused picture is brighter than visible, blue where it is darker")
        )
        self.difference.toggled.connect(self.difference_wanted)
        self._make_isotherm()
        self._make_network()
        self._arrange()
        self.show_settings(self._fusion)

    def show_settings(self, fusion: FusionSettings) -> None:
        """Show the settings in use."""
        self._fusion = fusion
        self.mode.setCurrentIndex(self.mode.findData(fusion.mode))
        self.explanation.setText(_words(EXPLANATIONS[fusion.mode]))
        strength, has_strength = usual_strength(fusion), fusion.mode in USUAL
        self.strength.blockSignals(True)
        self.strength.setValue(round(strength * 100))
        self.strength.blockSignals(False)
        self.strength.setEnabled(has_strength)
        self.usual.setEnabled(has_strength and fusion.strength is not None)
        self.percent.setText(f"{round(strength * 100)} %" if has_strength else "–")
        self._show_isotherm(fusion.isotherm, is_on=fusion.mode == "hot")
        self.network.setEnabled(fusion.mode == "network")
        for combo, value in (
            (self.device, fusion.device), (self.precision, fusion.precision), (self.working_size, fusion.working_size),
        ):  # fmt: skip
            if combo.findData(value) < 0:
                combo.addItem(value, value)
            combo.setCurrentIndex(combo.findData(value))

    def show_difference(self, is_on: bool) -> None:
        """Show whether what infrared adds is in view."""
        self.difference.blockSignals(True)
        self.difference.setChecked(is_on)
        self.difference.blockSignals(False)

    def _make_isotherm(self) -> None:
        self.isotherm = QGroupBox(self.tr("Isotherm"), self)
        self.side = self._isotherm_box("side", SIDES, self.tr("What is in colours"))
        self.unit = choice_box(
            self,
            ((unit, _words(text)) for unit, text in UNIT_NAMES),
            self.tr("Unit of the thresholds"),
            self._choose_unit,
        )
        self.palette_choice = self._isotherm_box(
            "palette", tuple((name, _words(text)) for name, text in OVERLAYS.items()), self.tr("Colours of hot areas")
        )
        self.low = self._threshold("low", self.tr("Lower threshold"))
        self.high = self._threshold("high", self.tr("Upper threshold"))

    def _make_network(self) -> None:
        self.network = QGroupBox(self.tr("Network"), self)
        self.device = self._plain_box("device", DEVICES, self.tr("Device"))
        self.precision = self._plain_box("precision", get_args(Precision), self.tr("Precision"))
        self.working_size = self._plain_box("working_size", SIZES, self.tr("Working size"))

    def _plain_box(self, name: str, values: tuple[str, ...], title: str) -> ComboBox:
        offered = ((value, value.replace("x", "×") if value[0].isdigit() else value) for value in values)
        return choice_box(self, offered, title, lambda value: self._change(**{name: value}))

    def _isotherm_box(self, name: str, choices: tuple[tuple[str, str], ...], title: str) -> ComboBox:
        offered = ((value, _words(text)) for value, text in choices)
        return choice_box(self, offered, title, lambda value: self._change_isotherm(**{name: value}))

    def _threshold(self, name: str, title: str) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setKeyboardTracking(False)
        spin.setAccessibleName(title)
        spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        spin.setDecimals(1)
        spin.valueChanged.connect(lambda value: self._change_isotherm(**{name: value}))
        return spin

    def _show_isotherm(self, isotherm: IsothermSettings, *, is_on: bool) -> None:
        self.isotherm.setEnabled(is_on)
        for combo, value in (
            (self.side, isotherm.side), (self.unit, isotherm.unit), (self.palette_choice, isotherm.palette),
        ):  # fmt: skip
            combo.setCurrentIndex(combo.findData(value))
        least, most, _ = ISOTHERM_LIMITS[isotherm.unit]
        for spin, threshold, side in ((self.low, isotherm.low, "below"), (self.high, isotherm.high, "above")):
            spin.blockSignals(True)
            spin.setRange(least, most)
            spin.setSuffix(UNITS[isotherm.unit].replace("%", " %"))
            spin.setValue(threshold)
            spin.blockSignals(False)
            spin.setEnabled(is_on and isotherm.side != side)

    def _choose_mode(self, mode: str) -> None:
        self._change(mode=mode, strength=None)

    def _choose_unit(self, unit: str) -> None:
        low, high = STARTS[unit]
        self._change_isotherm(unit=unit, low=low, high=high)

    def _change_isotherm(self, **values: Any) -> None:
        isotherm = replace(self._fusion.isotherm, **values)
        if isotherm.side == "between" and isotherm.low > isotherm.high:  # the other threshold gives way
            isotherm = replace(isotherm, high=isotherm.low) if "low" in values else replace(isotherm, low=isotherm.high)
        self._change(isotherm=isotherm)

    def _change(self, **values: Any) -> None:
        self.show_settings(replace(self._fusion, **values))
        self.changed.emit(self._fusion)

    def _arrange(self) -> None:
        look = QGroupBox(self.tr("Fused picture"), self)
        strength = QHBoxLayout()
        strength.addWidget(self.strength, 1)
        strength.addWidget(self.percent)
        column = QVBoxLayout(look)
        column.addLayout(rows([(self.tr("Mode"), self.mode)]))
        column.addWidget(self.explanation)
        title = plain_label(self)
        title.setText(self.tr("Strength"))
        column.addWidget(title)
        column.addLayout(strength)
        column.addWidget(self.usual)
        column.addWidget(self.difference)
        QVBoxLayout(self.isotherm).addLayout(
            rows(
                [
                    (self.tr("Show"), self.side),
                    (self.tr("From"), self.low),
                    (self.tr("To"), self.high),
                    (self.tr("Unit"), self.unit),
                    (self.tr("Colours"), self.palette_choice),
                ]
            )
        )
        QVBoxLayout(self.network).addLayout(
            rows(
                [
                    (self.tr("Device"), self.device),
                    (self.tr("Precision"), self.precision),
                    (self.tr("Size"), self.working_size),
                ]
            )
        )
        whole = QVBoxLayout(self)
        for group in (look, self.isotherm, self.network):
            whole.addWidget(group)
        whole.addStretch(1)
