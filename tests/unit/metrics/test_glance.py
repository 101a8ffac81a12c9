"""The numbers at a glance tell a good picture from a flat, clipped or flickering one."""

import numpy as np
import pytest

from fusion_app.metrics.glance import Flicker, glance, small

RNG = np.random.default_rng(3)
SCENE = np.kron(RNG.integers(40, 200, (12, 16), np.uint8), np.ones((10, 10), np.uint8))


def test_a_picture_that_has_every_edge_keeps_all_and_a_flat_one_none() -> None:
    assert glance(SCENE, SCENE, SCENE).kept == pytest.approx(1.0)
    flat = np.full_like(SCENE, 90)
    assert glance(flat, SCENE, SCENE).kept == 0
    assert glance(flat, SCENE, SCENE).entropy == 0
    assert glance(SCENE, SCENE, SCENE).entropy > 5


def test_black_and_white_are_clipped() -> None:
    half = SCENE.copy()
    half[:60] = 255
    assert glance(half, SCENE, SCENE).clipped == pytest.approx(0.5)


def test_what_jumps_flickers() -> None:
    flicker = Flicker()
    assert [round(flicker.note(level)) for level in (100, 100, 110)] == [0, 0, 5]
    flicker.clear()
    assert flicker.note(50) == 0


def test_any_picture_becomes_small_and_grey() -> None:
    for image in (
        np.zeros((480, 640, 3), np.uint8),
        np.full((480, 640), 65535, np.uint16),
        np.zeros((48, 64), np.uint8),
    ):
        assert small(image).shape == (120, 160)
        assert small(image).dtype == np.uint8
