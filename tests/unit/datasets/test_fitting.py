"""Homographies of rigs and pairs: right, or refused; a clip whose camera was moved does not spoil the others'."""

import numpy as np
import pytest

from fusion_app.alignment.profile import AlignmentProfile, Matrix, corners, profile_of
from fusion_app.datasets.clips import Sample
from fusion_app.datasets.fitting import Fit, fit_pair, fit_rig
from fusion_app.finding.calibration import Pictures
from fusion_app.frames import Size
from tests.scenes import scene, seen, similarity

SIZE = Size(320, 240)
TRUTH = similarity(1.03, 0.5, 0.02, -0.01, SIZE, SIZE)
MOVED = similarity(1.0, -1.0, -0.08, 0.06, SIZE, SIZE)


def sample(clip: str, seed: int, matrix: Matrix = TRUTH) -> Sample:
    return Sample(clip, str(seed), seen(seed, matrix, SIZE, SIZE), SIZE, SIZE)


def off(profile: AlignmentProfile, truth: Matrix) -> float:
    """Return how far the corners are off on average, pixels."""
    return float(np.linalg.norm(corners(profile.homography(SIZE, SIZE), SIZE) - corners(truth, SIZE), axis=1).mean())


def test_a_pair_that_is_a_little_off_is_found_and_one_of_two_scenes_refused() -> None:
    found = fit_pair(sample("a", 3))
    assert off(found.profile, TRUTH) < 3
    wrong = Sample("a", "x", Pictures(scene(1)[0][::2, ::2], scene(51)[1][::2, ::2]), SIZE, SIZE)
    refused = fit_pair(wrong)
    assert not refused.profile.is_set
    assert refused.reason


@pytest.mark.full
def test_a_clip_whose_camera_was_moved_is_left_out_of_the_rig() -> None:
    samples = [sample(clip, seed) for clip, seeds in (("a", (1, 2)), ("b", (3, 4)), ("c", (5, 6))) for seed in seeds]
    spoilt = [*samples, *(sample("moved", seed, MOVED) for seed in (7, 8))]
    found = fit_rig(spoilt, lambda: True)
    assert {clip for clip, _ in found.fitted} == {"a", "b", "c"}
    assert off(found.profile, TRUTH) < 3


def test_a_pair_is_measured_by_the_half_that_it_had_no_part_in() -> None:
    whole, even, odd = (profile_of(similarity(1, 0, x, 0, SIZE, SIZE), SIZE, SIZE) for x in (0.0, 0.01, 0.02))
    pairs = tuple(("a", str(seed)) for seed in range(4))
    fit = Fit(whole, halves=(even, odd), fitted=pairs)
    assert fit.held_out(sample("a", 0)) is odd
    assert fit.held_out(sample("a", 1)) is even
    assert fit.held_out(sample("b", 1)) is whole
