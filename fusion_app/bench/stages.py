"""The stages of one frame, one after the other in one thread, so that CPU time can be told apart."""

import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from fusion_app.bench.timing import Samples, Timing
from fusion_app.engine import Engine
from fusion_app.errors import SourceError
from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.session.engines import spare_cores
from fusion_app.settings import Settings
from fusion_app.sources import FrameSource, open_source
from fusion_app.writers import Writer, open_writer

DECODE_IR, DECODE_VIS, ENCODE = "decode ir", "decode vis", "encode"
WARM_UP = 3
MIN_FRAMES = 3


@dataclass(frozen=True)
class Stages:
    """Times of all stages by name, in the order of a frame."""

    timings: dict[str, Timing]

    @property
    def cpu_ms(self) -> float:
        """CPU time of a whole frame, milliseconds."""
        return sum(timing.cpu_ms for timing in self.timings.values())

    def bound_fps(self, cores: float, fuse: Timing, lanes: int = 1) -> float:
        """Return the frames per second that no run on ``cores`` cores can exceed with engines that take ``fuse``.

        If every stage had a thread of its own, and fusing ``lanes``, the slowest would set the limit, or the CPU time
        of all.
        """
        timings = {**self.timings, "fuse": fuse}
        shares = {"fuse": lanes}
        slowest_ms = max(min(t.median_ms, t.cpu_ms) / shares.get(name, 1) for name, t in timings.items())  # no waits
        return 1000 / max(slowest_ms, sum(timing.cpu_ms for timing in timings.values()) / cores)


def measure_stages(settings: Settings, engine: Engine, output: Path, seconds: float) -> Stages:
    """Decode, fuse and encode for about ``seconds`` and at least `MIN_FRAMES` frames; short sources start over.

    Raises:
        FusionAppError: A source, the engine or the encoder fails.
    """
    spare_cores()
    with closing(open_source(settings.sources.ir)) as ir, closing(open_source(settings.sources.vis)) as vis:
        writer = open_writer(output, vis.info.fps or 25.0, settings.recording.quality)
        with closing(writer):
            return _measure(_Line(ir, vis, FusionPipeline(engine), writer), seconds)


def _measure(line: "_Line", seconds: float) -> Stages:
    for _ in range(WARM_UP):
        line.step()
    line.samples.clear()
    deadline = time.monotonic() + seconds
    for _ in range(MIN_FRAMES):
        line.step()
    while time.monotonic() < deadline:
        line.step()
    return Stages({name: samples.timing() for name, samples in line.samples.items()})


class _Line:
    """One frame at a time through decoders, pipeline and encoder."""

    def __init__(self, ir: FrameSource, vis: FrameSource, pipeline: FusionPipeline, writer: Writer[FusedFrame]) -> None:
        self.samples: defaultdict[str, Samples] = defaultdict(Samples)
        self._ir = ir
        self._vis = vis
        self._writer = writer
        self._clock = _TwoClocks()
        self._pipeline = replace(pipeline, clock=self._clock)

    def step(self) -> None:
        """Take one frame from the sources to the file."""
        fused = self._fuse(FramePair(self._read(DECODE_IR, self._ir), self._read(DECODE_VIS, self._vis)))
        with self.samples[ENCODE].lap():
            self._writer.write(fused)

    def _read(self, stage: str, source: FrameSource) -> Frame:
        for _ in range(2):
            with self.samples[stage].lap():
                frame = source.read()
            if frame is not None:
                return frame
            source.seek(0.0)
        raise SourceError(source.info.uri, "has no frame that can be read")

    def _fuse(self, pair: FramePair) -> FusedFrame:
        fused = self._pipeline(pair)
        for (stage, wall_ms), cpu_s in zip(fused.stage_ms.items(), self._clock.cpu_laps_s(), strict=True):
            self.samples[stage].add(wall_ms / 1000, cpu_s)
        return fused


class _TwoClocks:
    """A pipeline's clock: gives the wall time, and keeps the CPU time of the process at the same moments."""

    def __init__(self) -> None:
        self._cpu_s: list[float] = []

    def __call__(self) -> float:
        self._cpu_s.append(time.process_time())
        return time.perf_counter()

    def cpu_laps_s(self) -> list[float]:
        """Return the CPU seconds between the readings since the last time this was asked."""
        readings, self._cpu_s = self._cpu_s, []
        return [after - before for before, after in pairwise(readings)]
