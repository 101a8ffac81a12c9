import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.run.runner import Finish, Pace, Runner, RunReport
from fusion_app.run.telemetry import Telemetry


class Pairs:
    """A recording of ``count`` pairs at 50 fps that can be sought."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._next = 0

    def read(self) -> FramePair | None:
        if self._next >= self._count:
            return None
        index, self._next = self._next, self._next + 1
        frame = Frame(np.zeros((2, 2), np.uint8), index / 50, index)
        return FramePair(frame, frame)

    def seek(self, pts_s: float) -> None:
        self._next = round(pts_s * 50)


def instant(pair: FramePair) -> FusedFrame:
    return FusedFrame(pair.vis.image, pair, pair.ir.image, {"fuse": 0.0})


def slow(seconds: float) -> Callable[[FramePair], FusedFrame]:
    def pipeline(pair: FramePair) -> FusedFrame:
        time.sleep(seconds)
        return instant(pair)

    return pipeline


class Seen:
    """A sink that remembers which frames came and when."""

    def __init__(self) -> None:
        self.indices: list[int] = []
        self.times: list[float] = []

    def __call__(self, fused: FusedFrame) -> None:
        self.indices.append(fused.pair.vis.index)
        self.times.append(time.monotonic())

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 5
        while len(self.indices) < count:
            assert time.monotonic() < deadline, f"waited for {count} frames, got {self.indices}"
            time.sleep(0.002)


def make(count: int, pace: Pace, pipeline: Callable[[FramePair], FusedFrame] = instant) -> tuple[Runner, Seen]:
    runner, seen = Runner(Pairs(count), pipeline, pace, Telemetry()), Seen()
    runner.add_sink(seen)
    return runner, seen


def test_an_export_takes_every_pair_in_order_faster_than_real_time() -> None:
    runner, seen = make(100, Pace.EXPORT)
    report = runner.run()
    assert report.finish is Finish.ENDED
    assert report.fused == 100
    assert report.seconds < 1.0
    assert seen.indices == list(range(100))


def test_playing_keeps_the_time_of_the_file() -> None:
    runner, seen = make(20, Pace.PLAY)
    runner.start()
    seen.wait_for(20)
    assert runner.stop()
    assert seen.times[-1] - seen.times[0] == pytest.approx(19 / 50, abs=0.12)


def test_playing_too_slowly_skips_frames_and_counts_them() -> None:
    runner, seen = make(60, Pace.PLAY, slow(0.1))
    started = time.monotonic()
    runner.start()
    while not runner.is_at_end:
        assert time.monotonic() - started < 5
        time.sleep(0.01)
    runner.stop()
    status = runner.telemetry.status()
    assert status.skipped > 20
    assert status.skipped + status.fused == 60
    assert len(seen.indices) == status.fused
    assert time.monotonic() - started < 60 / 50 + 1.0


def test_a_slow_first_frame_costs_no_skipped_ones() -> None:
    delays = iter([0.4])

    def warming_up(pair: FramePair) -> FusedFrame:
        time.sleep(next(delays, 0.0))
        return instant(pair)

    runner, seen = make(15, Pace.PLAY, warming_up)
    runner.start()
    seen.wait_for(15)
    assert runner.stop()
    assert runner.telemetry.status().skipped == 0
    assert seen.indices == list(range(15))


def test_a_source_slower_than_real_time_is_shown_slowly_not_skipped_for_ever() -> None:
    class SlowPairs(Pairs):
        def read(self) -> FramePair | None:
            time.sleep(0.15)
            return super().read()

    runner, seen = Runner(SlowPairs(50), instant, Pace.PLAY, Telemetry()), Seen()
    runner.add_sink(seen)
    runner.start()
    seen.wait_for(4)
    assert runner.stop()
    assert max(np.diff(seen.times)) < 0.8


def test_pause_step_and_resume() -> None:
    runner, seen = make(1000, Pace.PLAY)
    runner.pause()
    runner.start()
    time.sleep(0.05)
    assert seen.indices == []
    runner.step()
    seen.wait_for(1)
    runner.step()
    seen.wait_for(2)
    assert seen.indices == [0, 1]
    runner.resume()
    seen.wait_for(5)
    runner.stop()


def test_seeking_while_paused_shows_that_frame() -> None:
    runner, seen = make(1000, Pace.PLAY)
    runner.pause()
    runner.start()
    runner.seek(4.0)
    seen.wait_for(1)
    time.sleep(0.05)
    assert seen.indices == [200]
    assert runner.is_paused
    runner.stop()


def test_a_step_right_after_a_seek_is_a_step_from_there() -> None:
    runner, seen = make(1000, Pace.PLAY)
    runner.pause()
    runner.start()
    runner.seek(4.0)
    runner.step()
    seen.wait_for(2)
    runner.stop()
    assert seen.indices == [200, 201]


def test_at_the_end_of_a_played_file_the_run_waits_and_can_start_over() -> None:
    runner, seen = make(5, Pace.PLAY)
    runner.start()
    seen.wait_for(5)
    while not runner.is_at_end:
        time.sleep(0.002)
    runner.resume()
    seen.wait_for(10)
    runner.stop()
    assert seen.indices[:10] == [0, 1, 2, 3, 4] * 2


def test_a_pipeline_swapped_while_paused_fuses_the_same_pair_again() -> None:
    runner, seen = make(1000, Pace.PLAY)
    runner.pause()
    runner.start()
    runner.step()
    seen.wait_for(1)
    runner.swap(instant)
    seen.wait_for(2)
    runner.stop()
    assert seen.indices == [0, 0]


def test_stopping_ends_the_thread_after_the_frame_in_work() -> None:
    runner, seen = make(1000, Pace.EXPORT, slow(0.05))
    reports: list[RunReport] = []
    runner.start(reports.append)
    seen.wait_for(2)
    assert runner.stop(1.0)
    assert reports[0].finish is Finish.STOPPED


def test_an_error_ends_the_run_and_is_reported() -> None:
    def broken(pair: FramePair) -> FusedFrame:
        raise RuntimeError("the device is gone")

    report = make(3, Pace.EXPORT, broken)[0].run()
    assert report.finish is Finish.FAILED
    assert str(report.error) == "the device is gone"


def test_the_run_is_in_the_calling_thread_or_in_its_own() -> None:
    threads: list[str] = []
    runner, _ = make(1, Pace.EXPORT)
    runner.add_sink(lambda _: threads.append(threading.current_thread().name))
    runner.run()
    runner, seen = make(1, Pace.EXPORT)
    runner.add_sink(lambda _: threads.append(threading.current_thread().name))
    runner.start()
    seen.wait_for(1)
    runner.stop()
    assert threads == [threading.current_thread().name, "runner"]
