"""Infrared as it comes to infrared as it is fused: 8 bit grey from 16 bit counts or from a colour-coded picture.

Raw counts fill a tiny part of their range, so a fixed shift gives black, and stretching every frame by itself flickers.
The automatic gain control (AGC) follows the percentiles slowly and never stretches less than a minimum span.
"""

import cv2
import numpy as np

from fusion_app.frames import Frame, Image

PERCENTILES = (0.5, 99.5)
SMOOTHING = 0.08
MIN_SPAN = 64.0
"""Raw counts that are stretched over the whole grey range at the least; below this it would be noise."""


class PercentileAgc:
    """16 bit counts to 8 bit grey between two percentiles, smoothed over time.

    Its state is the range in use; frames must come in order, and `reset` follows a jump.
    """

    def __init__(self, smoothing: float = SMOOTHING, min_span: float = MIN_SPAN) -> None:
        self._smoothing = smoothing
        self._min_span = min_span
        self._range: tuple[float, float] | None = None

    def reset(self) -> None:
        """Forget the range: the next frame sets it alone."""
        self._range = None

    def __call__(self, counts: Image) -> Image:
        """Return ``(H, W)`` uint8 for ``counts`` ``(H, W)`` uint16."""
        sample = counts[::2, ::2] if counts.size > 40_000 else counts
        low, high = (float(value) for value in np.percentile(sample, PERCENTILES))
        if self._range is not None:
            old_low, old_high = self._range
            low = old_low + self._smoothing * (low - old_low)
            high = old_high + self._smoothing * (high - old_high)
        self._range = (low, high)
        span = max(high - low, self._min_span)
        start = (low + high - span) / 2
        scaled = (counts.astype(np.float32) - np.float32(start)) * np.float32(255.0 / span)
        return np.asarray(np.clip(np.rint(scaled), 0, 255), np.uint8)


def to_grey8(frame: Frame, agc: PercentileAgc) -> Image:
    """Return the infrared image of ``frame`` as ``(H, W)`` uint8: grey as it is, colour by its luma, 16 bit by AGC."""
    image = frame.image
    if image.dtype == np.uint16:
        if frame.name:  # stills have nothing to do with the one before
            agc.reset()
        return agc(image)
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
