"""Luma and chroma: what the network reads, and what it leaves to the visible frame. Pure functions."""

from collections.abc import Iterator

import cv2
import numpy as np

from fusion_app.frames import FloatImage, Image

STRIP_PIXELS = 1 << 16
"""So many pixels of what is computed on the way stay in the processor's cache: a quarter less time, more if large."""
ZERO = np.zeros((1, 1))
"""Nothing, as OpenCV 4 and 5 both take it for a scalar beside an image of any type."""


def luma(image: Image) -> FloatImage:
    """Return the BT.601 full-range luma of an image, 0…255, not rounded.

    Rounding it before the network would cost up to 0.6 grey levels.

    Args:
        image: ``(H, W, 3)`` uint8 BGR, ``(H, W)`` uint8, or ``(H, W)`` uint16 (its full range becomes 0…255).
    """
    if image.ndim == 2:
        levels = image.astype(np.float32)
        return levels / np.float32(257.0) if image.dtype == np.uint16 else levels
    found = np.empty(image.shape[:2], np.float32)
    for strip in strips(image):
        cv2.cvtColor(image[strip].astype(np.float32), cv2.COLOR_BGR2GRAY, dst=found[strip])
    return found


def restore_chroma(vis: Image, vis_luma: FloatImage, fused_luma: FloatImage) -> Image:
    """Return the fused image with the chroma of the visible frame, clamped and rounded here and nowhere else.

    In BT.601 full range R, G and B are each luma plus a term of chroma alone, so exchanging the luma and keeping the
    chroma adds the change of luma to each channel.

    Args:
        vis: Visible image, ``(H, W, 3)`` uint8 BGR or ``(H, W)`` grey.
        vis_luma: ``luma(vis)``.
        fused_luma: ``(H, W)`` float32, unclamped.

    Returns:
        ``(H, W, 3)`` uint8 BGR, or ``(H, W)`` uint8 where ``vis`` is grey.
    """
    if vis.ndim == 2:
        return np.asarray(np.clip(np.rint(fused_luma), 0, 255), np.uint8)
    fused = np.empty_like(vis)
    for strip in strips(vis):
        change = cv2.cvtColor(cv2.subtract(fused_luma[strip], vis_luma[strip]), cv2.COLOR_GRAY2BGR)
        # One pass that adds, rounds to nearest and clamps: 20 times faster than the same in NumPy.
        cv2.add(vis[strip], change, dst=fused[strip], dtype=cv2.CV_8U)
    return fused


def in_bytes(fused_luma: FloatImage) -> Image:
    """Return fused luma clamped to 0…255 and rounded, uint8."""
    return np.asarray(cv2.add(fused_luma, ZERO, dtype=cv2.CV_8U), np.uint8)


def over_bytes(upper: Image, lower: Image, weight: FloatImage) -> Image:
    """Return `over` of uint8 images, rounded."""
    found = over(upper.astype(np.float32), lower.astype(np.float32), weight)
    return np.asarray(np.rint(found), np.uint8)


def over(upper: FloatImage, lower: FloatImage, weight: FloatImage) -> FloatImage:
    """Return ``upper`` where ``weight`` is 1 and exactly ``lower`` where it is 0; all ``(H, W)`` float32."""
    found = np.subtract(upper, lower)
    found *= weight
    found += lower
    return found


def strips(image: Image) -> Iterator[slice]:
    """Yield the rows of ``image`` in parts of about `STRIP_PIXELS`."""
    rows = max(1, STRIP_PIXELS // image.shape[1])
    return (slice(top, top + rows) for top in range(0, image.shape[0], rows))
