"""One frame pair in, one fused frame out: thermal, align, fuse, compose. No thread, no Qt, no file.

A pipeline is frozen. To change a setting while running, build another and give it to the runner, which swaps the two
between frames.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import cv2
import numpy as np

from fusion_app.alignment import warp
from fusion_app.alignment.profile import AlignmentProfile, Matrix, rows
from fusion_app.engine.base import BytesEngine, Engine, ImageEngine
from fusion_app.frames import FloatImage, FramePair, FusedFrame, Image, Picture, Planes, ThermalView, image_of, size_of
from fusion_app.pipeline import compositing
from fusion_app.pipeline.mixing import Mixing
from fusion_app.thermal import Thermal


@dataclass(frozen=True)
class FusionPipeline:
    """``FramePair -> FusedFrame``.

    Attributes:
        engine: Fuses luma.
        thermal: Turns infrared into grey; the one part with a memory.
        alignment: Where infrared lies on the visible frame.
        mixing: How much of what is fused is laid over visible, and what in colours.
        clock: What stages are timed by, seconds.
    """

    engine: Engine
    thermal: Thermal = field(default_factory=Thermal)
    alignment: AlignmentProfile = field(default_factory=AlignmentProfile)
    mixing: Mixing = field(default_factory=Mixing)
    clock: Callable[[], float] = time.perf_counter

    def __call__(self, pair: FramePair) -> FusedFrame:
        """Return the fused frame of ``pair``, of the visible frame's size; of a lost source's partner, that alone.

        Raises:
            ThermalError: The infrared frame does not fit the settings.
            EngineError: The engine failed; the run ends with it.
        """
        return self.finish(self.prepare(pair))

    def again(self, fused: FusedFrame) -> FusedFrame:
        """Return the pair of ``fused``, fused by this pipeline's engine; infrared stays as grey and where it was.

        Raises:
            EngineError: The engine failed.
        """
        pair, clock = fused.pair, StageClock(self.clock)
        view = ThermalView(fused.ir_view) if fused.thermal is None else fused.thermal
        reach = None
        if fused.ir_to_vis is not None:
            profile = AlignmentProfile(rows(fused.ir_to_vis), tuple(size_of(view.grey)), tuple(pair.vis.size))
            reach = warp.reach(view.grey, profile, pair.vis.size)
        anew = self.finish(PreparedPair(pair, view, fused.ir_view, reach, fused.ir_to_vis, clock))
        return replace(anew, is_nuc=fused.is_nuc)

    def prepare(self, pair: FramePair) -> "PreparedPair":
        """Make the infrared of ``pair`` grey and lay it on visible; pairs have to come in order.

        Raises:
            ThermalError: The infrared frame does not fit the settings.
        """
        clock = StageClock(self.clock)
        # A blank stands for a source that never had a frame: there is nothing to decode, and no gain to learn from it.
        view = self.thermal(pair.ir) if pair.ir.index >= 0 else ThermalView(pair.ir.image)
        clock.lap("thermal")
        is_alone = pair.vis.index < 0  # there never was a visible frame: infrared keeps its size
        profile = self._profile(pair)
        ir_view = view.grey if is_alone else warp.apply(view.grey, profile, pair.vis.size)
        reach = None if is_alone else warp.reach(view.grey, profile, pair.vis.size)
        clock.lap("align")
        ir_to_vis = None if is_alone else profile.homography(size_of(view.grey), pair.vis.size)
        return PreparedPair(pair, view, ir_view, reach, ir_to_vis, clock)

    def _profile(self, pair: FramePair) -> AlignmentProfile:
        """Return where infrared lies: as the user says, else as the camera that took both pictures says."""
        if self.alignment.is_set or not pair.ir.ir_to_vis:
            return self.alignment
        return AlignmentProfile(pair.ir.ir_to_vis, tuple(pair.ir.size), tuple(pair.vis.size))

    def finish(self, prepared: "PreparedPair") -> FusedFrame:
        """Return the fused frame of a pair that `prepare` returned; depends on no other pair.

        Raises:
            EngineError: The engine failed.
        """
        pair, view, ir_view, _, ir_to_vis, clock = prepared
        picture = _remaining(pair, ir_view) if pair.lost else self._picture(prepared)
        return FusedFrame(picture, pair, ir_view, clock.stage_ms, view.is_nuc and pair.lost != "ir", view, ir_to_vis)

    def _picture(self, prepared: "PreparedPair") -> Picture:
        vis = prepared.pair.vis.picture
        engine = self.engine
        takes_images = isinstance(engine, ImageEngine) and engine.takes_images
        picture: Picture
        if isinstance(vis, Planes) and not takes_images:
            picture = self._fused_planes(vis, prepared)
        else:
            image = image_of(vis)
            picture = self.mixing.over(self._fused(image, prepared.ir_view, prepared.reach, prepared.clock), image)
        profile = None if prepared.ir_to_vis is None else self._profile(prepared.pair)
        weight = self.mixing.weight(prepared.view, profile, prepared.reach, prepared.pair.vis.size)
        if weight is not None:
            picture = self.mixing.painted(image_of(picture), prepared.ir_view, weight)
            prepared.clock.lap("colour")
        return picture

    def _fused(self, vis: Image, ir_view: Image, reach: FloatImage | None, clock: "StageClock") -> Image:
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

    def _fused_planes(self, vis: Planes, prepared: "PreparedPair") -> Planes:
        """Return fused luma beside the chroma of ``vis`` as it came."""
        reach, clock = prepared.reach, prepared.clock
        ir = prepared.ir_view if reach is None else compositing.over_bytes(prepared.ir_view, vis.grey, reach)
        clock.lap("luma")
        fused = self.engine.fuse_bytes(ir, vis.grey) if isinstance(self.engine, BytesEngine) else None
        if fused is None:
            fused = compositing.in_bytes(self.engine.fuse(ir.astype(np.float32), vis.levels))
        clock.lap("fuse")
        if reach is not None:
            fused = compositing.over_bytes(fused, vis.grey, reach)
        planes = vis.with_grey(self.mixing.over(fused, vis.grey))
        clock.lap("compose")
        return planes


class PreparedPair(NamedTuple):
    """All of a frame that has to happen in the order of the frames has happened.

    Attributes:
        pair: What was read.
        view: Infrared in grey.
        ir_view: The same where it lies on the visible frame.
        reach: How far infrared counts, 0…1; None: everywhere.
        ir_to_vis: Homography from the pixels of ``view.grey`` to visible ones; None where there is no visible frame.
        clock: Of the stages so far.
    """

    pair: FramePair
    view: ThermalView
    ir_view: Image
    reach: FloatImage | None
    ir_to_vis: Matrix | None
    clock: "StageClock"


def _remaining(pair: FramePair, ir_view: Image) -> Picture:
    """Return the picture of the source that is not lost, in the size and channels of what is fused otherwise."""
    if pair.lost == "ir":
        return pair.vis.picture
    return ir_view if len(pair.vis.picture.shape) == 2 else cv2.cvtColor(ir_view, cv2.COLOR_GRAY2BGR)


class StageClock:
    """Time of consecutive stages."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.stage_ms: dict[str, float] = {}
        self._clock = clock
        self._last = clock()

    def resume(self) -> None:
        """Leave out the time since the last lap: nobody worked."""
        self._last = self._clock()

    def lap(self, stage: str) -> None:
        """Book the time since the last lap to ``stage``."""
        now = self._clock()
        self.stage_ms[stage] = (now - self._last) * 1000
        self._last = now
