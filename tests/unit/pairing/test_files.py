from collections import deque
from collections.abc import Sequence

import numpy as np
import pytest

from fusion_app.frames import Frame, FramePair
from fusion_app.pairing.files import PairingPolicy, PairStream

PIXEL = np.zeros((1, 1), np.uint8)


class Reader:
    """A stream of frames at given times."""

    def __init__(self, times: Sequence[float]) -> None:
        self._all = [Frame(PIXEL, time, index) for index, time in enumerate(times)]
        self._left = deque(self._all)

    def read(self) -> Frame | None:
        return self._left.popleft() if self._left else None

    @property
    def is_over(self) -> bool:
        return not self._left

    def count_after(self, pts_s: float) -> int:
        return sum(frame.pts_s > pts_s for frame in self._all)

    def seek(self, pts_s: float) -> None:
        self._left = deque(frame for frame in self._all if frame.pts_s >= pts_s)


def pairs_of(stream: PairStream) -> list[FramePair]:
    return list(iter(stream.read, None))  # type: ignore[arg-type]


def offline(ir: Sequence[float], vis: Sequence[float], offset_s: float = 0.0) -> PairStream:
    periods = [float(np.median(np.diff(times))) if len(times) > 1 else 0.04 for times in (ir, vis)]
    return PairStream(Reader(ir), Reader(vis), PairingPolicy.for_periods(*periods, offset_s))


def test_equal_rates_pair_one_to_one() -> None:
    times = [i / 30 for i in range(10)]
    pairs = pairs_of(offline(times, times))
    assert [(p.ir.index, p.vis.index) for p in pairs] == [(i, i) for i in range(10)]
    assert all(p.skew_s == 0 and not p.is_held for p in pairs)


def test_every_visible_frame_gets_the_infrared_frame_nearest_in_time() -> None:
    ir = [i / 9 for i in range(20)]
    vis = [i / 30 for i in range(50)]
    for pair in pairs_of(offline(ir, vis)):
        nearest = min(abs(time - pair.vis.pts_s) for time in ir)
        assert abs(pair.skew_s) == pytest.approx(nearest)
        assert not pair.is_held


def test_infrared_frames_that_fit_nowhere_are_counted() -> None:
    stream = offline([i / 60 for i in range(40)], [i / 30 for i in range(20)])
    assert len(pairs_of(stream)) == 20
    assert stream.counts.unused > 0
    assert stream.counts.dropped == 0


GAP = [i / 10 for i in range(20) if not 5 <= i < 15]


def test_a_picture_lasts_until_the_next_one_and_is_marked_as_held() -> None:
    stream = offline(GAP, [i / 10 for i in range(20)])
    pairs = pairs_of(stream)
    assert [p.vis.index for p in pairs] == list(range(20))
    assert [round(p.ir.pts_s * 10) for p in pairs[5:15]] == [4] * 10  # never the one that is yet to come
    assert [p.is_held for p in pairs] == [5 <= i < 15 for i in range(20)]
    assert stream.counts.held == 10
    assert stream.counts.dropped == 0


def test_seeking_into_a_gap_shows_the_picture_that_lasts_there() -> None:
    stream = offline(GAP, [i / 10 for i in range(20)])
    stream.seek(1.2)
    pair = stream.read()
    assert pair is not None
    assert (round(pair.vis.pts_s * 10), round(pair.ir.pts_s * 10)) == (12, 4)


def test_an_infrared_frame_that_was_shown_before_its_time_is_not_counted_as_unused() -> None:
    stream = offline([0.0, 0.19], [0.0, 0.1])  # the second is nearer to 0.1 than the first
    assert [p.ir.index for p in pairs_of(stream)] == [0, 1]
    assert stream.unused == 0


def test_when_infrared_ends_first_the_stream_ends_and_says_where() -> None:
    stream = offline([i / 25 for i in range(10)], [i / 25 for i in range(100)])
    pairs = pairs_of(stream)
    assert 10 <= len(pairs) <= 13
    assert stream.ir_ended_at_s == pytest.approx(9 / 25)


def test_what_is_left_of_either_stream_is_counted() -> None:
    short, long = [i / 25 for i in range(10)], [i / 25 for i in range(100)]
    stream = offline(short, long)
    fused = len(pairs_of(stream))
    assert fused + stream.counts.dropped + stream.left_over()[0] == 100
    stream = offline(long, short)
    assert (len(pairs_of(stream)), stream.left_over()) == (10, (0, 90))
    stream = offline(short, long)
    stream.end_s = 2.0
    assert len(pairs_of(stream)) + stream.counts.dropped + stream.left_over()[0] == 50


def test_an_offset_moves_infrared() -> None:
    pairs = pairs_of(offline([i / 25 for i in range(20)], [i / 25 for i in range(20)], offset_s=0.2))
    assert all(p.ir.index == p.vis.index - 5 for p in pairs if p.vis.index >= 5 and not p.is_held)
    assert pairs[-1].ir.index == 14


def test_stills_pair_by_equal_position_or_not_at_all() -> None:
    stream = PairStream(Reader([0.0, 0.08]), Reader([0.0, 0.04, 0.08]), PairingPolicy.exact())
    assert [(p.ir.index, p.vis.index) for p in pairs_of(stream)] == [(0, 0), (1, 2)]
    assert stream.counts.dropped == 1


def test_seeking_finds_the_nearest_infrared_frame_even_before_the_target() -> None:
    stream = offline([i / 9 for i in range(30)], [i / 30 for i in range(100)])
    stream.seek(1.5)
    pair = stream.read()
    assert pair is not None
    assert pair.vis.pts_s == pytest.approx(1.5)
    assert abs(pair.skew_s) <= 1 / 18 + 1e-9


def test_the_end_is_exclusive() -> None:
    times = [i / 10 for i in range(10)]
    stream = PairStream(Reader(times), Reader(times), PairingPolicy.for_periods(0.1, 0.1), end_s=0.5)
    assert [p.vis.index for p in pairs_of(stream)] == [0, 1, 2, 3, 4]
