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


def test_a_gap_is_held_then_dropped_and_both_are_counted() -> None:
    ir = [i / 10 for i in range(20) if not 5 <= i < 15]
    vis = [i / 10 for i in range(20)]
    stream = offline(ir, vis)
    pairs = pairs_of(stream)
    held = [p for p in pairs if p.is_held]
    assert all(0.05 < abs(p.skew_s) <= 0.3001 for p in held)
    assert stream.counts.held == len(held) > 0
    assert stream.counts.dropped == 20 - len(pairs) > 0
    assert stream.counts.paired == len(pairs)


def test_when_infrared_ends_first_the_stream_ends_and_says_where() -> None:
    stream = offline([i / 25 for i in range(10)], [i / 25 for i in range(100)])
    pairs = pairs_of(stream)
    assert 10 <= len(pairs) <= 13
    assert stream.ir_ended_at_s == pytest.approx(9 / 25)


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
