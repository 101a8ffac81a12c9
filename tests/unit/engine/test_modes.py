from typing import get_args

import numpy as np
import pytest

from fusion_app.engine import open_engine
from fusion_app.engine.modes import NAMES, ModeEngine, thermal_edges
from fusion_app.errors import ShapeMismatchError
from fusion_app.settings import FusionMode, FusionSettings

RNG = np.random.default_rng(7)
IR = RNG.integers(0, 256, (48, 64), np.uint8)
VIS = RNG.integers(0, 256, (48, 64, 3), np.uint8)


def hot_square() -> np.ndarray:
    ir = np.full((120, 160), 40, np.float32)
    ir[40:80, 60:100] = 200
    return ir


def test_every_mode_has_a_name_and_an_engine() -> None:
    assert set(NAMES) == set(get_args(FusionMode)) - {"network"}
    for mode in NAMES:
        engine = open_engine(FusionSettings(mode=mode, model="no such model"), is_real_time=True)
        assert engine.name == NAMES[mode]
        assert engine.name in engine.description


def test_thermal_edges_outline_a_hot_object_and_leave_areas_alone() -> None:
    grey = np.full((120, 160), 128, np.float32)
    change = thermal_edges(hot_square(), grey) - grey
    assert np.abs(change[40:80, 56:64]).max() > 30
    assert np.abs(change[55:65, 75:85]).max() == 0
    assert np.abs(change[:20]).max() == 0


def test_thermal_edges_leave_noise_out() -> None:
    noise = (100 + 4 * RNG.standard_normal((120, 160))).astype(np.float32)
    grey = np.full_like(noise, 128)
    share = np.mean(np.abs(thermal_edges(noise, grey) - grey) > 4)
    assert share < 0.2


def test_thermal_edges_of_nothing_are_visible_as_it_is() -> None:
    vis = VIS[..., 0].astype(np.float32)
    assert np.array_equal(thermal_edges(np.full_like(vis, 90), vis), vis)


def test_one_source_alone_is_that_source() -> None:
    assert np.array_equal(ModeEngine("vis").fuse_image(IR, VIS), VIS)
    assert np.array_equal(ModeEngine("ir").fuse_image(IR, VIS), np.dstack([IR] * 3))
    assert np.array_equal(ModeEngine("ir").fuse_image(IR, VIS[..., 0]), IR)


def test_a_blend_is_visible_where_infrared_does_not_reach() -> None:
    reach = np.zeros((48, 64), np.float32)
    reach[:, 32:] = 1
    blended = ModeEngine("blend").fuse_image(IR, VIS, reach)
    assert np.array_equal(blended[:, :32], VIS[:, :32])
    assert np.array_equal(blended[:, 32:, 0], IR[:, 32:])


@pytest.mark.parametrize("mode", NAMES)
def test_images_of_two_sizes_are_refused(mode: FusionMode) -> None:
    with pytest.raises(ShapeMismatchError):
        ModeEngine(mode).fuse_image(IR[:20], VIS)
    with pytest.raises(ShapeMismatchError):
        ModeEngine(mode).fuse(np.zeros((2, 2), np.float32), np.zeros((2, 3), np.float32))


@pytest.mark.parametrize("mode", NAMES)
def test_any_size_is_fused(mode: FusionMode) -> None:
    image = np.full((2, 3), 9, np.float32)
    assert ModeEngine(mode).fuse(image, image).shape == (2, 3)
