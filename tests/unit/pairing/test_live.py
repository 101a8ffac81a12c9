"""Pairing of live streams, in simulated time: whoever waits for a frame makes the clock go on."""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest

from fusion_app.frames import Frame, FramePair
from fusion_app.pairing.live import LivePairStream
from tests.reliability import Record

PIXELS = np.zeros((4, 6), np.uint8)
SILENT_S = 0.8


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Camera:
    """Frames that arrive at given times; silent once the last is too old."""

    def __init__(self, clock: Clock, times: Sequence[float]) -> None:
        self._clock = clock
        self._times = list(times)
        self._next = 0
        self.is_over = False

    def _has_arrived(self) -> bool:
        return self._next < len(self._times) and self._times[self._next] <= self._clock.now

    def read(self, timeout_s: float | None = None) -> Frame | None:
        if not self._has_arrived():
            assert timeout_s is not None
            coming = self._times[self._next] if self._next < len(self._times) else np.inf
            self._clock.now = min(self._clock.now + timeout_s, max(coming, self._clock.now))
        return self.read_available()

    def read_available(self) -> Frame | None:
        if not self._has_arrived():
            return None
        self._next += 1
        return Frame(PIXELS, self._times[self._next - 1], self._next - 1)

    @property
    def is_silent(self) -> bool:
        arrived = bisect_right(self._times, self._clock.now)
        return self.is_over or not arrived or self._clock.now - self._times[arrived - 1] > SILENT_S


class Rig:
    def __init__(self, ir: Sequence[float], vis: Sequence[float], offset_s: float = 0.0) -> None:
        self.clock = Clock()
        self.ir, self.vis = Camera(self.clock, ir), Camera(self.clock, vis)
        self.stream = LivePairStream(self.ir, self.vis, offset_s, self.clock)

    def pairs(self, until_s: float, fuse_s: float = 0.005) -> Iterator[FramePair]:
        while self.clock.now < until_s and (pair := self.stream.read()) is not None:
            yield pair
            self.clock.now += fuse_s


def ticks(gap: Callable[[], float], seconds: float, start: float = 0.0) -> list[float]:
    times = [start]
    while times[-1] < seconds:
        times.append(times[-1] + gap())
    return times


def regular(fps: float, seconds: float, start: float = 0.0) -> list[float]:
    return ticks(lambda: 1 / fps, seconds, start)


def jittered(low_s: float, high_s: float, seconds: float, seed: int = 1) -> list[float]:
    rng = random.Random(seed)
    return ticks(lambda: rng.uniform(low_s, high_s), seconds)


def new_ir(pairs: Sequence[FramePair]) -> list[FramePair]:
    return [now for last, now in pairwise(pairs) if now.ir.index != last.ir.index]


@pytest.mark.parametrize(("low_s", "high_s"), [(0.100, 0.240), (0.095, 0.127)], ids=["100–240 ms", "9 fps ± 15 %"])
def test_each_frame_of_a_slow_jittery_infrared_camera_meets_the_visible_frame_nearest_to_it(
    low_s: float, high_s: float, reliability: Record
) -> None:
    rig = Rig(jittered(low_s, high_s, 600), regular(30, 600, 0.011))
    pairs = list(rig.pairs(595))[100:]
    skews = np.array([abs(pair.skew_s) for pair in new_ir(pairs)]) * 1000
    assert len(skews) > 2000
    assert np.median(skews) <= 16.7
    assert np.percentile(skews, 95) <= 33
    reliability(
        "Infrared and visible stay in step",
        f"skew of {len(skews)} new infrared frames: median {np.median(skews):.1f} ms, "
        f"p95 {np.percentile(skews, 95):.1f} ms (simulated time)",
        case=f"infrared every {low_s * 1000:.0f}–{high_s * 1000:.0f} ms, visible 30 fps",
    )


def test_whatever_is_beyond_the_tolerance_is_marked() -> None:
    rig = Rig(jittered(0.100, 0.240, 300), regular(30, 300))
    marked = 0
    for pair in rig.pairs(295):
        assert pair.is_held == (abs(pair.skew_s) > rig.stream.policy.tolerance_s)
        assert not pair.lost
        marked += pair.is_held
    assert rig.stream.counts.held == marked > 0
    assert rig.stream.policy.tolerance_s == pytest.approx(0.085, abs=0.02)  # half the slower period


def test_no_visible_frame_waits_longer_than_half_its_period() -> None:
    rig = Rig(jittered(0.100, 0.240, 60), regular(30, 60))
    waits = [rig.clock.now - pair.vis.pts_s for pair in rig.pairs(55)]
    assert max(waits) <= 1 / 60 + 0.006


