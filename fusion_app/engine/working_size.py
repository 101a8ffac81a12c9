"""Fusing large frames at a smaller working size, without blurring them.

The network fuses reduced images. What it decided there is expressed as a local affine map, a·IR + b·visible + c, whose
coefficients vary slowly; they are enlarged and applied to the full-size sources. So the detail of the result is
that of the cameras, and only the decision is coarse.

Source: He and Sun, "Fast guided filter", arXiv:1505.00996 (2015); here with two guides, the sources themselves.
"""

from typing import NamedTuple

import cv2
import numpy as np

from fusion_app.engine.base import Engine, common_size
from fusion_app.frames import FloatImage, Size

RADIUS = 1
REGULARISATION = 1.0
"""Variance, in squared grey levels, below which a window counts as flat. Radius and regularisation are those that came
nearest to fusing at full size: 39.8 dB at three quarters of the side where an enlarged fused image reached 36.0."""


class AffineMap(NamedTuple):
    """fused = ir_gain·IR + vis_gain·visible + offset, pixel by pixel; each ``(H, W)`` float32."""

    ir_gain: FloatImage
    vis_gain: FloatImage
    offset: FloatImage

    def enlarged(self, size: Size) -> "AffineMap":
        """Return the map for images of ``size``."""
        return AffineMap(*(_float(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)) for part in self))

    def apply(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """Return the fused luma of sources of the map's size."""
        return self.ir_gain * ir + self.vis_gain * vis_luma + self.offset


class WorkingSizeEngine:
    """Lets another engine fuse at ``working_size`` whatever is larger, and applies its decision at full size."""

    def __init__(self, engine: Engine, working_size: Size) -> None:
        self._engine = engine
        self.working_size = working_size
        self.name = engine.name
        self.device = engine.device
        self.description = f"{engine.description} {working_size}"

    @property
    def fallback_reason(self) -> str:
        """See `Engine`."""
        return self._engine.fallback_reason

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """See `Engine.fuse`."""
        full = common_size(ir, vis_luma)
        reduced = reduced_size(full, self.working_size)
        if reduced == full:
            return self._engine.fuse(ir, vis_luma)
        small_ir, small_vis = (
            _float(cv2.resize(image, reduced, interpolation=cv2.INTER_AREA)) for image in (ir, vis_luma)
        )
        decision = fit_affine(small_ir, small_vis, self._engine.fuse(small_ir, small_vis))
        return decision.enlarged(full).apply(ir, vis_luma)


def at_working_size(engine: Engine, working_size: Size | None) -> Engine:
    """Return ``engine``, fusing at ``working_size`` whatever is larger (None: everything at its full size)."""
    return engine if working_size is None else WorkingSizeEngine(engine, working_size)


def computed_size(engine: Engine, frame: Size) -> Size:
    """Return the size at which ``engine`` computes frames of size ``frame``: theirs, or its working size."""
    working: Size | None = getattr(engine, "working_size", None)
    return frame if working is None else reduced_size(frame, working)


def reduced_size(full: Size, working: Size) -> Size:
    """Return ``full`` scaled to as many pixels as ``working`` has, even sides, proportions kept; never enlarged."""
    scale = (working.width * working.height / (full.width * full.height)) ** 0.5
    if scale >= 1:
        return full
    return Size(max(2, round(full.width * scale / 2) * 2), max(2, round(full.height * scale / 2) * 2))


def fit_affine(ir: FloatImage, vis_luma: FloatImage, fused: FloatImage) -> AffineMap:
    """Return the affine map that explains ``fused`` best in the window around each pixel (ridge regression)."""
    mean_ir, mean_vis, mean_fused = _mean(ir), _mean(vis_luma), _mean(fused)
    var_ir = _mean(ir * ir) - mean_ir * mean_ir + REGULARISATION
    var_vis = _mean(vis_luma * vis_luma) - mean_vis * mean_vis + REGULARISATION
    cov = _mean(ir * vis_luma) - mean_ir * mean_vis
    cov_ir = _mean(ir * fused) - mean_ir * mean_fused
    cov_vis = _mean(vis_luma * fused) - mean_vis * mean_fused
    determinant = np.maximum(var_ir * var_vis - cov * cov, REGULARISATION**2)
    ir_gain = (var_vis * cov_ir - cov * cov_vis) / determinant
    vis_gain = (var_ir * cov_vis - cov * cov_ir) / determinant
    offset = mean_fused - ir_gain * mean_ir - vis_gain * mean_vis
    return AffineMap(_mean(ir_gain), _mean(vis_gain), _mean(offset))


def _mean(image: FloatImage) -> FloatImage:
    return _float(cv2.blur(image, (2 * RADIUS + 1, 2 * RADIUS + 1)))


def _float(image: object) -> FloatImage:
    return np.asarray(image, np.float32)
