"""One frame pair in, one fused frame out: thermal, align, fuse, compose. No thread, no Qt, no file.

A pipeline is frozen. To change a setting while running, build another and give it to the runner, which swaps the two
between frames.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from fusion_app import alignment, compositing
from fusion_app.engine.base import Engine
from fusion_app.frames import Frame, FramePair, FusedFrame, Image, ThermalView
from fusion_app.thermal import Thermal


@dataclass(frozen=True)
class FusionPipeline:
    """``FramePair -> FusedFrame``.

    Attributes:
        engine: Fuses luma.
        thermal: Turns infrared into grey; the one part with a memory.
        clock: What stages are timed by, seconds.
    """

    engine: Engine
    thermal: Thermal = field(default_factory=Thermal)
    clock: Callable[[], float] = time.perf_counter

    def __call__(self, pair: FramePair) -> FusedFrame:
        """Return the fused frame of ``pair``, of the visible frame's size; of a lost source's partner, that alone.

        Raises:
            ThermalError: The infrared frame does not fit the settings.
            EngineError: The engine failed; the run ends with it.
        """
        clock = _StageClock(self.clock)
        # A blank stands for a source that never had a frame: there is nothing to decode, and no gain to learn from it.
        view = self.thermal(pair.ir) if pair.ir.index >= 0 else ThermalView(pair.ir.image)
        clock.lap("thermal")
        ir_view = _fitted(view.grey, pair.vis)
        clock.lap("align")
        image = self._fused(pair.vis.image, ir_view, clock) if not pair.lost else _remaining(pair, ir_view)
        return FusedFrame(image, pair, ir_view, clock.stage_ms, view.is_nuc and pair.lost != "ir", view)

    def _fused(self, vis: Image, ir_view: Image, clock: "_StageClock") -> Image:
        vis_luma = compositing.luma(vis)
        clock.lap("luma")
        fused_luma = self.engine.fuse(ir_view.astype(np.float32), vis_luma)
        clock.lap("fuse")
        image = compositing.restore_chroma(vis, vis_luma, fused_luma)
        clock.lap("compose")
        return image


def _fitted(grey: Image, vis: Frame) -> Image:
    """Return infrared in the visible frame's size; in its own, if that stands for a source that never had a frame."""
    return grey if vis.index < 0 else alignment.fit(grey, vis.size)


def _remaining(pair: FramePair, ir_view: Image) -> Image:
    """Return the picture of the source that is not lost, in the size and channels of what is fused otherwise."""
    if pair.lost == "ir":
        return pair.vis.image
    return ir_view if pair.vis.image.ndim == 2 else cv2.cvtColor(ir_view, cv2.COLOR_GRAY2BGR)


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
