from dataclasses import replace

import cv2
import numpy as np
import pytest

from fusion_app.frames import Frame, ThermalView
from fusion_app.settings import ThermalSettings
from fusion_app.thermal import Thermal

FPS = 30.0


def counts(index: int = 0, *, hot: bool = False, base: int = 7000) -> np.ndarray:
    """A scene of a few hundred counts with fresh noise in every frame."""
    y, x = np.mgrid[:60, :80]
    levels = base + 150 + 100 * np.sin(x / 9) + 50 * np.cos(y / 7)
    levels = levels + np.random.default_rng(index).normal(0, 2, levels.shape)
    if hot:
        levels[10:40, 20:60] = base + 5000
    return levels.astype(np.uint16)


def picture(index: int = 0) -> np.ndarray:
    y, x = np.mgrid[:96, :128]
    levels = 110 + 60 * np.sin((x + index) / 17) + 30 * np.cos(y / 11)
    return np.clip(levels + np.random.default_rng(index).normal(0, 3, levels.shape), 0, 255).astype(np.uint8)


def frame(image: np.ndarray, index: int = 0, name: str = "") -> Frame:
    return Frame(image, index / FPS, index, name)


def run(stage: Thermal, images: list[np.ndarray], start: int = 0) -> list[ThermalView]:
    return [stage(frame(image, start + index)) for index, image in enumerate(images)]


def test_a_clean_grey_picture_passes_as_the_same_array() -> None:
    images = [picture(index) for index in range(10)]
    for image, view in zip(images, run(Thermal(), images), strict=True):
        assert view.grey is image
        assert view.counts is None
        assert view.celsius() is None
        assert view.counts_range is None


def test_grey_in_colour_channels_becomes_grey_without_a_word() -> None:
    view = Thermal()(frame(cv2.cvtColor(picture(), cv2.COLOR_GRAY2BGR)))
    assert np.array_equal(view.grey, picture())
    assert view.notice == ""


def test_counts_come_with_their_range_and_temperatures() -> None:
    stage = Thermal(ThermalSettings(temperature="kelvin100"))
    view = stage(frame(counts(base=29_815)))
    celsius = view.celsius()
    assert celsius is not None
    assert celsius[0, 0] == pytest.approx(int(view.counts[0, 0]) / 100 - 273.15, abs=1e-3)  # type: ignore[index]
    assert 24 < celsius.min() < celsius.max() < 30
    assert view.counts_range is not None
    black, white = view.counts_range
    assert 29_800 < black < white < 30_200
    assert "16 bit counts" in stage.notice


def test_after_a_seek_the_range_is_that_of_the_new_place() -> None:
    stage = Thermal()
    stage(frame(counts(base=3000)))
    for index in (900, 150):
        assert 90 < stage(frame(counts(index, base=8000), index)).grey.mean() < 165


def test_stills_are_stretched_each_by_itself() -> None:
    stage = Thermal()
    low, high = np.linspace(100, 400, 4096).astype(np.uint16), np.linspace(300, 3400, 4096).astype(np.uint16)
    stage(frame(low.reshape(64, 64), 0, "a.png"))
    second = stage(frame(high.reshape(64, 64), 1, "b.png")).grey
    assert second.min() == 0
    assert second.max() == 255


def test_the_same_image_once_more_changes_nothing() -> None:
    stage = Thermal()
    stage(frame(counts(0)))
    hot = counts(1, hot=True)
    first = stage(frame(hot, 1))
    assert all(stage(frame(hot, index)) is first for index in range(2, 90))


def test_a_still_looked_at_for_long_is_no_closed_shutter() -> None:
    stage = Thermal()
    stage(frame(picture(0), 0))
    image = picture(1)
    assert not any(stage(frame(image, index)).is_nuc for index in range(1, 200))


def test_black_hot_pictures_are_turned_over() -> None:
    view = Thermal(ThermalSettings(polarity="black-hot"))(frame(picture()))
    assert np.array_equal(view.grey, 255 - picture())


def test_a_closed_shutter_is_told_and_the_gain_waits() -> None:
    stage = Thermal()
    run(stage, [counts(index) for index in range(30)])
    before = stage(frame(counts(30, hot=True), 30))
    views = run(stage, [counts(30, hot=True) for _ in range(60)], 31)
    assert [view.is_nuc for view in views[:14]] == [False] * 14
    assert all(view.is_nuc for view in views[15:])
    assert all(np.array_equal(view.grey, before.grey) for view in views)
    after = stage(frame(counts(91), 91))
    assert not after.is_nuc


def test_nobody_looks_for_a_closed_shutter_who_was_told_not_to() -> None:
    stage = Thermal(ThermalSettings(nuc=False))
    images = [counts(index) for index in range(3)] + [counts(2) for _ in range(60)]
    assert not any(view.is_nuc for view in run(stage, images))


def test_settings_change_at_once_even_on_the_frame_that_is_shown() -> None:
    stage = Thermal()
    shown = frame(counts(0))
    stage(shown)
    manual = stage.adjusted(ThermalSettings(agc="manual", level=7150.0, span=1000.0))
    grey = manual(shown).grey
    assert np.ptp(grey) < 90
    assert np.array_equal(manual(frame(counts(0), 1)).grey, grey)


def test_what_the_user_changes_is_not_taken_for_a_jump() -> None:
    settings = ThermalSettings(agc="manual", level=7150.0, span=600.0)
    stage = Thermal(settings)
    run(stage, [counts(index) for index in range(10)])
    changed = replace(settings, level=7050.0)
    stage = stage.adjusted(changed)
    expected = Thermal(changed)(frame(counts(10), 10)).grey
    assert np.array_equal(stage(frame(counts(10), 10)).grey, expected)


def test_locking_keeps_the_gain_that_is_there() -> None:
    stage = Thermal(ThermalSettings(deflicker=False))
    before = run(stage, [counts(0)] * 2)[-1].grey
    locked = stage.adjusted(replace(stage.settings, lock=True))
    views = run(locked, [counts(0, hot=True) + np.uint16(index) for index in range(1, 50)], 2)
    assert np.abs(views[0].grey[45:].astype(int) - before[45:]).max() <= 2
    assert views[0].counts_range == views[-1].counts_range


def test_two_changes_in_a_row_are_both_taken_up() -> None:
    stage = Thermal()
    shown = frame(counts(0))
    stage(shown)
    there = stage.adjusted(replace(stage.settings, agc="plateau"))
    back = there.adjusted(replace(stage.settings, lock=True))
    assert np.array_equal(back(shown).grey, stage(shown).grey)


def test_no_frame_that_comes_in_is_changed() -> None:
    for image in (counts(0), picture(0), cv2.applyColorMap(picture(0), cv2.COLORMAP_JET)):
        stage = Thermal(ThermalSettings(polarity="black-hot", bad_pixels=True))
        before = image.copy()
        run(stage, [image, image.copy()])
        assert np.array_equal(image, before)