def test_equal_rates_pair_one_to_one_with_the_nearest_whatever_their_phase() -> None:
    for phase_s in (0.0, 0.004, 0.012, 0.02, 0.029):
        rig = Rig(regular(30, 20, phase_s), regular(30, 20))
        pairs = list(rig.pairs(19))[30:]
        assert max(abs(pair.skew_s) for pair in pairs) <= 1 / 60 + 1e-6, phase_s
        assert all(b.ir.index == a.ir.index + 1 for a, b in pairwise(pairs)), phase_s


@pytest.mark.parametrize("offset_s", [-0.4, -0.2, 0.2, 0.4])
def test_an_offset_of_either_sign_pairs_what_belongs_together(offset_s: float) -> None:
    rig = Rig([time - offset_s for time in regular(25, 20, 1.0)], regular(25, 20))
    pairs = [pair for pair in rig.pairs(18) if pair.vis.pts_s > 3]
    assert len(pairs) > 300
    assert all(abs(pair.skew_s) <= 0.0201 for pair in pairs)


def test_an_offset_may_change_while_running() -> None:
    rig = Rig(regular(25, 20), regular(25, 20))
    list(rig.pairs(5))
    rig.stream.offset_s = 0.2
    pairs = list(rig.pairs(15))[30:]
    assert all(pair.ir.index == pair.vis.index - 5 for pair in pairs)


def test_a_slow_network_gets_the_newest_visible_frame_and_the_others_are_counted() -> None:
    rig = Rig(regular(30, 20), regular(30, 20))
    pairs = list(rig.pairs(15, fuse_s=0.1))
    assert all(rig.clock.now - pair.vis.pts_s < 20 for pair in pairs)
    assert len(pairs) == pytest.approx(15 / 0.1, rel=0.2)
    assert rig.stream.counts.dropped == pytest.approx(15 * 30 - len(pairs), abs=10)
    assert rig.stream.counts.paired == len(pairs)


def test_while_infrared_is_silent_the_picture_goes_on_from_visible_marked_and_counted() -> None:
    gap = [time for time in regular(9, 20) if not 5 < time < 12]
    rig = Rig(gap, regular(30, 20))
    pairs = list(rig.pairs(19))
    lost = [pair for pair in pairs if pair.lost]
    assert {pair.lost for pair in lost} == {"ir"}
    assert 5.0 < lost[0].vis.pts_s < 6.0
    assert 12.0 - 0.04 < lost[-1].vis.pts_s < 12.2
    assert len({pair.ir.index for pair in lost}) == 1  # its last frame
    assert len(lost) == pytest.approx(30 * (12 - 5.8), abs=8)
    assert rig.stream.counts.lost == len(lost)
    gaps = np.diff([pair.vis.pts_s for pair in pairs])
    assert gaps.min() > 0
    assert gaps.max() < 0.1  # no picture is missing


def test_frames_from_before_the_silence_keep_their_partners_however_late_they_are_fused() -> None:
    rig = Rig(regular(30, 2), regular(30, 2))
    pairs = list(rig.pairs(3.5, fuse_s=1.3))
    assert rig.ir.is_silent
    assert pairs[-1].vis.pts_s >= 2.0
    assert not any(pair.lost for pair in pairs)


def test_while_visible_is_silent_the_picture_goes_on_from_infrared() -> None:
    rig = Rig(regular(9, 20), [time for time in regular(30, 20) if not 5 < time < 12])
    pairs = list(rig.pairs(19))
    lost = [pair for pair in pairs if pair.lost]
    assert {pair.lost for pair in lost} == {"vis"}
    assert len(lost) == pytest.approx(9 * (12 - 5.8), abs=4)
    assert len({pair.vis.index for pair in lost}) == 1
    assert all(pair.vis.pts_s == pair.ir.pts_s for pair in lost)  # time goes on
    times = [pair.vis.pts_s for pair in pairs]
    assert times == sorted(set(times))
    assert max(np.diff(times)) < 1.0
    assert not pairs[-1].lost


@pytest.mark.parametrize("missing", ["ir", "vis"])
def test_a_source_that_has_never_sent_a_frame_is_blank(missing: str) -> None:
    present = regular(25, 5)
    rig = Rig([] if missing == "ir" else present, [] if missing == "vis" else present)
    pairs = list(rig.pairs(4))
    assert len(pairs) > 80
    for pair in pairs:
        blank = pair.ir if missing == "ir" else pair.vis
        assert pair.lost == missing
        assert blank.index == -1
        assert blank.image.shape == PIXELS.shape
        assert not blank.image.any()


def test_reading_ends_when_both_are_over_and_not_before() -> None:
    rig = Rig([-0.2], regular(25, 4))
    rig.ir.is_over = True
    assert all(pair.lost == "ir" for pair in list(rig.pairs(3)))
    rig.vis.is_over = True
    assert rig.stream.read() is None
