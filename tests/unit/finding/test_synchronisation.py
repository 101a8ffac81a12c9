from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from fusion_app.finding.synchronisation import (
    MotionSample,
    MotionTrack,
    OffsetEstimate,
    WindowOffset,
    combined,
    estimate_drift,
    estimate_offset,
)
from fusion_app.frames import Frame, Size
from fusion_app.sources.synthetic import Scene

FPS = 30
FRAMES = 150
Samples = Sequence[MotionSample]


def track_of(images: Sequence[np.ndarray], times: Sequence[float], window_s: float = 60.0) -> MotionTrack:
    track = MotionTrack(window_s)
    for index, (image, time_s) in enumerate(zip(images, times, strict=True)):
        track.add(Frame(image, time_s, index))
    return track


@pytest.fixture(scope="module")
def street() -> tuple[Samples, Samples]:
    """Five seconds of people walking, as infrared and visible see them at the same instants."""
    scene = Scene(Size(192, 144))
    times = [index / FPS for index in range(FRAMES)]
    ir = track_of([scene.infrared(index) for index in range(FRAMES)], times)
    vis = track_of([scene.visible(index) for index in range(FRAMES)], times)
    return ir.samples(), vis.samples()


def late(samples: Samples, late_s: float) -> Samples:
    return [MotionSample(sample.pts_s + late_s, sample.picture) for sample in samples]


@pytest.mark.parametrize("late_ms", [-467, -137, 0, 61, 300, 467])
def test_the_offset_is_what_must_be_added_to_infrared(street: tuple[Samples, Samples], late_ms: float) -> None:
    ir, vis = street
    estimate = estimate_offset(late(ir, late_ms / 1000), vis)
    assert estimate.accepted, estimate
    assert estimate.offset_ms == pytest.approx(-late_ms, abs=500 / FPS)
    assert estimate.reason == ""


@pytest.mark.parametrize("late_ms", [-250, 0, 400])
def test_a_jittering_slow_thermal_camera_is_found_within_half_its_frame(
    street: tuple[Samples, Samples], late_ms: float
) -> None:
    ir, vis = street
    rng = np.random.default_rng(1)
    indices = np.cumsum(rng.integers(3, 6, 60))  # 100 to 167 ms apart
    slow = [ir[index] for index in indices if index < FRAMES]
    estimate = estimate_offset(late(slow, late_ms / 1000), vis)
    assert estimate.accepted, estimate
    assert estimate.offset_ms == pytest.approx(-late_ms, abs=500 / 9)


def test_a_visible_camera_slower_than_infrared_has_the_same_sign(street: tuple[Samples, Samples]) -> None:
    ir, vis = street
    estimate = estimate_offset(late(ir, 0.2), vis[::3])
    assert estimate.accepted, estimate
    assert estimate.offset_ms == pytest.approx(-200, abs=50)


