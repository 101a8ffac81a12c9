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
from fusion_app.engine.base import Engine, ImageEngine
from fusion_app.frames import FloatImage, FramePair, FusedFrame, Image, ThermalView, size_of
from fusion_app.profiles import AlignmentProfile
from fusion_app.thermal import Thermal


@dataclass(frozen=True)
class FusionPipeline:
    """``FramePair -> FusedFrame``.

    Attributes:
        engine: Fuses luma.
        thermal: Turns infrared into grey; the one part with a memory.
        alignment: Where infrared lies on the visible frame.
        clock: What stages are timed by, seconds.
    """

    engine: Engine
    thermal: Thermal = field(default_factory=Thermal)
    alignment: AlignmentProfile = field(default_factory=AlignmentProfile)
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
        is_alone = pair.vis.index < 0  # there never was a visible frame: infrared keeps its size
        ir_view = view.grey if is_alone else alignment.apply(view.grey, self.alignment, pair.vis.size)
        reach = None if is_alone else alignment.reach(view.grey, self.alignment, pair.vis.size)
        clock.lap("align")
        image = _remaining(pair, ir_view) if pair.lost else self._fused(pair.vis.image, ir_view, reach, clock)
        ir_to_vis = None if is_alone else self.alignment.homography(size_of(view.grey), pair.vis.size)
        return FusedFrame(image, pair, ir_view, clock.stage_ms, view.is_nuc and pair.lost != "ir", view, ir_to_vis)

    def _fused(self, vis: Image, ir_view: Image, reach: FloatImage | None, clock: "_StageClock") -> Image:
        if isinstance(self.engine, ImageEngine) and (image := self.engine.fuse_image(ir_view, vis, reach)) is not None:
            clock.lap("fuse")
            return image
        vis_luma = compositing.luma(vis)
        ir_luma = ir_view.astype(np.float32)
        if reach is not None:  # where infrared does not reach there is nothing to add, and no edge to be seen
            ir_luma = compositing.over(ir_luma, vis_luma, reach)
        clock.lap("luma")
        fused_luma = self.engine.fuse(ir_luma, vis_luma)
        clock.lap("fuse")
        if reach is not None:
            fused_luma = compositing.over(fused_luma, vis_luma, reach)
        image = compositing.restore_chroma(vis, vis_luma, fused_luma)
        clock.lap("compose")
        return image


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
