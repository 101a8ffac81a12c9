"""The classical ways to fuse, beside the network: for comparison, and for machines where nothing else is fast enough.

All modes take and return luma ``(H, W)`` float32, grey levels 0…255.
"""

from collections.abc import Callable

import cv2
import numpy as np

from fusion_app.engine.base import common_size
from fusion_app.frames import FloatImage

PYRAMID_LEVELS = 5


def maximum(ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
    """Return the brighter of the two, pixel by pixel."""
    return np.maximum(ir, vis_luma)


def average(ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
    """Return the mean of the two."""
    return (ir + vis_luma) * np.float32(0.5)


def laplacian(ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
    """Return the stronger detail of the two on every scale, over the mean of their coarsest levels.

    Source: Burt and Adelson, "The Laplacian pyramid as a compact image code", IEEE Trans. Communications 31 (1983).
    """
    levels = max(0, min(PYRAMID_LEVELS, int(np.log2(min(ir.shape))) - 1))
    ir_details, ir_base = _pyramid(ir, levels)
    vis_details, vis_base = _pyramid(vis_luma, levels)
    fused = average(ir_base, vis_base)
    for ir_detail, vis_detail in zip(reversed(ir_details), reversed(vis_details), strict=True):
        stronger = np.where(np.abs(ir_detail) > np.abs(vis_detail), ir_detail, vis_detail)
        fused = _expand(fused, stronger) + stronger
    return fused


def _pyramid(image: FloatImage, levels: int) -> tuple[list[FloatImage], FloatImage]:
    details = []
    for _ in range(levels):
        smaller = np.asarray(cv2.pyrDown(image), np.float32)
        details.append(image - _expand(smaller, image))
        image = smaller
    return details, image


def _expand(image: FloatImage, like: FloatImage) -> FloatImage:
    return np.asarray(cv2.pyrUp(image, dstsize=(like.shape[1], like.shape[0])), np.float32)


MODES: dict[str, Callable[[FloatImage, FloatImage], FloatImage]] = {
    "max": maximum,
    "average": average,
    "laplacian": laplacian,
}


class ClassicalEngine:
    """Fuses with one of `MODES`, on the CPU."""

    device = "cpu"
    fallback_reason = ""

    def __init__(self, name: str) -> None:
        self.name = name
        self.description = f"{name} · CPU"
        self._mode = MODES[name]

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """See `Engine.fuse`."""
        common_size(ir, vis_luma)
        return self._mode(ir, vis_luma)
