"""Spots as data: the best unit a camera has, and nothing where infrared sees nothing."""

from dataclasses import replace

import numpy as np
import pytest

from fusion_app.frames import Frame, FramePair, FusedFrame, ThermalView
from fusion_app.thermal.heat import measured_spots, recorded_spots

VIS = np.zeros((96, 128, 3), np.uint8)


def fused(counts: np.ndarray | None, kelvin_per_count: float | None = None) -> FusedFrame:
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    view = ThermalView(grey, counts, kelvin_per_count)
    pair = FramePair(Frame(grey, 0.0, 0), Frame(VIS, 0.0, 0))
    return FusedFrame(VIS, pair, np.zeros((96, 128), np.uint8), thermal=view, ir_to_vis=np.diag([32.0, 32.0, 1.0]))


def counts() -> np.ndarray:
    found = np.full((3, 4), 29315, np.uint16)
    found[0, 3], found[2, 0] = 31015, 27315
    return found


@pytest.mark.parametrize(
    ("frame", "unit", "values"),
    [
        (fused(None), "grey", [11, 0]),
        (fused(counts()), "counts", [31015, 27315]),
        (fused(counts(), 0.01), "celsius", [37.0, 0.0]),
    ],
)
def test_spots_have_the_best_unit_that_the_camera_measures(frame: FusedFrame, unit: str, values: list[float]) -> None:
    spots = list(measured_spots(frame, [(0.9, 0.1)]))
    assert [spot.kind for spot in spots] == ["hottest", "coldest", "centre", "placed"]
    assert {spot.unit for spot in spots} == {unit}
    assert [spot.value for spot in spots[:2]] == values
    assert (spots[3].number, spots[3].x, spots[3].y) == (1, 0.9, 0.1)


def test_a_spot_where_infrared_does_not_reach_has_no_value_and_keeps_its_unit() -> None:
    frame = replace(fused(counts(), 0.01), ir_to_vis=np.diag([8.0, 8.0, 1.0]))
    placed = list(measured_spots(frame, [(0.9, 0.9)]))[3]
    assert (placed.value, placed.unit) == (None, "celsius")


def test_nothing_is_recorded_of_what_infrared_did_not_see() -> None:
    frame = fused(counts())
    assert len(recorded_spots(frame, ())) == 3
    assert recorded_spots(replace(frame, is_nuc=True), ()) == ()
    assert recorded_spots(replace(frame, pair=replace(frame.pair, lost="ir")), ()) == ()
    assert recorded_spots(replace(frame, thermal=None), ()) == ()
    never = replace(frame.pair, ir=replace(frame.pair.ir, index=-1))
    assert recorded_spots(replace(frame, pair=never), ()) == ()
