"""What infrared measures at one place of a frame."""

from dataclasses import dataclass
from typing import Literal

SpotKind = Literal["hottest", "coldest", "centre", "placed"]
SpotUnit = Literal["celsius", "counts", "grey"]


@dataclass(frozen=True, slots=True)
class MeasuredSpot:
    """A spot and its value.

    Attributes:
        kind: What it is.
        number: Of a placed spot, from 1; else 0.
        x: Where it lies on the visible picture, across, 0…1; the hottest and the coldest may lie beyond its edge.
        y: The same, down.
        value: Degrees where the camera measures them, else counts, else the grey level; None where infrared does not
            reach.
        unit: Of the value.
    """

    kind: SpotKind
    number: int
    x: float
    y: float
    value: float | None
    unit: SpotUnit
