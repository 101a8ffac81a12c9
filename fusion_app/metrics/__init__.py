"""Fusion metrics, in the conventions that the original MATLAB codes use; all from numpy and OpenCV.

`evaluate` gives every metric of one fused image. `targets` and `impairment` hold the two tests those metrics do not
see: whether warm targets keep their contrast, and what survives where the visible image is blind.
"""

import numpy as np

from fusion_app.metrics.edges import edge_metrics
from fusion_app.metrics.fidelity import information_fidelity_metrics
from fusion_app.metrics.filters import Image
from fusion_app.metrics.information import information_metrics
from fusion_app.metrics.perception import perception_metrics
from fusion_app.metrics.statistics import contrast_metrics, correlation_metrics, fidelity_metrics
from fusion_app.metrics.structure import structure_metrics

SIDE_MIN = 41  # the coarsest scale of VIF needs it

FAMILIES = (
    fidelity_metrics,
    correlation_metrics,
    information_metrics,
    information_fidelity_metrics,
    edge_metrics,
    structure_metrics,
    perception_metrics,
)


def evaluate(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return every metric of one fused image by its usual name.

    Each family's function names the papers. Compute on 8-bit grey before any lossy coding. MI, Q_MI and Qncie reward
    copying one source, EN, SD, SF and AG reward noise: never judge by one figure.

    Args:
        ir: ``(H, W)`` uint8, both sides at least 41.
        vis: ``(H, W)`` uint8, grey.
        fused: ``(H, W)`` uint8, grey.

    Raises:
        ValueError: The images are not grey 8-bit images of one size, or too small.
    """
    _check(ir, vis, fused)
    values = contrast_metrics(fused)
    for family in FAMILIES:
        values |= family(ir, vis, fused)
    return values


def _check(ir: Image, vis: Image, fused: Image) -> None:
    if any(image.ndim != 2 or image.dtype != np.uint8 for image in (ir, vis, fused)):
        raise ValueError("metrics need grey images, (height, width) uint8")
    if not ir.shape == vis.shape == fused.shape:
        raise ValueError(f"metrics need images of one size, not {ir.shape}, {vis.shape} and {fused.shape}")
    if min(ir.shape) < SIDE_MIN:
        raise ValueError(f"metrics need images of at least {SIDE_MIN}×{SIDE_MIN} pixels, not {ir.shape}")
