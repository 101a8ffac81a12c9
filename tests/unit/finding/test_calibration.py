"""Where infrared lies on visible, found from pictures alone: right or refused."""

import time
from fractions import Fraction

import numpy as np
import pytest

from fusion_app.alignment.profile import Matrix, corners
from fusion_app.finding.beside_a_run import AlignmentEstimator, EstimatorThread, small_pictures
from fusion_app.finding.calibration import MAX_PAIRS, Calibration, Pictures, calibrate, different
from fusion_app.finding.calibration.fields import edges
from fusion_app.finding.calibration.search import are_distinct
from fusion_app.frames import Frame, FramePair, FusedFrame, Size, ThermalView
from tests.scenes import scene, seen, similarity

IR, VIS = Size(160, 120), Size(320, 240)


def error_of(found: Calibration, truth: Matrix, ir: Size = IR, vis: Size = VIS) -> float:
    """Return how far the corners of infrared are off, of the visible width."""
    assert found.accepted, found.reason
    apart = corners(found.profile.homography(ir, vis), ir) - corners(truth, ir)
    return float(np.linalg.norm(apart, axis=1).mean()) / vis.width


@pytest.mark.parametrize(
    ("scale", "turn_deg", "right", "down"),
    [(0.7, 4.0, 0.1, -0.05), (1.0, -5.0, -0.15, 0.1), (0.6, 0.0, 0.15, 0.1), (0.85, 1.3, 0.0, 0.0)],
)
def test_infrared_is_found_whatever_is_bright_in_it(scale: float, turn_deg: float, right: float, down: float) -> None:
    truth = similarity(scale, turn_deg, right, down, IR, VIS)
    found = calibrate([seen(seed, truth, IR, VIS) for seed in (1, 2)], IR, VIS)
    assert error_of(found, truth) < 0.01
    assert found.pairs == 2
    assert "automatic" in found.profile.made


def test_infrared_that_sees_more_than_visible_is_found() -> None:
    truth = similarity(1.35, -3.0, 0.05, 0.05, VIS, IR)
    within = np.linalg.inv(truth)  # infrared sees all of the scene, visible a part
    swapped = [seen(seed, within, IR, VIS) for seed in (3, 4)]
    found = calibrate([Pictures(vis, ir) for ir, vis in swapped], VIS, IR)
    assert error_of(found, truth, VIS, IR) < 0.015


def test_a_little_perspective_is_met_by_the_nearest_affinity() -> None:
    truth = similarity(0.8, 1.0, 0.02, 0.0, IR, VIS)
    truth[2, :2] = 1e-4, -1e-4
    assert error_of(calibrate([seen(seed, truth, IR, VIS) for seed in (5, 6)], IR, VIS), truth) < 0.02


def test_halves_of_the_pairs_say_how_sure_it_is() -> None:
    truth = similarity(0.8, 2.0, 0.05, 0.0, IR, VIS)
    asked: list[None] = []
    found = calibrate([seen(seed, truth, IR, VIS) for seed in range(4)], IR, VIS, lambda: asked.append(None))
    assert error_of(found, truth) < 0.01
    assert len(asked) > 175, "it is asked at every size and turn, and at every round behind them"
    assert found.apart_px is not None
    assert found.apart_px < 3


@pytest.mark.parametrize("pairs", [1, pytest.param(4, marks=pytest.mark.full)])
def test_scenes_that_have_nothing_in_common_are_refused(pairs: int) -> None:
    for seed in range(0, 8 * pairs, 2 * pairs):
        wrong = [Pictures(scene(seed + n)[0], scene(seed + 100 + n)[1]) for n in range(pairs)]
        found = calibrate(wrong, *(Size(640, 480),) * 2)
        assert not found.accepted
        assert found.reason == "no placement of infrared fits much better than others"


@pytest.mark.parametrize(
    ("ir", "vis", "words"),
    [
        (np.zeros((120, 160), np.uint8), np.zeros((240, 320), np.uint8), "fits"),
        (np.full((120, 160), 255, np.uint8), np.random.default_rng(0).integers(0, 256, (240, 320), np.uint8), "fits"),
        (np.zeros((1, 1), np.uint8), np.zeros((240, 320), np.uint8), "too small"),
        (np.zeros((24, 9000), np.uint8), np.zeros((240, 320), np.uint8), "too narrow"),
    ],
)
def test_pictures_without_anything_in_them_are_refused(ir: np.ndarray, vis: np.ndarray, words: str) -> None:
    found = calibrate([Pictures(ir, vis)] * 2, Size(160, 120), Size(320, 240))
    assert not found.accepted
    assert words in found.reason
    assert calibrate([], IR, VIS).reason


def test_small_pictures_tell_the_profile_of_large_ones() -> None:
    truth = similarity(0.75, 0.0, 0.0, 0.1, IR, VIS)
    large = Size(320, 240), Size(1920, 1440)
    found = calibrate([seen(seed, truth, IR, VIS) for seed in (1, 2)], *large)
    assert (found.profile.ir_size, found.profile.vis_size) == (tuple(large[0]), tuple(large[1]))
    assert error_of(found, similarity(0.75, 0.0, 0.0, 0.1, *large), *large) < 0.01


