"""How a fused picture is, at a glance: cheap numbers from a small copy, a few times a second; no full metrics."""

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8] | NDArray[np.uint16]

WIDTH = 160
CLIPPED = (1, 254)
"""Grey levels up to which, and from which on, a pixel has lost its detail."""
LEAST_EDGE = 6.0
"""Weaker slopes are noise."""


@dataclass(frozen=True)
class Glance:
    """What one frame tells.

    Attributes:
        entropy: Of the fused grey levels, bit, 0…8.
        kept: Share of the stronger slope of both sources that the fused picture has, 0…1.
        clipped: Share of fused pixels that are black or white, 0…1.
        level: Mean grey level of the fused picture.
    """

    entropy: float
    kept: float
    clipped: float
    level: float


def small(image: Image) -> Image:
    """Return ``image``, ``(H, W)`` or ``(H, W, 3)``, in grey and `WIDTH` wide, uint8."""
    height, width = image.shape[:2]
    size = (WIDTH, max(1, round(height * WIDTH / width)))
    found = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    if found.ndim == 3:
        found = cv2.cvtColor(found, cv2.COLOR_BGR2GRAY)
    return np.asarray(found // 256 if found.dtype.itemsize == 2 else found, np.uint8)


def glance(fused: Image, ir: Image, vis: Image) -> Glance:
    """Return how ``fused`` is; all three as `small` returns them, of one size."""
    shares = np.bincount(fused.ravel(), minlength=256) / fused.size
    some = shares[shares > 0]
    slopes = [_slope(image) for image in (fused, ir, vis)]
    stronger = np.maximum(slopes[1], slopes[2])
    stronger[stronger < LEAST_EDGE] = 0
    total = float(stronger.sum())
    kept = float(np.minimum(slopes[0], stronger).sum()) / total if total else 1.0
    clipped = float(shares[: CLIPPED[0] + 1].sum() + shares[CLIPPED[1] :].sum())
    return Glance(float(-(some * np.log2(some)).sum()), kept, clipped, float(fused.mean()))


class Flicker:
    """How much the brightness of the whole picture jumps: mean change from look to look over the last ones."""

    def __init__(self, looks: int = 12) -> None:
        self._levels: deque[float] = deque(maxlen=looks)

    def note(self, level: float) -> float:
        """Take a mean grey level into account and return the mean change, grey levels."""
        self._levels.append(level)
        return float(np.abs(np.diff(self._levels)).mean()) if len(self._levels) > 1 else 0.0

    def clear(self) -> None:
        """Forget all."""
        self._levels.clear()


def _slope(image: Image) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    across, down = (cv2.Sobel(image, cv2.CV_32F, *order, scale=0.25) for order in ((1, 0), (0, 1)))
    return np.asarray(cv2.magnitude(across, down), np.float32)
