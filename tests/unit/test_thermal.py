import numpy as np

from fusion_app.frames import Frame
from fusion_app.thermal import PercentileAgc, to_grey8


def scene(pts_s: float = 0.0, *, hot: bool = False, base: int = 7000) -> Frame:
    counts = (base + 100 * np.random.default_rng(1).random((60, 80))).astype(np.uint16)
    if hot:
        counts[20:24, 30:34] = 12_000
    return Frame(counts, pts_s, 0)


def test_counts_in_a_tiny_range_fill_the_grey_range() -> None:
    grey = PercentileAgc()(scene())
    assert grey.dtype == np.uint8
    assert np.percentile(grey, 2) < 15
    assert np.percentile(grey, 98) > 240


def test_less_than_the_minimum_span_is_not_blown_up_to_noise() -> None:
    counts = np.full((40, 40), 5000, np.uint16)
    counts[::2] += 2
    grey = PercentileAgc()(Frame(counts, 0.0, 0))
    assert int(grey.max()) - int(grey.min()) <= 8


def test_a_hot_object_changes_the_rest_of_the_picture_slowly() -> None:
    agc = PercentileAgc()
    before = agc(scene(0.0))
    after = agc(scene(0.04, hot=True))
    assert abs(float(after[40:].mean()) - float(before[40:].mean())) <= 2.0


def test_after_a_seek_the_range_is_that_of_the_new_place() -> None:
    agc = PercentileAgc()
    agc(scene(0.0, base=3000))
    for pts_s in (30.0, 5.0):
        assert 90 < agc(scene(pts_s, base=8000)).mean() < 165


def test_a_repeated_frame_changes_nothing() -> None:
    agc = PercentileAgc()
    agc(scene(0.0))
    hot = scene(0.04, hot=True)
    assert np.array_equal(agc(hot), agc(hot))


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
