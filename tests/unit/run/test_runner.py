import sys
import threading
import time
from collections.abc import Callable

import numpy as np

from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.run.runner import Finish, Pace, Runner, RunReport, Sink
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
        deadline = time.monotonic() + 60
        while len(self.indices) < count:
            assert time.monotonic() < deadline, f"waited for {count} frames, got {self.indices}"
            time.sleep(0.002)


def wait_for_the_end(runner: Runner) -> None:
    deadline = time.monotonic() + 60
    while not runner.is_at_end:
        assert time.monotonic() < deadline, "it does not come to its end"
        time.sleep(0.002)


def make(count: int, pace: Pace, pipeline: Callable[[FramePair], FusedFrame] = instant) -> tuple[Runner, Seen]:
    runner, seen = Runner(Pairs(count), pipeline, pace, Telemetry()), Seen()
    runner.add_sink(seen)
    return runner, seen


def test_an_export_takes_every_pair_in_order_faster_than_real_time() -> None:
    runner, seen = make(3000, Pace.EXPORT)
    report = runner.run()
    assert report.finish is Finish.ENDED
    assert report.fused == 3000
    assert report.seconds < 30.0  # half of what it would last
    assert seen.indices == list(range(3000))


def test_playing_keeps_the_time_of_the_file() -> None:
    runner, seen = make(20, Pace.PLAY)
    started = time.monotonic()
    runner.start()
    wait_for_the_end(runner)
    assert runner.stop()
    status = runner.telemetry.status()
    assert status.fused + status.skipped == 20
    for index, at in zip(seen.indices, seen.times, strict=True):
        assert at - started >= index / 50 - 0.01  # a busy machine may be late, but nobody is early


def test_playing_too_slowly_skips_frames_and_counts_them() -> None:
    runner, seen = make(60, Pace.PLAY, slow(0.3))
    started = time.monotonic()
    runner.start()
    wait_for_the_end(runner)
    runner.stop()
    status = runner.telemetry.status()
    assert status.skipped > 20
    assert status.skipped + status.fused == 60
    assert len(seen.indices) == status.fused
    assert time.monotonic() - started < 12  # without skipping it would be 18 s


def test_a_slow_first_frame_costs_no_skipped_ones() -> None:
    def skipped() -> int:
        delays = iter([0.4])

        def warming_up(pair: FramePair) -> FusedFrame:
            time.sleep(next(delays, 0.0))
            return instant(pair)

        runner, _ = make(15, Pace.PLAY, warming_up)
        runner.start()
        wait_for_the_end(runner)
        assert runner.stop()
        return runner.telemetry.status().skipped

    assert any(skipped() == 0 for _ in range(10))  # a busy machine may skip some by itself, but not each time


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
    assert max(np.diff(seen.times)) < 20


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
    wait_for_the_end(runner)
    first = len(seen.indices)
    runner.resume()
    seen.wait_for(first + 1)
    wait_for_the_end(runner)
    runner.stop()
    for lap in (seen.indices[:first], seen.indices[first:]):  # a busy machine skips some
        assert lap[0] == 0
        assert lap == sorted(set(lap))


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


def test_a_pause_at_any_moment_does_not_end_a_run_that_plays() -> None:
    class Interrupted(Runner):
        """Somebody pauses and goes on just after time was looked at."""

        reads = 0

        @property
        def _origin(self) -> tuple[float, float] | None:
            origin: tuple[float, float] | None = self.__dict__.get("origin")
            self.reads += 1
            if origin is not None and self.reads % 3 == 0:
                self.__dict__["origin"] = None
            return origin

        @_origin.setter
        def _origin(self, origin: tuple[float, float] | None) -> None:
            self.__dict__["origin"] = origin

    runner = Interrupted(Pairs(30), instant, Pace.PLAY, Telemetry())
    runner.start()
    deadline = time.monotonic() + 20
    while not runner.is_at_end and runner.report is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    runner.stop()
    assert runner.report is not None
    assert runner.report.error is None


def test_sinks_that_come_and_go_in_several_threads_are_not_lost() -> None:
    runner = Runner(Pairs(1), instant, Pace.EXPORT, Telemetry())
    kept: list[Sink] = []
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def come_and_go() -> None:
        for _ in range(300):
            sink: Sink = [].append
            runner.add_sink(sink)
            kept.append(sink)
            passing: Sink = [].append
            runner.add_sink(passing)
            runner.remove_sink(passing)

    try:
        threads = [threading.Thread(target=come_and_go) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switch)
    assert len(runner._sinks) == len(kept) == 1200
