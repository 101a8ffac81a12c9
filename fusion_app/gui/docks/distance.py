"""How far away the things are that infrared is to lie on: a slider, and how the cameras stand. Part of a dock."""

import math

from PyQt6.QtCore import QCoreApplication, Qt, pyqtSignal
from PyQt6.QtWidgets import QDoubleSpinBox, QGroupBox, QVBoxLayout, QWidget

from fusion_app.alignment.parallax import FARTHEST_M, NEAREST_M, Mounting, mounting_of
from fusion_app.alignment.profile import AlignmentProfile
from fusion_app.gui.bars.slider import Slider
from fusion_app.gui.docks.rows import rows
from fusion_app.gui.plain import plain_label

translate = QCoreApplication.translate
STEPS = 300
"""Places of the slider; each is the same part nearer, which is what the eye sees."""


class DistanceBox(QGroupBox):
    """Distance and mounting.

    Signals:
        distance_chosen: Infrared is to fit things so many metres away.
        mounting_chosen: The cameras stand so.
        let_go: What came from the slider is one step of the history.
    """

    distance_chosen = pyqtSignal(float)
    mounting_chosen = pyqtSignal(Mounting)
    let_go = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(translate("DistanceBox", "Distance"), parent)
        self.slider = Slider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(STEPS // 10)
        self.slider.setAccessibleName(translate("DistanceBox", "Distance of what infrared fits"))
        self.slider.valueChanged.connect(lambda place: self.distance_chosen.emit(metres(place)))
        self.slider.sliderReleased.connect(self.let_go)
        self.value = plain_label(self)
        self.value.setWordWrap(True)
        self.value.setObjectName("muted")
        names = {
            "right": translate("DistanceBox", "Infrared lens to the right"),
            "down": translate("DistanceBox", "and lower"),
            "view": translate("DistanceBox", "Angle of view of visible"),
        }
        self.spins = {name: self._spin(" mm", -5000, 5000) for name in ("right", "down")}
        self.spins["view"] = self._spin("°", 1, 170)
        for name, spin in self.spins.items():
            spin.setAccessibleName(names[name])
            spin.valueChanged.connect(self._on_mounting)
        column = QVBoxLayout(self)
        column.addWidget(self.slider)
        column.addWidget(self.value)
        column.addLayout(rows((names[name], spin) for name, spin in self.spins.items()))
        self.show_profile(AlignmentProfile(), is_ready=False)

    def show_profile(self, profile: AlignmentProfile, *, is_ready: bool) -> None:
        """Show distance and mounting of ``profile``; ``is_ready`` once sizes are known."""
        mounting = mounting_of(profile)
        for name, value in (("right", mounting.right_mm), ("down", mounting.down_mm), ("view", mounting.view_deg)):
            spin = self.spins[name]
            spin.blockSignals(True)
            spin.setValue(value)
            spin.blockSignals(False)
            spin.setEnabled(is_ready)
        self.slider.setEnabled(is_ready and mounting.is_known)
        if not self.slider.isSliderDown():
            self.slider.blockSignals(True)
            self.slider.setValue(_place(profile.distance_m or FARTHEST_M))
            self.slider.blockSignals(False)
        self.value.setText(_words(profile, mounting))

    def _spin(self, unit: str, least: float, most: float) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setDecimals(0)
        spin.setRange(least, most)
        spin.setSuffix(unit)
        spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        spin.setKeyboardTracking(False)
        return spin

    def _on_mounting(self) -> None:
        right, down, view = (self.spins[name].value() for name in ("right", "down", "view"))
        self.mounting_chosen.emit(Mounting(right, down, view))


def metres(place: int) -> float:
    """Return the distance at a place of the slider."""
    return float(NEAREST_M * (FARTHEST_M / NEAREST_M) ** (place / STEPS))


def _place(distance_m: float) -> int:
    share = math.log(max(distance_m, NEAREST_M) / NEAREST_M) / math.log(FARTHEST_M / NEAREST_M)
    return round(STEPS * min(1.0, share))


def _words(profile: AlignmentProfile, mounting: Mounting) -> str:
    if not mounting.is_known:
        return translate("DistanceBox", "Say first how far the two lenses are apart, seen from behind the cameras.")
    if not profile.distance_m:
        return translate("DistanceBox", "Set the distance at which infrared fits now; from then on it follows.")
    return translate("DistanceBox", "Fits at {0:.2g} m").format(profile.distance_m)
