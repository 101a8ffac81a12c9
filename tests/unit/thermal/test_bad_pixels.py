import numpy as np
import pytest

from fusion_app.frames import Frame
from fusion_app.settings import ThermalSettings
from fusion_app.thermal import Thermal
from fusion_app.thermal.bad_pixels import EVERY, LOOKS, BadPixels, filled
from fusion_app.thermal.moves import Move

Y, X = np.mgrid[:96, :128]
STUCK = ((10, 20), (50, 64), (0, 0), (95, 100))
ENOUGH = EVERY * LOOKS


def counts(index: int, stuck: tuple[tuple[int, int], ...] = STUCK, pan: float = 0.7) -> np.ndarray:
    levels = 7000 + 120 * np.sin((X + pan * index) / 11) + 80 * np.cos(Y / 9)
    levels = (levels + np.random.default_rng(index).normal(0, 3, levels.shape)).astype(np.uint16)
    for place, value in zip(stuck, (9000, 0, 65535, 7500), strict=False):
        levels[place] = value
    return levels


def learnt(images: list[np.ndarray]) -> tuple[BadPixels, np.ndarray]:
    bad_pixels = BadPixels()
    result = images[0]
    for image in images:
        result = bad_pixels(image, Move.NEXT)
    return bad_pixels, result


def test_stuck_pixels_are_found_and_filled_from_their_neighbours() -> None:
    images = [counts(index) for index in range(ENOUGH)]
    bad_pixels, result = learnt(images)
    assert bad_pixels.count == len(STUCK)
    clean = counts(ENOUGH - 1, stuck=())
    assert np.abs(result.astype(int) - clean).max() <= 30
    untouched = np.ones(clean.shape, bool)
    untouched[tuple(zip(*STUCK, strict=True))] = False
    assert np.array_equal(result[untouched], clean[untouched])


def test_eight_bit_pictures_have_bad_pixels_too() -> None:
    images = [(counts(index, ()) - 6700 >> 2).astype(np.uint8) for index in range(ENOUGH)]
    for image in images:
        image[40, 40] = 255
    bad_pixels, result = learnt(images)
    assert bad_pixels.count == 1
    assert abs(int(result[40, 40]) - int(result[40, 41])) < 20


def test_a_clean_sensor_has_none_and_passes_the_same_array() -> None:
    images = [counts(index, ()) for index in range(ENOUGH)]
    bad_pixels, result = learnt(images)
    assert bad_pixels.count == 0
    assert result is images[-1]


def test_a_small_lamp_that_a_lens_has_drawn_is_no_bad_pixel() -> None:
    spread = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) * 400
    images = [counts(index, ()) for index in range(ENOUGH)]
    for image in images:
        image[30:33, 30:33] += spread.astype(np.uint16)
    assert learnt(images)[0].count == 0


def test_what_passes_by_is_no_bad_pixel() -> None:
    images = [counts(index, ()) for index in range(ENOUGH)]
    for index, image in enumerate(images):
        image[30, (index // EVERY) % 128] = 9000
    assert learnt(images)[0].count == 0


def test_where_too_many_stand_out_none_is_called_bad() -> None:
    images = [counts(index, ()) for index in range(ENOUGH)]
    for image in images:
        image[::5, ::5] = 9000
    assert learnt(images)[0].count == 0


def test_a_sensor_that_was_exchanged_is_learnt_anew() -> None:
    bad_pixels, _ = learnt([counts(index) for index in range(ENOUGH)])
    small = counts(0, ())[:48, :64]
    assert bad_pixels(small, Move.NEXT) is small
    assert bad_pixels.count == 0


@pytest.mark.parametrize("place", [(0, 0), (0, 50), (95, 127), (95, 0), (40, 40)])
def test_pixels_at_the_border_are_filled(place: tuple[int, int]) -> None:
    image = np.full((96, 128), 500, np.uint16)
    image[place] = 60_000
    result = filled(image, (np.array([place[0]]), np.array([place[1]])))
    assert (result == 500).all()


def test_they_are_looked_for_only_where_the_user_wants_it() -> None:
    stage, default = Thermal(ThermalSettings(bad_pixels=True)), Thermal()
    for index in range(ENOUGH + 2):
        frame = Frame(counts(index), index / 30, index)
        view, plain = stage(frame), default(frame)
    assert (view.bad_pixels, plain.bad_pixels) == (len(STUCK), 0)
    assert view.counts is not None
    assert int(view.counts.max()) < 7300
