"""One frame pair in, one fused frame out: grey, align, fuse, compose. No thread, no Qt, no file.

A pipeline is frozen. To change a setting while running, build another and give it to the runner, which swaps the two
between frames.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from fusion_app import alignment, compositing, thermal
from fusion_app.engine.base import Engine
from fusion_app.frames import FramePair, FusedFrame, Size


@dataclass(frozen=True)
class FusionPipeline:
    """``FramePair -> FusedFrame``.

    Attributes:
        engine: Fuses luma.
        agc: Turns 16 bit infrared into grey; the one part with a memory.
        clock: What stages are timed by, seconds.
    """

    engine: Engine
    agc: thermal.PercentileAgc = field(default_factory=thermal.PercentileAgc)
    clock: Callable[[], float] = time.perf_counter

    def __call__(self, pair: FramePair) -> FusedFrame:
        """Return the fused frame of ``pair``, of the visible frame's size.

        Raises:
            EngineError: The engine failed; the run ends with it.
        """
        clock = _StageClock(self.clock)
        vis = pair.vis.image
        height, width = vis.shape[:2]
        ir_view = alignment.fit(thermal.to_grey8(pair.ir, self.agc), Size(width, height))
        clock.lap("align")
        vis_luma = compositing.luma(vis)
        clock.lap("luma")
        fused_luma = self.engine.fuse(ir_view.astype(np.float32), vis_luma)
        clock.lap("fuse")
        image = compositing.restore_chroma(vis, vis_luma, fused_luma)
        clock.lap("compose")
        return FusedFrame(image, pair, ir_view, clock.stage_ms)


class _StageClock:
    """Time of consecutive stages."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.stage_ms: dict[str, float] = {}
        self._clock = clock
        self._last = clock()

    def lap(self, stage: str) -> None:
        """Book the time since the last lap to ``stage``."""
        now = self._clock()
        self.stage_ms[stage] = (now - self._last) * 1000
        self._last = now
