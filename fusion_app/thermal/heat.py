"""What infrared measures: where heat lies, how much of it there is, and when that is an alarm."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fusion_app.frames import FusedFrame, MeasuredSpot, ThermalView, size_of
from fusion_app.frames.measured import SpotUnit

Place = tuple[float, float]
"""Across and down, 0…1 of the visible picture."""
CENTRE: Place = (0.5, 0.5)


@dataclass(frozen=True)
class AlarmSettings:
    """When to raise an alarm.

    Attributes:
        is_on: It is watched for.
        side: The hottest pixel is ``above`` the threshold, or the coldest ``below`` it.
        threshold: In ``unit``.
        unit: ``celsius`` for cameras that measure temperatures, ``counts`` for 16 bit, ``grey`` for 8 bit (0…255).
        records: An alarm starts a recording.
    """

    is_on: bool = False
    side: Literal["above", "below"] = "above"
    threshold: float = 60.0
    unit: Literal["celsius", "counts", "grey"] = "celsius"
    records: bool = False


LIMITS = {"celsius": (-273.0, 5000.0), "counts": (0.0, 65535.0), "grey": (0.0, 255.0)}


def usable(alarm: AlarmSettings) -> AlarmSettings:
    """Return ``alarm``, or the usual one where its threshold would never be crossed, as the dock cannot show it."""
    least, most = LIMITS[alarm.unit]
    is_usable = math.isfinite(alarm.threshold) and least <= alarm.threshold <= most
    return alarm if is_usable else AlarmSettings()


def measured(view: ThermalView, alarm: AlarmSettings) -> float | None:
    """Return the hottest or coldest value of ``view`` in the unit of ``alarm``; None where it does not tell."""
    if alarm.unit == "counts" and view.counts is None:
        return None
    heat = view.grey if alarm.unit == "grey" else heat_of(view)
    extreme = float(heat.max() if alarm.side == "above" else heat.min())
    if alarm.unit != "celsius":
        return extreme
    celsius = None if view.counts is None else view.celsius_of(np.array([extreme], np.float64))
    return None if celsius is None else float(celsius[0])


def heat_of(view: ThermalView) -> np.ndarray:
    """Return ``(H, W)`` counts, or grey levels of a camera that sends 8 bit; more is hotter."""
    return view.grey if view.counts is None else view.counts


def on_visible(fused: FusedFrame, column: int, row: int) -> Place:
    """Return where a pixel of infrared lies on the visible picture; it may lie beyond its edge."""
    assert fused.thermal is not None  # noqa: S101 - the pixel is one of it
    if fused.ir_to_vis is None:
        width, height = size_of(fused.thermal.grey)
        return (column + 0.5) / width, (row + 0.5) / height
    x, y, scale = fused.ir_to_vis @ np.array([column, row, 1.0])
    width, height = size_of(fused.ir_view)
    return float((x / scale + 0.5) / width), float((y / scale + 0.5) / height)


def measured_spots(fused: FusedFrame | None, placed: Sequence[Sequence[float]]) -> Iterator[MeasuredSpot]:
    """Yield hottest, coldest, centre and the ``placed`` spots of a frame; nothing where there is no infrared."""
    view = fused.thermal if fused is not None and fused.pair.ir.index >= 0 else None
    if fused is None or view is None or fused.pair.lost == "ir":
        return
    heat = heat_of(view)
    for kind, index in (("hottest", int(heat.argmax())), ("coldest", int(heat.argmin()))):
        row, column = divmod(index, heat.shape[1])
        yield MeasuredSpot(kind, 0, *on_visible(fused, column, row), *_value(view, float(heat[row, column])))  # type: ignore[arg-type]
    for number, (x, y) in enumerate((CENTRE, *placed)):
        pixel = fused.ir_place(x, y)
        value, unit = _value(view, None if pixel is None else float(heat[pixel[::-1]]))
        yield MeasuredSpot("placed" if number else "centre", number, x, y, value, unit)


def recorded_spots(fused: FusedFrame, placed: Sequence[Sequence[float]]) -> tuple[MeasuredSpot, ...]:
    """Return `measured_spots` of what infrared saw at the time of ``fused``; nothing while the shutter is closed."""
    return () if fused.is_nuc else tuple(measured_spots(fused, placed))


def _value(view: ThermalView, heat: float | None) -> tuple[float | None, SpotUnit]:
    """Return a value of `heat_of` in the best unit that ``view`` has."""
    if view.counts is None:
        return heat, "grey"
    celsius = view.celsius_of(np.array([heat or 0.0], np.float64))
    if celsius is None:
        return heat, "counts"
    known = heat is not None and np.isfinite(celsius[0])  # a formula may know nothing so cold
    return round(float(celsius[0]), 2) if known else None, "celsius"
