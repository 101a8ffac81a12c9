"""Figures that tell how well infrared lies on visible, without anyone knowing the truth."""

import numpy as np
import pytest

from fusion_app.datasets.agreement import agreement, off_px, scores_of_places, stretched
from fusion_app.finding.calibration import Pictures
from fusion_app.frames import Size
from tests.scenes import scene, seen

SIZE = Size(320, 240)


def shifted(seed: int, right: float) -> Pictures:
    """Return a scene whose infrared lies ``right`` pixels too far left."""
    return seen(seed, np.array([[1.0, 0, right], [0, 1, 0], [0, 0, 1]]), SIZE, SIZE)


def moved(right: float) -> np.ndarray:
    return np.array([[1.0, 0, right], [0, 1, 0], [0, 0, 1]])


def test_both_figures_are_best_where_infrared_belongs() -> None:
    pictures = shifted(1, 6.0)
    right = agreement(pictures, moved(6.0))
    for wrong in (stretched(pictures), moved(12.0), moved(3.0)):
        assert right.beats(agreement(pictures, wrong))


@pytest.mark.parametrize("right", [2.0, 5.0])
def test_places_say_by_how_many_pixels_they_are_off(right: float) -> None:
    pictures = [shifted(seed, right) for seed in range(3)]
    before, after = (
        np.mean([scores_of_places(one, matrix)[0] for one in pictures], axis=0)
        for matrix in (stretched(pictures[0]), moved(right))
    )
    found = off_px(before, after, 1.0)
    assert found is not None
    assert found[0] == pytest.approx(right, abs=0.6)
    assert found[1] < 0.6


def test_places_that_have_nothing_in_common_say_nothing() -> None:
    pictures = Pictures(np.full((240, 320), 90, np.uint8), scene(1)[1][::2, ::2])
    scores, px = scores_of_places(pictures, stretched(pictures))
    assert off_px(scores, scores, px) is None
