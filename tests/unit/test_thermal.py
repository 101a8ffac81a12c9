import numpy as np

from fusion_app.frames import Frame
from fusion_app.thermal import PercentileAgc, to_grey8


def scene(rng: np.random.Generator, hot: bool = False) -> np.ndarray:
    counts = (7000 + 100 * rng.random((60, 80))).astype(np.uint16)
    if hot:
        counts[20:24, 30:34] = 12_000
    return counts


def test_counts_in_a_tiny_range_fill_the_grey_range() -> None:
    grey = PercentileAgc()(scene(np.random.default_rng(0)))
    assert grey.dtype == np.uint8
    assert np.percentile(grey, 2) < 15
    assert np.percentile(grey, 98) > 240


def test_less_than_the_minimum_span_is_not_blown_up_to_noise() -> None:
    counts = np.full((40, 40), 5000, np.uint16)
    counts[::2] += 2
    grey = PercentileAgc()(counts)
    assert int(grey.max()) - int(grey.min()) <= 8


def test_a_hot_object_changes_the_rest_of_the_picture_slowly() -> None:
    agc = PercentileAgc()
    before = agc(scene(np.random.default_rng(1)))
    after = agc(scene(np.random.default_rng(1), hot=True))
    assert abs(float(after[40:].mean()) - float(before[40:].mean())) <= 2.0


def test_stills_are_stretched_each_by_itself() -> None:
    agc = PercentileAgc()
    low, high = np.linspace(100, 400, 4096).astype(np.uint16), np.linspace(30000, 34000, 4096).astype(np.uint16)
    to_grey8(Frame(low.reshape(64, 64), 0.0, 0, "a.png"), agc)
    second = to_grey8(Frame(high.reshape(64, 64), 0.04, 1, "b.png"), agc)
    assert second.min() == 0
    assert second.max() == 255


def test_colour_coded_infrared_becomes_its_luma() -> None:
    bgr = np.full((5, 5, 3), (0, 0, 200), np.uint8)
    assert to_grey8(Frame(bgr, 0.0, 0), PercentileAgc())[0, 0] == round(0.299 * 200)