def test_black_hot_weak_and_16_bit_infrared_give_the_same_offset(street: tuple[Samples, Samples]) -> None:
    scene, times = Scene(Size(192, 144)), [index / FPS for index in range(90)]
    shown = [scene.infrared(index) for index in range(90)]
    vis = street[1][:90]
    raw = track_of([(3000 + 2 * (255 - image.astype(np.uint16))) for image in shown], times).samples()
    weak = track_of([np.uint8(60) + image // 3 for image in shown], times).samples()
    for ir in (raw, weak):
        estimate = estimate_offset(late(ir, 0.1), vis)
        assert estimate.offset_ms == pytest.approx(-100, abs=500 / FPS)


@pytest.fixture(scope="module")
def far_away() -> tuple[Samples, Samples]:
    """One walker, 5 pixels wide in a picture of 320, a little warmer and darker than what is behind it."""
    rng = np.random.default_rng(5)
    times = [index / FPS for index in range(FRAMES)]
    path = 150 + np.cumsum(np.clip(rng.normal(0, 1.0, FRAMES // 10).repeat(10), -2, 2))
    found = []
    for contrast in (45, -45):
        still = cv2.GaussianBlur(rng.uniform(0, 255, (240, 320)).astype(np.float32), (0, 0), 2)
        images = []
        for x in np.rint(path).astype(int):
            image = still + rng.normal(0, 9, still.shape)
            image[60:70, x : x + 5] += contrast
            images.append(np.clip(image, 0, 255).astype(np.uint8))
        found.append(track_of(images, times).samples())
    return found[0], found[1]


@pytest.mark.parametrize("late_ms", [-250, 0, 400])
def test_small_walkers_in_a_scene_that_stands_still_are_enough(
    far_away: tuple[Samples, Samples], late_ms: float
) -> None:
    ir, vis = far_away
    estimate = estimate_offset(late(ir, late_ms / 1000), vis)
    assert estimate.accepted, estimate
    assert estimate.offset_ms == pytest.approx(-late_ms, abs=500 / FPS)


def test_small_walkers_of_another_place_or_time_are_refused(far_away: tuple[Samples, Samples]) -> None:
    ir, vis = far_away
    elsewhere = [MotionSample(sample.pts_s, np.ascontiguousarray(sample.picture[:, ::-1])) for sample in ir]
    backwards = [MotionSample(one.pts_s, other.picture) for one, other in zip(ir, ir[::-1], strict=True)]
    for wrong in (elsewhere, backwards, late(ir, 1.5)):
        assert not estimate_offset(wrong, vis).accepted


def test_a_scene_without_motion_is_refused() -> None:
    scene, times = Scene(Size(192, 144)), [index / FPS for index in range(90)]
    rng = np.random.default_rng(3)

    def noisy(image: np.ndarray) -> np.ndarray:
        return np.clip(image + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8)

    ir = track_of([noisy(scene.infrared(0)) for _ in times], times)
    vis = track_of([noisy(scene.visible(0)) for _ in times], times)
    estimate = estimate_offset(ir.samples(), vis.samples())
    assert not estimate.accepted
    assert "not enough motion" in estimate.reason


def test_two_scenes_that_have_nothing_to_do_with_each_other_are_refused(street: tuple[Samples, Samples]) -> None:
    mirrored = [MotionSample(sample.pts_s, np.ascontiguousarray(sample.picture[::-1, ::-1])) for sample in street[0]]
    assert not estimate_offset(mirrored, street[1]).accepted


def test_an_offset_beyond_the_range_is_refused(street: tuple[Samples, Samples]) -> None:
    ir, vis = street
    for late_s in (-0.9, 0.9):
        assert not estimate_offset(late(ir, late_s), vis).accepted
    assert estimate_offset(late(ir, 0.9), vis, max_offset_s=1.2).offset_ms == pytest.approx(-900, abs=500 / FPS)


@pytest.mark.parametrize("count", [0, 1, 20])
def test_too_short_a_look_is_refused(street: tuple[Samples, Samples], count: int) -> None:
    ir, vis = street
    estimate = estimate_offset(ir[:count], vis[:count])
    assert not estimate.accepted
    assert "few seconds" in estimate.reason


def test_streams_of_different_times_and_of_one_frame_a_second_are_refused(street: tuple[Samples, Samples]) -> None:
    ir, vis = street
    assert "in common" in estimate_offset(late(ir, 50.0), vis).reason
    rare = [MotionSample(float(index), sample.picture) for index, sample in enumerate(ir[:20])]
    assert "in common" in estimate_offset(rare, vis).reason


def test_a_track_remembers_its_window_and_no_more() -> None:
    images = [np.full((24, 32), index, np.uint8) for index in range(100)]
    samples = track_of(images, [index / 20 for index in range(100)], window_s=2.0).samples()
    assert samples[-1].pts_s - samples[0].pts_s == pytest.approx(2.0)
    assert len(samples) == 41


def test_held_and_repeated_frames_are_not_taken_twice() -> None:
    one, other = np.zeros((24, 32), np.uint8), np.full((24, 32), 9, np.uint8)
    times = [0.0, 0.1, 0.2, 0.2, 0.3]
    samples = track_of([one, one, other, one, one], times).samples()
    assert [sample.pts_s for sample in samples] == [0.0, 0.2, 0.3]


@pytest.mark.parametrize("to_s", [0.5, 60.0], ids=["back", "ahead"])
def test_a_seek_starts_afresh(to_s: float) -> None:
    images = [np.full((24, 32), index, np.uint8) for index in range(6)]
    samples = track_of(images, [1.0, 1.1, 1.2, 1.3, to_s, to_s + 0.1]).samples()
    assert [sample.pts_s for sample in samples] == [to_s, to_s + 0.1]


def window(at_s: float, offset_ms: float, *, accepted: bool = True) -> WindowOffset:
    return WindowOffset(at_s, OffsetEstimate(offset_ms, 0.1, accepted))


def test_drift_is_the_slope_over_minutes_and_one_wrong_window_does_not_count() -> None:
    rng = np.random.default_rng(2)
    windows = [window(20 * i, 50 + 12 * (20 * i / 60) + rng.normal(0, 3)) for i in range(13)]
    windows[5] = window(100, -400)
    drift = estimate_drift(windows)
    assert drift is not None
    assert drift.ms_per_minute == pytest.approx(12, abs=2)
    estimate = combined(windows)
    assert estimate.accepted
    assert estimate.offset_ms == pytest.approx(50 + 12 * 2, abs=5)


def test_drift_is_not_guessed_from_less_than_a_minute_or_from_refused_windows() -> None:
    assert estimate_drift([window(i, 10.0 * i) for i in range(50)]) is None
    assert estimate_drift([window(60 * i, 10.0 * i, accepted=i < 3) for i in range(9)]) is None


def test_windows_that_contradict_each_other_or_all_refuse_give_no_offset() -> None:
    split = combined([window(0, -300), window(5, -300), window(10, 250), window(15, 250)])
    assert not split.accepted
    assert "different offsets" in split.reason
    refused = [WindowOffset(0, OffsetEstimate.refused("not enough motion", 3.0, 0.01))]
    assert combined(refused) == refused[0].estimate
    assert not combined([]).accepted
