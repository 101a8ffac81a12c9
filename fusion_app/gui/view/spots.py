"""Places on infrared with what is measured there: hottest, coldest, centre, and those that the user has placed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from fusion_app.frames import FusedFrame, ThermalView
from fusion_app.gui.view.readings import celsius_text
from fusion_app.thermal.heat import Place, heat_of, on_visible

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


def value_text(view: ThermalView, heat: float) -> str:
    """Return a value of `heat_of` as it is read: degrees where counts tell them, counts, or a grey level."""
    if view.counts is None:
        return QCoreApplication.translate("Spots", "grey {0}").format(round(heat))
    return celsius_text(view, round(heat)) or str(round(heat))


def _value_at(fused: FusedFrame, view: ThermalView, place: Place) -> str:
    pixel = fused.ir_place(*place)
    return "" if pixel is None else value_text(view, float(heat_of(view)[pixel[::-1]]))
