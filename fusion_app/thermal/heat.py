"""What infrared measures: where heat lies, how much of it there is, and when that is an alarm."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fusion_app.frames import FusedFrame, ThermalView, size_of

Place = tuple[float, float]
"""Across and down, 0…1 of the visible picture."""


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
