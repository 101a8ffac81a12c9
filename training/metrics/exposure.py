"""MEF_MS_SSIM: the multi-exposure view, which asks for the stronger structure of each place whatever its brightness."""

from typing import NamedTuple

import cv2
import numpy as np

from training.metrics.filters import Image, Map, inside
from training.metrics.structure import CONTRAST_CONSTANT, WINDOW, halved

SIDE = len(WINDOW)
AREA = SIDE**2
SCALE_WEIGHTS = np.array((0.0448, 0.2856, 0.3001)) / (0.0448 + 0.2856 + 0.3001)
DEVIATION_MIN = 0.001
EXPONENT_MAX = 10.0
EPSILON = float(np.finfo(np.float64).eps)


class _Spread(NamedTuple):
    """Second moments of the two sources in one window: of IR, of visible, and between them."""

    ir: Map
    vis: Map
    between: Map

    def of_mix(self, weight_ir: Map, weight_vis: Map) -> Map:
        """Return the second moment of ``weight_ir · ir + weight_vis · vis``, never below 0."""
        mixed = weight_ir**2 * self.ir + weight_vis**2 * self.vis + 2 * weight_ir * weight_vis * self.between
        return np.maximum(mixed, 0)


def exposure_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return MEF_MS_SSIM, −1…1: the fused image against the best patch one can build from both sources.

    Source: Ma, Zeng and Wang, IEEE Trans. Image Process. 24 (2015), eq. 4–12, three scales, 11×11 windows, C = (0.03·255)².
    The patch-wise sums of the paper are written as local moments here, which makes them plain filters.
    """
    i, v, f = (image.astype(np.float64) for image in (ir, vis, fused))
    product = 1.0
    for weight in SCALE_WEIGHTS:
        product *= max(_similarity(i, v, f), 0.0) ** weight
        i, v, f = halved(i), halved(v), halved(f)
    return {"MEF_MS_SSIM": float(product)}


def _similarity(ir: Map, vis: Map, fused: Map) -> float:
    weight_ir, weight_vis = _best_patch(ir, vis)
    mean_ir, mean_vis, mean_fused = (inside(image, WINDOW) for image in (ir, vis, fused))
    spread = _Spread(
        inside(ir * ir, WINDOW) - mean_ir**2,
        inside(vis * vis, WINDOW) - mean_vis**2,
        inside(ir * vis, WINDOW) - mean_ir * mean_vis,
    )
    var_fused = inside(fused * fused, WINDOW) - mean_fused**2
    cov_ir = inside(ir * fused, WINDOW) - mean_ir * mean_fused
    cov_vis = inside(vis * fused, WINDOW) - mean_vis * mean_fused
    cov = weight_ir * cov_ir + weight_vis * cov_vis
    var_best = spread.of_mix(weight_ir, weight_vis)
    return float(np.mean((2 * cov + CONTRAST_CONSTANT) / (var_best + var_fused + CONTRAST_CONSTANT)))


def _best_patch(ir: Map, vis: Map) -> tuple[Map, Map]:
    """Return the weights of the sources in the best patch: the direction both agree on, as strong as the stronger one."""
    spread = _Spread(_box_spread(ir, ir), _box_spread(vis, vis), _box_spread(ir, vis))
    norm_ir, norm_vis = np.sqrt(spread.ir), np.sqrt(spread.vis)
    agreement = (np.sqrt(spread.of_mix(np.float64(1), np.float64(1))) + EPSILON) / (norm_ir + norm_vis + EPSILON)
    exponent = np.minimum(np.tan(np.pi / 2 * np.minimum(agreement, 1 - EPSILON)), EXPONENT_MAX)
    deviation_ir, deviation_vis = norm_ir + DEVIATION_MIN, norm_vis + DEVIATION_MIN
    strength_ir = (deviation_ir / SIDE) ** exponent + EPSILON
    strength_vis = (deviation_vis / SIDE) ** exponent + EPSILON
    total = strength_ir + strength_vis
    weight_ir, weight_vis = strength_ir / total / deviation_ir, strength_vis / total / deviation_vis
    norm = np.sqrt(spread.of_mix(weight_ir, weight_vis))
    scale = np.divide(np.maximum(deviation_ir, deviation_vis), norm, out=np.ones_like(norm), where=norm > 0)
    return weight_ir * scale, weight_vis * scale


def _box_spread(a: Map, b: Map) -> Map:
    """Return the sum of products of deviations in each window, exact because the sums are."""
    return (AREA * _box_sum(a * b) - _box_sum(a) * _box_sum(b)) / AREA


def _box_sum(image: Map) -> Map:
    edge = SIDE // 2
    sums = cv2.boxFilter(image, cv2.CV_64F, (SIDE, SIDE), normalize=False)
    return np.asarray(sums[edge:-edge, edge:-edge])
