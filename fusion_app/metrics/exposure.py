"""MEF-SSIM, the multi-exposure view: is the stronger structure of each place there, whatever its brightness?"""

from typing import NamedTuple

import cv2
import numpy as np

from fusion_app.metrics.filters import FUSED, IR, VIS, LocalMoments, Map, Trio, quotient

MEF_SCALES = 3
SIDE = 11
AREA = SIDE**2
CONSTANT = (0.03 * 255) ** 2
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


def exposure_similarity(trio: Trio, local: LocalMoments) -> float:
    """Return the sum of MEF-SSIM, −1…1 each: fused against the best patch one can build from both sources.

    Source: Ma, Zeng and Wang, IEEE Trans. Image Process. 24 (2015); 11×11 patches, C = (0.03·255)². The best patch has
    the larger contrast of both and the mean of their structures, weighted by contrast^tan(π/2 · agreement), exponent at
    most 10. The paper's sums over patches are written as local moments here, which makes them plain filters.

    Args:
        trio: The images of this scale, or a strip of them.
        local: Their moments under the 11×11 Gaussian window, σ 1.5.
    """
    weight_ir, weight_vis = _best_patch(trio.ir, trio.vis)
    spread = _Spread(local.cov(IR, IR), local.cov(VIS, VIS), local.cov(IR, VIS))
    cov = weight_ir * local.cov(IR, FUSED) + weight_vis * local.cov(VIS, FUSED)
    variances = spread.of_mix(weight_ir, weight_vis) + local.cov(FUSED, FUSED)
    return float(np.sum((2 * cov + CONSTANT) / (variances + CONSTANT)))


def _best_patch(ir: Map, vis: Map) -> tuple[Map, Map]:
    """Return the weights of the sources in the best patch: the direction they agree on, as strong as the stronger."""
    sum_ir, sum_vis = _box_sum(ir), _box_sum(vis)
    spread = _Spread(  # exact, because the sums are: nothing is divided before it is subtracted
        (AREA * _box_sum(ir * ir) - sum_ir * sum_ir) / AREA,
        (AREA * _box_sum(vis * vis) - sum_vis * sum_vis) / AREA,
        (AREA * _box_sum(ir * vis) - sum_ir * sum_vis) / AREA,
    )
    norm_ir, norm_vis = np.sqrt(spread.ir), np.sqrt(spread.vis)
    norm_sum = np.sqrt(np.maximum(spread.ir + spread.vis + 2 * spread.between, 0))
    agreement = np.minimum((norm_sum + EPSILON) / (norm_ir + norm_vis + EPSILON), 1 - EPSILON)
    exponent = np.minimum(np.tan(np.pi / 2 * agreement), EXPONENT_MAX)
    deviation_ir, deviation_vis = norm_ir + DEVIATION_MIN, norm_vis + DEVIATION_MIN
    strength_ir = (deviation_ir / SIDE) ** exponent + EPSILON
    strength_vis = (deviation_vis / SIDE) ** exponent + EPSILON
    total = strength_ir + strength_vis
    weight_ir, weight_vis = strength_ir / total / deviation_ir, strength_vis / total / deviation_vis
    norm = np.sqrt(spread.of_mix(weight_ir, weight_vis))
    scale = quotient(np.maximum(deviation_ir, deviation_vis), norm, 1)
    return weight_ir * scale, weight_vis * scale


def _box_sum(image: Map) -> Map:
    edge = SIDE // 2
    sums = cv2.boxFilter(image, cv2.CV_64F, (SIDE, SIDE), normalize=False)
    return np.asarray(sums[edge:-edge, edge:-edge])
