"""Several frames of a file at a time: in order, each engine in one thread, nothing lost."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from fusion_app.engine import open_lanes
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.errors import EngineError, OutOfMemoryError, SourceError, ThermalError
from fusion_app.frames import FloatImage, Frame, FramePair, FusedFrame, ThermalView
from fusion_app.pipeline.lanes import Lanes
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.run.runner import Finish, Pace, Runner
from fusion_app.run.telemetry import Telemetry
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from fusion_app.thermal import Thermal
from models import build
from models.weights import WeightsCard, save_weights
from tests.media import counting_frames, write_images, write_video


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

    @contextmanager
    def entered(self, engine: ClassicalEngine) -> Iterator[None]:
        with self._lock:
            assert engine not in self._busy, "one engine in two threads at once"
            self._busy.append(engine)
            self.most = max(self.most, len(self._busy))
        try:
            yield
        finally:
            with self._lock:
                self._busy.remove(engine)


class Pairs:
    """Pairs of a warming scene in 16 bit, numbered in the visible frame; reading may fail."""

    def __init__(self, count: int, fails_at: int = -1) -> None:
        self._numbers = iter(range(count))
        self._fails_at = fails_at

    def read(self) -> FramePair | None:
        number = next(self._numbers, None)
        if number is None:
            return None
        if number == self._fails_at:
            raise SourceError("cam.mkv", f"frame {number} is damaged")
        counts = (7000 + 40 * number + np.arange(48 * 64).reshape(48, 64) % (50 + number)).astype(np.uint16)
        vis = np.full((48, 64), number, np.uint8)
        return FramePair(Frame(counts, number / 25, number), Frame(vis, number / 25, number))

    def seek(self, pts_s: float) -> None:
        self._numbers = iter(range(round(pts_s * 25), 1000))


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
    assert len(overlapped) == 25
    pairs, alone = Pairs(25), FusionPipeline(ClassicalEngine("max"))
    for fused in overlapped:
        pair = pairs.read()
        assert pair is not None
        assert np.array_equal(fused.image, alone(pair).image)


@pytest.mark.parametrize("number", [0, 11, 19], ids=["first", "middle", "last"])
@pytest.mark.parametrize("what", ["engine", "source", "thermal"])
def test_all_before_a_failure_is_delivered_and_the_run_tells_why(gauge: Gauge, what: str, number: int) -> None:
    pipeline = FusionPipeline(ClassicalEngine("max"), FailingThermal(number if what == "thermal" else -1))
    engines = [Unsteady(gauge, fails_at=number if what == "engine" else -1) for _ in range(2)]
    with closing(Lanes(engines, lambda: pipeline)) as lanes:
        seen, runner = run(Pairs(20, fails_at=number if what == "source" else -1), lanes, pipeline)
    assert [fused.pair.vis.index for fused in seen] == list(range(number))
    assert runner.report is not None
    assert runner.report.finish is Finish.FAILED
    assert f"frame {number} " in str(runner.report.error)


class FailingThermal(Thermal):
    """Refuses one frame."""

    def __init__(self, fails_at: int) -> None:
        super().__init__()
        self._fails_at = fails_at

    def __call__(self, frame: Frame) -> ThermalView:
        if frame.index == self._fails_at:
            raise ThermalError(f"frame {frame.index} is no picture")
        return super().__call__(frame)


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
    assert 12 <= len(seen) <= 13  # two were certainly in work, a third may not have begun


def test_a_pause_a_step_and_a_seek_show_the_frames_that_they_name(three_lanes: Lanes, pipeline: FusionPipeline) -> None:
    seen: list[int] = []
    runner = Runner(Pairs(1000), pipeline, Pace.EXPORT, Telemetry(), three_lanes)
    runner.add_sink(lambda fused: seen.append(fused.pair.vis.index))
    runner.pause()
    runner.start()
    for action, expected in ((runner.step, [0]), (runner.step, [0, 1]), (lambda: runner.seek(4.0), [0, 1, 100])):
        action()
        wait_for(lambda expected=expected: seen == expected)
    assert runner.stop()


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.002)


class Hungry(ClassicalEngine):
    """Has memory for so many frames, and from then on for none."""

    def __init__(self, frames: int) -> None:
        super().__init__("max")
        self._left = frames

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        self._left -= 1
        if self._left < 0:
            raise OutOfMemoryError("too little memory; close other programs")
        return super().fuse(ir, vis_luma)


def test_where_memory_is_too_small_for_several_all_frames_are_fused_one_by_one(gauge: Gauge) -> None:
    alone = Unsteady(gauge)
    pipeline = FusionPipeline(alone)
    with closing(Lanes([Hungry(4), Hungry(9)], lambda: pipeline)) as lanes:
        assert lanes.notice == ""
        seen, _ = run(Pairs(30), lanes, pipeline)
        assert "memory" in lanes.notice
    assert [fused.pair.vis.index for fused in seen] == list(range(30))
    assert gauge.most == 1


def test_an_engine_taken_into_use_fuses_from_then_on(gauge: Gauge) -> None:
    pipelines = [FusionPipeline(ClassicalEngine("max"))]
    with closing(Lanes([ClassicalEngine("max")] * 2, lambda: pipelines[-1])) as lanes:
        first = lanes.begin(take(Pairs(1))).result()
        pipelines.append(FusionPipeline(ClassicalEngine("average")))
        second = lanes.begin(take(Pairs(1))).result()
    assert first.image.mean() > 1.5 * second.image.mean()


def take(pairs: Pairs) -> FramePair:
    pair = pairs.read()
    assert pair is not None
    return pair


def test_the_time_in_which_a_frame_waits_for_a_lane_is_no_stages_time(gauge: Gauge, pipeline: FusionPipeline) -> None:
    with closing(Lanes([Unsteady(gauge)], lambda: pipeline)) as lanes:
        futures = [lanes.begin(pair) for pair in iter(Pairs(9).read, None)]
        waited = [future.result() for future in futures[4::2]]  # the quick ones: each waited for two frames of 20 ms
    assert min(sum(fused.stage_ms.values()) for fused in waited) < 20  # a busy machine delays some, but not all


needs_openvino = pytest.mark.skipif(find_spec("openvino") is None, reason="needs OpenVINO")


@needs_openvino
@pytest.mark.parametrize(
    ("settings", "count"),
    [
        (FusionSettings(model="max"), 0),
        (FusionSettings(device="cpu", threads=1), 0),
        (FusionSettings(device="cpu", threads=2), 2),
        (FusionSettings(device="cpu", threads=7, working_size="32x24"), 2),
        (FusionSettings(device="cpu", runtime="torch", threads=4), 0),
    ],
)
def test_only_networks_in_openvino_on_more_than_one_core_have_lanes(
    settings: FusionSettings, count: int, tiny_weights: Path
) -> None:
    weights = "" if settings.model == "max" else str(tiny_weights)
    assert len(open_lanes(replace(settings, weights=weights))) == count


@needs_openvino
def test_a_network_with_gates_has_no_lanes(tmp_path: Path) -> None:
    path = tmp_path / "gated.safetensors"
    save_weights(path, build("cs2fusion"), WeightsCard("cs2fusion", {}))
    assert open_lanes(FusionSettings(weights=str(path), device="cpu", threads=2)) == ()


@needs_openvino
def test_a_file_has_lanes_a_picture_and_a_watched_file_have_none(tmp_path: Path, tiny_weights: Path) -> None:
    write_video(tmp_path / "v.mkv", counting_frames(5, (64, 48)))
    write_images(tmp_path, ["ir.png", "vis.png"], counting_frames(2, (64, 48)))
    fusion = FusionSettings(weights=str(tiny_weights), device="cpu", threads=2)

    def lanes_of(ir: str, vis: str, pace: Pace) -> int:
        sources = SourceSettings(str(tmp_path / ir), str(tmp_path / vis))
        with closing(open_session(Settings(sources, fusion), pace)) as session:
            return session.lanes

    assert lanes_of("v.mkv", "v.mkv", Pace.EXPORT) == 2
    assert lanes_of("v.mkv", "v.mkv", Pace.PLAY) == 1
    assert lanes_of("ir.png", "vis.png", Pace.EXPORT) == 1
