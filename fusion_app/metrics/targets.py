"""Two figures the usual metrics do not see: whether warm targets keep their contrast, and what is lost to clipping."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion_app.metrics.filters import Image

Mask = NDArray[np.bool_]

WARMER_THAN_AROUND = 25  # grey levels over the median of 61×61 pixels
AREA_MIN, AREA_MAX = 40, 6000
RING_AREA_MIN = 50
CONTRAST_MIN = 15.0
GAP, RING_REACH, MARGIN = np.ones((5, 5), np.uint8), np.ones((19, 19), np.uint8), 10
TOUCH = np.ones((3, 3), np.uint8)


class Target(NamedTuple):
    """One warm target of an IR image.

    Attributes:
        window: Where its surroundings lie in the image.
        body: ``(h, w)``, its pixels inside the window.
        ring: ``(h, w)``, the pixels around it, a gap and other targets left out.
    """

    window: tuple[slice, slice]
    body: Mask
    ring: Mask

    def contrast(self, image: Image) -> float:
        """Return by how many grey levels the target is brighter than what surrounds it, in any image of the pair."""
        around = image[self.window]
        return float(around[self.body].mean()) - float(around[self.ring].mean())


def find_targets(ir: Image) -> tuple[Target, ...]:
    """Return the warm targets of ``ir``, ``(H, W)`` uint8, that stand out by at least 15 grey levels."""
    smooth = cv2.GaussianBlur(ir, (0, 0), 1.5)
    hot = (smooth.astype(np.int16) - cv2.medianBlur(smooth, 61) > WARMER_THAN_AROUND).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(hot)
    areas = stats[:, cv2.CC_STAT_AREA]
    chosen = [k for k in range(1, len(stats)) if AREA_MIN <= areas[k] <= AREA_MAX]
    every = np.isin(labels, chosen)
    targets = (_target(labels == k, every, _window(stats[k])) for k in chosen)
    return tuple(t for t in targets if t.ring.sum() >= RING_AREA_MIN and t.contrast(ir) >= CONTRAST_MIN)


def target_contrast(targets: tuple[Target, ...], ir: Image, fused: Image) -> list[float]:
    """Return, for each target of ``ir``, the share of its IR contrast that survives in ``fused``, clipped to −1…1."""
    return [float(np.clip(target.contrast(fused) / target.contrast(ir), -1, 1)) for target in targets]


def saturation_loss(ir: Image, vis: Image, fused: Image) -> float:
    """Return the share of fused pixels at the end of the range (≤ 1 or ≥ 254) where not both sources are, 0…1."""
    return float(np.mean(_clipped(fused) & ~(_clipped(ir) & _clipped(vis))))


def _clipped(image: Image) -> Mask:
    return (image <= 1) | (image >= 254)


def _window(stats: NDArray[np.int32]) -> tuple[slice, slice]:
    left, top, width, height = (int(value) for value in stats[:4])
    rows = slice(max(0, top - MARGIN), top + height + MARGIN)
    return rows, slice(max(0, left - MARGIN), left + width + MARGIN)


def _target(body: Mask, every: Mask, window: tuple[slice, slice]) -> Target:
    body = body[window]
    others = (every[window] & ~body).astype(np.uint8)
    grown = body.astype(np.uint8)
    near, touching_others = cv2.dilate(grown, GAP), cv2.dilate(others, TOUCH)
    ring = (cv2.dilate(grown, RING_REACH) > 0) & (near == 0) & (touching_others == 0)
    return Target(window, body, np.asarray(ring))
