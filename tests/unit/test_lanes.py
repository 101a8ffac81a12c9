"""Several frames of a file at a time: in order, each engine in one thread, nothing lost."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from fusion_app.engine import open_lanes
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.errors import EngineError
from fusion_app.frames import FloatImage, Frame, FramePair, FusedFrame
from fusion_app.lanes import Lanes
from fusion_app.pipeline import FusionPipeline
from fusion_app.runner import Finish, Pace, Runner
from fusion_app.settings import FusionSettings
from fusion_app.telemetry import Telemetry


class Unsteady(ClassicalEngine):
    """Takes long for every other frame, and tells a gauge when it computes."""

    def __init__(self, gauge: "Gauge", fails_at: int = -1) -> None:
        super().__init__("max")
        self._gauge, self._fails_at = gauge, fails_at

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        number = int(vis_luma[0, 0])
        with self._gauge.entered(self):
            time.sleep(0.02 if number % 2 else 0.002)
            if number == self._fails_at:
                raise EngineError(f"frame {number} cannot be fused")
            return super().fuse(ir, vis_luma)


class Gauge:
    """Which engines compute at this moment, and how many at most did."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: list[ClassicalEngine] = []
        self.most = 0

    def entered(self, engine: ClassicalEngine) -> "Entered":
        return Entered(self, engine)

    def enter(self, engine: ClassicalEngine) -> None:
        with self._lock:
            assert engine not in self._busy, "one engine in two threads at once"
            self._busy.append(engine)
            self.most = max(self.most, len(self._busy))

    def leave(self, engine: ClassicalEngine) -> None:
        with self._lock:
            self._busy.remove(engine)


class Entered:
    def __init__(self, gauge: Gauge, engine: ClassicalEngine) -> None:
        self._gauge, self._engine = gauge, engine

    def __enter__(self) -> None:
        self._gauge.enter(self._engine)

    def __exit__(self, *_: object) -> None:
        self._gauge.leave(self._engine)


class Pairs:
    """Pairs of a warming scene in 16 bit, numbered in the visible frame."""

    def __init__(self, count: int) -> None:
        self._numbers = iter(range(count))

    def read(self) -> FramePair | None:
        number = next(self._numbers, None)
        if number is None:
            return None
        counts = (7000 + 40 * number + np.arange(48 * 64).reshape(48, 64) % (50 + number)).astype(np.uint16)
        vis = np.full((48, 64), number, np.uint8)
        return FramePair(Frame(counts, number / 25, number), Frame(vis, number / 25, number))

    def seek(self, pts_s: float) -> None:
        raise AssertionError("nobody seeks here")


@pytest.fixture
def gauge() -> Gauge:
    return Gauge()


def run(pairs: Pairs, lanes: Lanes, pipeline: FusionPipeline) -> tuple[list[FusedFrame], Runner]:
    seen: list[FusedFrame] = []
    runner = Runner(pairs, pipeline, Pace.EXPORT, Telemetry(), lanes)
    runner.add_sink(seen.append)
    runner.run()
    return seen, runner


@pytest.fixture
def pipeline() -> FusionPipeline:
    return FusionPipeline(ClassicalEngine("max"))


@pytest.fixture
def three_lanes(gauge: Gauge, pipeline: FusionPipeline) -> Iterator[Lanes]:
    with closing(Lanes([Unsteady(gauge) for _ in range(3)], lambda: pipeline)) as lanes:
        yield lanes


def test_every_frame_comes_once_and_in_order(three_lanes: Lanes, pipeline: FusionPipeline, gauge: Gauge) -> None:
    seen, runner = run(Pairs(40), three_lanes, pipeline)
    assert [fused.pair.vis.index for fused in seen] == list(range(40))
    assert runner.report is not None
    assert runner.report.finish is Finish.ENDED
    assert runner.report.fused == 40
    assert 1 < gauge.most <= 3


def test_the_gain_of_infrared_follows_the_frames_as_with_one_lane(three_lanes: Lanes, pipeline: FusionPipeline) -> None:
    overlapped, _ = run(Pairs(25), three_lanes, pipeline)
    pairs, alone = Pairs(25), FusionPipeline(ClassicalEngine("max"))
    for fused in overlapped:
        pair = pairs.read()
        assert pair is not None
        assert np.array_equal(fused.image, alone(pair).image)


def test_what_was_fused_before_a_failure_is_delivered_and_the_run_tells_why(
    gauge: Gauge, pipeline: FusionPipeline
) -> None:
    with closing(Lanes([Unsteady(gauge, fails_at=11) for _ in range(2)], lambda: pipeline)) as lanes:
        seen, runner = run(Pairs(40), lanes, pipeline)
    assert [fused.pair.vis.index for fused in seen] == list(range(11))
    assert runner.report is not None
    assert runner.report.finish is Finish.FAILED
    assert str(runner.report.error) == "frame 11 cannot be fused"


def test_a_run_that_is_stopped_delivers_the_frames_in_work(three_lanes: Lanes, pipeline: FusionPipeline) -> None:
    seen: list[int] = []
    runner = Runner(Pairs(1000), pipeline, Pace.EXPORT, Telemetry(), three_lanes)

    def stop_at_ten(fused: FusedFrame) -> None:
        seen.append(fused.pair.vis.index)
        if len(seen) == 10:
            runner.stop()

    runner.add_sink(stop_at_ten)
    assert runner.run().finish is Finish.STOPPED
    assert seen == list(range(len(seen)))
    assert 10 <= len(seen) <= 14


def test_the_time_in_which_a_frame_waits_for_a_lane_is_no_stages_time(gauge: Gauge, pipeline: FusionPipeline) -> None:
    with closing(Lanes([Unsteady(gauge)], lambda: pipeline)) as lanes:
        futures = [lanes.begin(pair) for pair in iter(Pairs(9).read, None)]
        last = futures[-1].result()
    assert sum(last.stage_ms.values()) < 20  # it waited for four frames of 20 ms


@pytest.mark.skipif(find_spec("openvino") is None, reason="needs OpenVINO")
@pytest.mark.parametrize(
    ("settings", "count"),
    [
        (FusionSettings(model="max"), 1),
        (FusionSettings(device="cpu", threads=1), 1),
        (FusionSettings(device="cpu", threads=2), 2),
        (FusionSettings(device="cpu", threads=7), 2),
        (FusionSettings(device="cpu", runtime="torch", threads=4), 1),
    ],
)
def test_only_networks_in_openvino_on_more_than_one_core_have_two_lanes(
    settings: FusionSettings, count: int, tiny_weights: Path
) -> None:
    weights = "" if settings.model == "max" else str(tiny_weights)
    assert len(open_lanes(FusionSettings(**{**vars(settings), "weights": weights}))) == count
