"""Places on infrared with what is measured there: hottest, coldest, centre, and those that the user has placed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from fusion_app.frames import FusedFrame, MeasuredSpot, ThermalView
from fusion_app.gui.view.readings import celsius_text
from fusion_app.thermal.heat import Place, measured_spots

NAMES = {
    "hottest": QT_TRANSLATE_NOOP("Spots", "Hottest"),
    "coldest": QT_TRANSLATE_NOOP("Spots", "Coldest"),
    "centre": QT_TRANSLATE_NOOP("Spots", "Centre"),
    "placed": QT_TRANSLATE_NOOP("Spots", "Spot {0}"),
}
SIGNS = {"hottest": "▲", "coldest": "▼", "centre": "+"}


@dataclass(frozen=True)
class Spot:
    """One place and what is measured there.

    Attributes:
        kind: A key of `NAMES`.
        number: Of a placed spot, from 1; else 0.
        place: Where it lies.
        value: Degrees where the camera measures them, else counts, else the grey level; empty beyond infrared's edge.
    """

    kind: str
    number: int
    place: Place
    value: str

    @property
    def name(self) -> str:
        """What it is called in a list."""
        return QCoreApplication.translate("Spots", NAMES[self.kind]).format(self.number)

    @property
    def label(self) -> str:
        """What stands beside it on the picture."""
        return f"{SIGNS.get(self.kind, self.number)} {self.value or '–'}"


def spots_of(fused: FusedFrame | None, placed: Sequence[Place]) -> Iterator[Spot]:
    """Yield hottest, coldest, centre and the ``placed`` spots of a frame; nothing where there is no infrared."""
    for spot in measured_spots(fused, placed):
        yield Spot(spot.kind, spot.number, (spot.x, spot.y), _text(spot))


def value_text(view: ThermalView, heat: float) -> str:
    """Return a value of `heat_of` as it is read: degrees where counts tell them, counts, or a grey level."""
    if view.counts is None:
        return _grey_text(heat)
    return celsius_text(view, round(heat)) or str(round(heat))


def _text(spot: MeasuredSpot) -> str:
    if spot.value is None:
        return ""
    if spot.unit == "celsius":
        return f"{spot.value:.1f} °C"
    return _grey_text(spot.value) if spot.unit == "grey" else str(round(spot.value))


def _grey_text(level: float) -> str:
    return QCoreApplication.translate("Spots", "grey {0}").format(round(level))
