"""Places on infrared with what is measured there: hottest, coldest, centre, and those that the user has placed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from fusion_app.frames import FusedFrame, ThermalView, size_of
from fusion_app.gui.view.readings import celsius_text

Place = tuple[float, float]
"""Across and down, 0…1 of the visible picture."""

CENTRE: Place = (0.5, 0.5)
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
    view = fused.thermal if fused is not None and fused.pair.ir.index >= 0 else None
    if fused is None or view is None or fused.pair.lost == "ir":
        return
    heat = heat_of(view)
    for kind, index in (("hottest", int(heat.argmax())), ("coldest", int(heat.argmin()))):
        row, column = divmod(index, heat.shape[1])
        yield Spot(kind, 0, on_visible(fused, column, row), value_text(view, float(heat[row, column])))
    for number, place in enumerate((CENTRE, *placed)):
        yield Spot("placed" if number else "centre", number, place, _value_at(fused, view, place))


def heat_of(view: ThermalView) -> np.ndarray:
    """Return ``(H, W)`` counts, or grey levels of a camera that sends 8 bit; more is hotter."""
    return view.grey if view.counts is None else view.counts


def value_text(view: ThermalView, heat: float) -> str:
    """Return a value of `heat_of` as it is read: degrees where counts tell them, counts, or a grey level."""
    if view.counts is None:
        return QCoreApplication.translate("Spots", "grey {0}").format(round(heat))
    return celsius_text(view, round(heat)) or str(round(heat))


def on_visible(fused: FusedFrame, column: int, row: int) -> Place:
    """Return where a pixel of infrared lies on the visible picture; it may lie beyond its edge."""
    assert fused.thermal is not None  # noqa: S101 - the pixel is one of it
    if fused.ir_to_vis is None:
        width, height = size_of(fused.thermal.grey)
        return (column + 0.5) / width, (row + 0.5) / height
    x, y, scale = fused.ir_to_vis @ np.array([column, row, 1.0])
    width, height = size_of(fused.ir_view)
    return float((x / scale + 0.5) / width), float((y / scale + 0.5) / height)


def _value_at(fused: FusedFrame, view: ThermalView, place: Place) -> str:
    pixel = fused.ir_place(*place)
    return "" if pixel is None else value_text(view, float(heat_of(view)[pixel[::-1]]))
