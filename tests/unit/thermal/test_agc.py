import numpy as np
import pytest

from fusion_app.settings import ThermalSettings
from fusion_app.thermal.agc import Agc, followed, linear_curve, percentile_curve, plateau_curve, ramp
from fusion_app.thermal.moves import Move

METHODS = ("percentile", "linear", "plateau")


def scene(*, hot: bool = False, base: int = 7000, seed: int = 1) -> np.ndarray:
    counts = (base + 300 * np.random.default_rng(seed).random((60, 80))).astype(np.uint16)
    if hot:
        counts[10:40, 20:60] = base + 5000  # a quarter of the picture
    return counts


def settings(agc: str = "percentile", **others: float | bool) -> ThermalSettings:
    return ThermalSettings(agc=agc, **others)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
def test_counts_in_a_tiny_range_fill_the_grey_range(method: str) -> None:
    grey = Agc()(scene(), settings(method), Move.START)
    assert grey.dtype == np.uint8
    assert np.percentile(grey, 2) < 15
    assert np.percentile(grey, 98) > 240


@pytest.mark.parametrize("method", METHODS)
def test_less_than_the_minimum_span_is_not_blown_up_to_noise(method: str) -> None:
    counts = np.full((40, 40), 5000, np.uint16)
    counts[::2] += 2
    grey = Agc()(counts, settings(method), Move.START)
    assert 0 < int(grey.max()) - int(grey.min()) <= 8
    assert 100 < grey.mean() < 155


@pytest.mark.parametrize("method", METHODS)
def test_nothing_moves_more_than_two_levels_when_a_large_hot_object_enters(method: str) -> None:
    agc = Agc()
    before = agc(scene(), settings(method), Move.START)
    for _ in range(30):
        after = agc(scene(hot=True), settings(method), Move.NEXT)
        assert np.abs(after[40:].astype(int) - before[40:]).max() <= 2
        before = after


@pytest.mark.parametrize("method", METHODS)
def test_the_gain_arrives_where_the_scene_asks_for(method: str) -> None:
    agc = Agc()
    agc(scene(), settings(method), Move.START)
    for _ in range(300):
        slow = agc(scene(hot=True), settings(method), Move.NEXT)
    at_once = Agc()(scene(hot=True), settings(method), Move.START)
    assert np.abs(slow.astype(int) - at_once).max() <= 2


@pytest.mark.parametrize("method", METHODS)
def test_another_scene_is_shown_at_once(method: str) -> None:
    agc = Agc()
    agc(scene(base=3000), settings(method), Move.START)
    assert 90 < agc(scene(base=8000), settings(method), Move.NEXT).mean() < 165


def test_a_repeated_frame_changes_nothing() -> None:
    agc = Agc()
    agc(scene(), settings(), Move.START)
    first, again = (agc(scene(hot=True), settings(), move) for move in (Move.NEXT, Move.SAME))
    assert np.array_equal(first, again)


def test_a_locked_gain_stays_through_seeks_and_hot_objects() -> None:
    agc = Agc()
    before = agc(scene(), settings(), Move.START)
    for move in (Move.NEXT, Move.START):
        after = agc(scene(hot=True), settings(lock=True), move)
        assert np.array_equal(after[40:], before[40:])


def test_manual_level_is_mid_grey_and_span_goes_from_black_to_white() -> None:
    counts = np.array([[6899, 6900, 7000, 7100, 7101]], np.uint16)
    agc = Agc()
    grey = agc(counts, settings("manual", level=7000.0, span=200.0), Move.START)
    assert grey.tolist() == [[0, 0, 128, 255, 255]]
    assert agc.counts_range == pytest.approx((6900, 7100), abs=1)


@pytest.mark.parametrize("method", [percentile_curve, linear_curve, plateau_curve])
def test_a_hotter_count_is_never_darker(method: object) -> None:
    occurrences = np.bincount(scene(hot=True).ravel(), minlength=65536)
    curve = method(occurrences, 64.0)  # type: ignore[operator]
    on_the_way = followed(ramp(6000, 6500), curve)
    for steps in (np.diff(curve), np.diff(on_the_way)):
        assert steps.min() >= -1e-3


def smooth() -> np.ndarray:
    """A scene of 300 counts without texture, and a quarter of it 5000 counts hotter."""
    counts = np.tile(7000 + 300 * np.linspace(0, 1, 80), (60, 1))
    counts[10:40, 20:60] += 5000
    return counts.astype(np.uint16)


def test_plateau_gives_the_many_more_contrast_than_linear_does() -> None:
    counts = smooth()
    plateau, linear = (Agc()(counts, settings(method), Move.START)[40:] for method in ("plateau", "linear"))
    assert np.ptp(plateau) > 4 * np.ptp(linear)


def test_plateau_does_not_make_a_picture_of_noise() -> None:
    counts = np.random.default_rng(4).normal(7000, 40, (240, 320)).astype(np.uint16)
    counts[:60] += np.linspace(0, 9000, 320).astype(np.uint16)
    assert Agc()(counts, settings("plateau"), Move.START)[60:].std() < 2.5


def test_the_extremes_of_sixteen_bit_are_drawn() -> None:
    counts = np.array([[0, 65535], [0, 65535]], np.uint16)
    for method in METHODS:
        grey = Agc()(counts, settings(method), Move.START)
        assert grey[0, 0] < grey[0, 1]
