"""Whole sessions as a user runs them, with a recorder: as fast as possible, and in real time.

Measured in a process of its own, so that the peak of memory is that of the session alone.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fusion_app.engine import warm_up
from fusion_app.errors import PairingError
from fusion_app.frames import FusedFrame
from fusion_app.run.runner import Pace, Runner
from fusion_app.session.session import Session, open_session
from fusion_app.settings import Settings
from fusion_app.system.machine import peak_resident_mib
from fusion_app.writers import open_writer
from fusion_app.writers.queued import QueuedWriter

MIN_FRAMES = 3
PATIENCE_S = 20.0
"""How long to wait for `MIN_FRAMES` frames of something that is very slow."""

STOP_S = 60.0
"""How long the frame in work may take to finish."""

FILLED_BUFFERS = 16
"""Frames at the start that found buffers filled before the clock ran; they are left out of the rate where possible."""


@dataclass(frozen=True)
class Export:
    """A run that takes every frame: decode, fuse and encode overlap.

    Attributes:
        n: Frames fused.
        fps: Frames per second, the last one encoded included; None with fewer than two frames.
        drops: Frames lost; none should be.
        lanes: Frames that were fused at a time.
    """

    n: int
    fps: float | None
    drops: int
    lanes: int = 1


@dataclass(frozen=True)
class Play:
    """A run that keeps the time of the source.

    Attributes:
        n: Frames fused.
        fps: Frames per second that came out.
        source_fps: Frames per second of the source.
        skipped: Frames skipped because their time had passed.
        drops: Frames that the recorder could not take, or that had no partner.
        latency_median_ms: From the moment a frame is due to its fused image; showing it comes on top.
        latency_p95_ms: 95th percentile of it.
    """

    n: int
    fps: float
    source_fps: float
    skipped: int
    drops: int
    latency_median_ms: float
    latency_p95_ms: float


@dataclass(frozen=True)
class EndToEnd:
    """Both runs with one model.

    Attributes:
        export: As fast as possible.
        play: In real time.
        peak_mib: Most memory that the process held, MiB, libraries included; None where the system does not tell.
        engines: What fused, in each of the two: automatic quality takes the most faithful for files, and what keeps up
            for watching.
    """

    export: Export
    play: Play
    peak_mib: float | None
    engines: tuple[str, str]


def measure_end_to_end(settings: Settings, seconds: float) -> EndToEnd:
    """Run both ways, each for about ``seconds`` or to the end of the sources.

    Raises:
        FusionAppError: A source, the engine or the encoder fails.
    """
    with TemporaryDirectory() as folder:
        export = _run(settings, Pace.EXPORT, Path(folder) / "export.mkv", seconds)
        play = _run(settings, Pace.PLAY, Path(folder) / "play.mkv", seconds)
    return EndToEnd(_export(export), _play(play), peak_resident_mib(), (export.engine, play.engine))


def _export(run: "_Run") -> Export:
    first = min(FILLED_BUFFERS, run.n // 4)
    counted = run.n - 1 - first
    fps = counted / (run.closed_at_s - run.done_at_s[first]) if counted > 0 else None
    return Export(run.n, fps, run.drops, run.lanes)


def _play(run: "_Run") -> Play:
    latency_ms = np.array(run.latencies_s()) * 1000
    median_ms, p95_ms = (float(value) for value in np.percentile(latency_ms, (50, 95)))
    elapsed_s = run.done_at_s[-1] - run.started_s + 1 / run.source_fps
    return Play(run.n, run.n / elapsed_s, run.source_fps, run.skipped, run.drops, median_ms, p95_ms)


@dataclass(frozen=True)
class _Run:
    """What was seen of one session."""

    pts_s: tuple[float, ...]
    done_at_s: tuple[float, ...]
    started_s: float
    closed_at_s: float
    source_fps: float
    skipped: int
    drops: int
    lanes: int
    engine: str

    @property
    def n(self) -> int:
        return len(self.done_at_s)

    def latencies_s(self) -> list[float]:
        """Return when each frame was fused after it was due; the first was due when it was taken."""
        origin_s = self.started_s - self.pts_s[0]
        return [done - (origin_s + pts) for done, pts in zip(self.done_at_s, self.pts_s, strict=True)]


class _Watch:
    """The sink that notes when each frame was fused."""

    def __init__(self) -> None:
        self.pts_s: list[float] = []
        self.done_at_s: list[float] = []
        self.started_s = 0.0

    def __call__(self, fused: FusedFrame) -> None:
        now = time.monotonic()
        if not self.done_at_s:
            self.started_s = now - sum(fused.stage_ms.values()) / 1000
        self.pts_s.append(fused.pts_s)
        self.done_at_s.append(now)


def _run(settings: Settings, pace: Pace, output: Path, seconds: float) -> _Run:
    session = open_session(settings, pace)
    try:
        for engine in session.engines:
            warm_up(engine, session.vis.info.size)  # what is compiled for the first frame is not what is measured
        writer = open_writer(output, session.vis.info.fps or 25.0, settings.recording.quality)
        recorder, watch = QueuedWriter(writer, is_live=pace is not Pace.EXPORT), _Watch()
        session.runner.add_sink(watch)
        session.runner.add_sink(recorder)
        try:
            _drive(session.runner, watch, seconds)
        finally:
            recorder.close()
        return _seen(session, recorder, watch)
    finally:
        session.close()


def _drive(runner: Runner, watch: _Watch, seconds: float) -> None:
    """Run until the time is over, the sources end, or the run fails."""
    started = time.monotonic()
    runner.start()
    while runner.report is None and not runner.is_at_end:
        elapsed = time.monotonic() - started
        if elapsed > seconds and (len(watch.done_at_s) >= MIN_FRAMES or elapsed > PATIENCE_S):
            break
        time.sleep(0.005)
    runner.stop(STOP_S)
    if runner.report is not None and runner.report.error is not None:
        raise runner.report.error


def _seen(session: Session, recorder: QueuedWriter[FusedFrame], watch: _Watch) -> _Run:
    if not watch.done_at_s:
        raise PairingError("no frame could be fused in the time given; give the benchmark more --seconds")
    return _Run(
        pts_s=tuple(watch.pts_s),
        done_at_s=tuple(watch.done_at_s),
        started_s=watch.started_s,
        closed_at_s=time.monotonic(),
        source_fps=session.vis.info.fps or 25.0,
        skipped=session.status().skipped,
        drops=session.pairs.counts.dropped + recorder.dropped,
        lanes=session.lanes,
        engine=session.engine.description,
    )
