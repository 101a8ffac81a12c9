"""Infrared as it comes to infrared as it is fused: 8 bit grey from 16 bit counts or from a colour-coded picture.

Raw counts fill a tiny part of their range, so a fixed shift gives black, and stretching every frame by itself flickers.
The automatic gain control (AGC) follows the percentiles slowly and never stretches less than a minimum span.
"""

import cv2
import numpy as np

from fusion_app.frames import Frame, Image

PERCENTILES = (0.5, 99.5)
SMOOTHING = 0.08
JUMP_S = 1.0
"""A longer step in time than this is a seek, not the next frame."""
MIN_SPAN = 64.0
"""Raw counts that are stretched over the whole grey range at the least; below this it would be noise."""


class PercentileAgc:
    """16 bit counts to 8 bit grey between two percentiles, smoothed over time.

    Its state is the range in use. A jump in time (a seek, a loop) starts afresh, a repeated frame changes nothing.
    """

    def __init__(self, smoothing: float = SMOOTHING, min_span: float = MIN_SPAN) -> None:
        self._smoothing = smoothing
        self._min_span = min_span
        self._range: tuple[float, float] | None = None
        self._last_pts_s = 0.0

    def __call__(self, frame: Frame) -> Image:
        """Return ``(H, W)`` uint8 for a frame of ``(H, W)`` uint16 counts."""
        counts = frame.image
        low, high = self._range = self._range_for(frame)
        span = max(high - low, self._min_span)
        start = (low + high - span) / 2
        scaled = (counts.astype(np.float32) - np.float32(start)) * np.float32(255.0 / span)
        return np.asarray(np.clip(np.rint(scaled), 0, 255), np.uint8)

    def _range_for(self, frame: Frame) -> tuple[float, float]:
        step_s, self._last_pts_s = frame.pts_s - self._last_pts_s, frame.pts_s
        is_still = bool(frame.name)  # stills have nothing to do with the one before
        if self._range is None or is_still or not 0 <= step_s <= JUMP_S:
            return _percentiles(frame.image)
        if step_s == 0:
            return self._range
        pairs = zip(self._range, _percentiles(frame.image), strict=True)
        low, high = (old + self._smoothing * (new - old) for old, new in pairs)
        return low, high


def to_grey8(frame: Frame, agc: PercentileAgc) -> Image:
    """Return the infrared image of ``frame`` as ``(H, W)`` uint8: grey as it is, colour by its luma, 16 bit by AGC."""
    image = frame.image
    if image.dtype == np.uint16:
        return agc(frame)
    return image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)


def _percentiles(counts: Image) -> tuple[float, float]:
    sample = counts[::2, ::2] if counts.size > 40_000 else counts
    low, high = np.percentile(sample, PERCENTILES)
    return float(low), float(high)