def test_a_scene_in_which_nothing_moves_is_one_pair_however_often_it_is_seen() -> None:
    truth = similarity(0.8, 0.0, 0.0, 0.0, IR, VIS)
    rng = np.random.default_rng(1)
    still = seen(1, truth, IR, VIS)
    noisy = [
        Pictures(*(np.clip(one + rng.normal(0, 6, one.shape), 0, 255).astype(np.uint8) for one in still))
        for _ in range(6)
    ]
    found = calibrate(noisy, IR, VIS)
    assert found.pairs == 1
    assert found.apart_px is None
    moved = still.vis.copy()
    moved[100:160, 100:130] = 255 - moved[100:160, 100:130]
    assert len(different([still, Pictures(still.ir, moved)])) == 2


def test_an_edge_is_the_same_from_dark_to_bright_and_from_bright_to_dark() -> None:
    picture = scene(1)[1]
    one, other = (edges(image, Size(640, 480), 1.0) for image in (picture, 255 - picture))
    assert np.abs(one - other).max() < 1e-2
    assert np.abs(one).max() > 1


def test_two_placements_a_little_apart_are_one() -> None:
    one, near, far = (similarity(0.8, 0.0, right, 0.0, IR, VIS) for right in (0.0, 0.03, 0.2))
    assert not are_distinct(one, near, IR, VIS)
    assert are_distinct(one, far, IR, VIS)


def fused(number: int, pts_s: float, grey: np.ndarray, vis: np.ndarray, **more: object) -> FusedFrame:
    pair = FramePair(Frame(grey, pts_s, number), Frame(vis, pts_s, number), **more)  # type: ignore[arg-type]
    return FusedFrame(vis, pair, grey, thermal=ThermalView(grey))


def test_a_run_that_is_watched_can_be_aligned() -> None:
    truth = similarity(0.8, 2.0, 0.05, 0.0, IR, VIS)
    found: list[Calibration] = []
    thread = EstimatorThread()
    try:
        estimator = AlignmentEstimator(thread, found.append)
        estimator.request()  # nothing was seen: nothing is asked
        for number in range(8):
            estimator(fused(number, 0.1 * number, *seen(number // 4, truth, IR, VIS)))
        assert estimator.pairs == 2  # not more often than tells anything new
        estimator.request()
        while not found:
            time.sleep(0.01)
    finally:
        thread.close()
    assert error_of(found[0], truth) < 0.01


def test_what_is_lost_held_or_behind_a_shutter_is_not_looked_at() -> None:
    thread = EstimatorThread()
    estimator = AlignmentEstimator(thread, lambda _: None)
    grey, vis = np.zeros((120, 160), np.uint8), np.zeros((240, 320, 3), np.uint8)
    estimator(fused(0, 0.0, grey, vis, lost="ir"))
    estimator(fused(1, 1.0, grey, vis, is_held=True))
    estimator(FusedFrame(vis, fused(2, 2.0, grey, vis).pair, grey, is_nuc=True, thermal=ThermalView(grey)))
    assert estimator.pairs == 0
    thread.close()


def test_hours_of_watching_keep_few_pairs_spread_over_all_of_them() -> None:
    thread = EstimatorThread()
    estimator = AlignmentEstimator(thread, lambda _: None)
    grey, vis = np.zeros((24, 32), np.uint8), np.zeros((24, 32), np.uint8)
    for number in range(20_000):
        estimator(fused(number, float(number), grey, vis))
    assert estimator.pairs == MAX_PAIRS
    assert len(estimator._pairs) < 2 * MAX_PAIRS
    thread.close()


def test_the_visible_picture_is_made_small_and_grey() -> None:
    vis = np.zeros((1080, 1920, 3), np.uint8)
    ir = np.zeros((120, 160), np.uint8)
    pictures = small_pictures(ir, Frame(ir, 0.0, 0), Frame(vis, 0.0, 0))
    assert pictures.vis_size == (640, 360)
    assert pictures.vis.dtype == np.uint8


def test_pixels_that_are_not_square_are_respected() -> None:
    narrow = np.diag([0.5, 1.0, 1.0])  # visible pixels are twice as wide as high
    truth = similarity(0.8, 5.0, 0.05, 0.05, IR, VIS)
    pairs = []
    for pictures in (seen(seed, truth, IR, VIS) for seed in (1, 2)):
        squeezed = Frame(pictures.vis[:, ::2], 0.0, 0, pixel_aspect=Fraction(2))
        pairs.append(small_pictures(pictures.ir, Frame(pictures.ir, 0.0, 0), squeezed))
    half = Size(VIS.width // 2, VIS.height)
    assert error_of(calibrate(pairs, IR, half), np.asarray(narrow @ truth), vis=half) < 0.02
