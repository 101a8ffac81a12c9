"""A network that the user has added, as an engine."""

from collections.abc import Callable
from typing import Protocol

import cv2
import numpy as np

from fusion_app.engine.added.card import NetworkCard
from fusion_app.engine.added.tensors import Meant, Sources, meaning, resized, tensors
from fusion_app.engine.base import Engine, ImageEngine, common_size
from fusion_app.engine.network import MIN_STRIP_ROWS, ROWS_PER_HALO, STRIP_PIXELS, too_little
from fusion_app.engine.strips import strips
from fusion_app.engine.working_size import fit_affine
from fusion_app.errors import EngineError, OutOfMemoryError
from fusion_app.frames import FloatImage, Image, Size


class Compute(Protocol):
    """What computes a network.

    Attributes:
        device: ``cpu`` or ``cuda``.
        description: Device and runtime, for the user.
    """

    device: str
    description: str

    def __call__(self, inputs: list[FloatImage]) -> FloatImage:
        """Return the output ``(C, H, W)`` of inputs of the same kind."""


class AddedEngine:
    """Feeds a network as its card says, whole frames, or strips where the card gives a halo.

    A network of one size computes frames resized to it. Of its luma the decision is enlarged (`fit_affine`), so the
    detail of the cameras stays; its colours are enlarged as they are.
    """

    def __init__(self, name: str, card: NetworkCard, compute: Compute, reason: str = "") -> None:
        """Take the network called ``name``; ``reason`` is why this is not what was asked for."""
        self.name = name
        self.device = compute.device
        self.description = f"{name} · {compute.description}"
        self.fallback_reason = reason
        self._card, self._compute = card, compute

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """See `Engine.fuse`; a network made for colours gets grey ones here, and says so."""
        common_size(ir, vis_luma)
        if self._card.has_colours and not self.fallback_reason:
            self.fallback_reason = f"{self.name} was made for colours; at this working size it is given grey ones"
        return self._meant(Sources(ir, vis_luma)).luma

    @property
    def takes_images(self) -> bool:
        """See `ImageEngine`."""
        return self._card.has_colours

    def fuse_image(self, ir: Image, vis: Image, reach: FloatImage | None = None) -> Image | None:
        """See `ImageEngine.fuse_image`; None where colours play no part."""
        common_size(ir, vis)
        if not self._card.has_colours or vis.dtype != np.uint8:
            return None
        levels = vis.astype(np.float32)
        luma = levels if vis.ndim == 2 else np.asarray(cv2.cvtColor(levels, cv2.COLOR_BGR2GRAY), np.float32)
        ir_luma = _over(ir.astype(np.float32), luma, reach)
        meant = self._meant(Sources(ir_luma, luma, None if vis.ndim == 2 else levels))
        if vis.ndim == 2:
            fused = meant.luma
        else:  # each channel is luma plus a term of chroma alone
            fused = levels + (meant.luma - luma)[..., None] if meant.colours is None else meant.colours
        return np.asarray(np.clip(np.rint(_over(fused, levels, reach)), 0, 255), np.uint8)

    def _meant(self, sources: Sources) -> Meant:
        size = self._card.size
        if not size.is_fixed or sources.ir.shape == (size.height, size.width):
            return self._at_its_size(sources)
        small = sources.resized(size.width, size.height)
        meant = self._at_its_size(small)
        luma = fit_affine(small.ir, small.vis_luma, meant.luma).enlarged(Size(*sources.ir.shape[::-1]))
        colours = None if meant.colours is None else resized(meant.colours, sources.ir)
        return Meant(luma.apply(sources.ir, sources.vis_luma), colours)

    def _at_its_size(self, sources: Sources) -> Meant:
        height, width = sources.ir.shape
        try:
            output = self._in_strips(tensors(self._card, sources))
        except MemoryError as error:
            raise OutOfMemoryError(f"{too_little(self.device, Size(width, height))}; use smaller video") from error
        return meaning(output[:, :height, :width], self._card.output, sources)

    def _in_strips(self, inputs: list[FloatImage]) -> FloatImage:
        halo, grid = self._card.size.halo, self._card.size.multiple
        height, width = inputs[0].shape[1:]
        if halo is None:
            return self._compute(inputs)
        rows = max(MIN_STRIP_ROWS, ROWS_PER_HALO * halo, STRIP_PIXELS // width)
        parts = []
        for strip in strips(height, rows + -rows % grid, halo, grid):
            part = self._compute([item[:, strip.start : strip.stop] for item in inputs])
            parts.append(part[:, strip.keep_start - strip.start : strip.keep_stop - strip.start])
        return np.concatenate(parts, axis=1)


class GuardedEngine:
    """Goes on with another engine where a network fails on a frame, and says so: the picture never stops."""

    def __init__(self, engine: Engine, open_other: Callable[[], Engine]) -> None:
        """Take ``engine``; ``open_other`` opens what goes on when it fails."""
        self._open_other = open_other
        self._reason = ""
        self._take(engine)

    def _take(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.device, self.description = engine.name, engine.device, engine.description

    @property
    def working_size(self) -> Size | None:
        """Size at which larger frames are fused; None: full."""
        size: Size | None = getattr(self._engine, "working_size", None)
        return size

    @property
    def fallback_reason(self) -> str:
        """See `Engine`."""
        return self._reason or self._engine.fallback_reason

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """See `Engine.fuse`."""
        try:
            return self._engine.fuse(ir, vis_luma)
        except EngineError as error:
            self._go_on(error)
            return self._engine.fuse(ir, vis_luma)

    @property
    def takes_images(self) -> bool:
        """See `ImageEngine`."""
        return isinstance(self._engine, ImageEngine) and self._engine.takes_images

    def fuse_image(self, ir: Image, vis: Image, reach: FloatImage | None = None) -> Image | None:
        """See `ImageEngine.fuse_image`."""
        try:
            return self._image(ir, vis, reach)
        except EngineError as error:
            self._go_on(error)
            return self._image(ir, vis, reach)

    def _image(self, ir: Image, vis: Image, reach: FloatImage | None) -> Image | None:
        return self._engine.fuse_image(ir, vis, reach) if isinstance(self._engine, ImageEngine) else None

    def _go_on(self, error: EngineError) -> None:
        if self._reason:  # the other one failed, too
            raise error
        other = self._open_other()
        self._reason = f"{error}, so {other.name} goes on"
        self._take(other)


def _over(upper: FloatImage, lower: FloatImage, reach: FloatImage | None) -> FloatImage:
    if reach is None:
        return upper
    weight = reach if upper.ndim == 2 else reach[..., None]
    return np.asarray(lower + (upper - lower) * weight, np.float32)
