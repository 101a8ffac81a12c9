import cv2
import numpy as np
import numpy.typing as npt
import pytest

from fusion_app.metrics.temporal import Motion, sharpness, step_figures

Grey = npt.NDArray[np.uint8]
EVERYWHERE = np.ones((96, 128), np.bool_)


def texture(seed: int, height: int = 96, width: int = 128) -> Grey:
    noise = np.random.default_rng(seed).normal(0, 1, (height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.5)
    return np.clip(110 + 30 * smooth / smooth.std(), 20, 220).astype(np.uint8)


def moved(image: Grey, pixels: int) -> Grey:
    """Return what a camera sees that has turned by some pixels."""
    return np.roll(image, pixels, axis=1)


def test_a_jump_of_the_level_is_told_in_grey_levels_with_its_sign() -> None:
    before = texture(1)
    for jump in (7, -5):
        after = (before.astype(int) + jump).astype(np.uint8)
        motion = Motion.between(before, after)
        figures = step_figures(before, after, motion, motion.is_still)
        assert figures.level_jump == pytest.approx(jump, abs=0.3)
        assert figures.warp_error == pytest.approx(abs(jump), abs=0.5)
        assert figures.flicker == pytest.approx(abs(jump), abs=0.01)
        assert motion.is_still.mean() > 0.9


def test_motion_is_neither_an_error_nor_a_jump() -> None:
    before = texture(2)
    after = moved(before, 3)
    motion = Motion.between(before, after)
    figures = step_figures(before, after, motion, EVERYWHERE)
    assert abs(figures.level_jump) < 0.3
    assert figures.warp_error < 0.25 * float(cv2.absdiff(before, after).mean())
    assert not motion.is_still[:, 10:-10].any()


def test_a_jump_during_motion_is_the_jump_alone() -> None:
    before = texture(3)
    after = (moved(before, 2).astype(int) + 6).astype(np.uint8)
    motion = Motion.between(before, after)
    assert step_figures(before, after, motion, EVERYWHERE).level_jump == pytest.approx(6, abs=0.5)


def test_flicker_counts_resting_pixels_only() -> None:
    before = texture(4)
    after = before.copy()
    after[:, 64:] += 20
    motion = Motion.between(before, after)
    left = EVERYWHERE.copy()
    left[:, 64:] = False
    assert step_figures(before, after, motion, left).flicker == 0
    assert step_figures(before, after, motion, ~left).flicker == 20
    assert np.isnan(step_figures(before, after, motion, np.zeros_like(left)).flicker)


def test_a_cut_is_no_jump() -> None:
    before, after = texture(5), 255 - cv2.flip(texture(6), -1)
    still = np.zeros((96, 128, 2), np.float32)
    motion = Motion(still, np.zeros((96, 128), np.bool_), still)
    figures = step_figures(before, after, motion, EVERYWHERE)
    assert motion.is_cut
    assert np.isnan(figures.level_jump)
    assert figures.sharpness == sharpness(after)


def test_sharpness_is_the_slope_and_blur_takes_it() -> None:
    ramp = np.tile(np.arange(0, 240, 2, dtype=np.uint8), (40, 1))
    assert sharpness(ramp[:, 1:-1]) == pytest.approx(2, rel=0.05)
    assert sharpness(cv2.GaussianBlur(texture(7), (0, 0), 3)) < 0.6 * sharpness(texture(7))


@pytest.mark.parametrize("size", [(16, 16), (17, 40), (33, 35)])
def test_small_and_odd_frames_have_motion_too(size: tuple[int, int]) -> None:
    image = texture(8, *size)
    figures = step_figures(image, image, Motion.between(image, image), np.ones(size, np.bool_))
    assert figures.level_jump == pytest.approx(0, abs=0.05)
