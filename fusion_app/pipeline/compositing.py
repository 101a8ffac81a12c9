"""Luma and chroma: what the network reads, and what it leaves to the visible frame. Pure functions."""

from collections.abc import Iterator

import cv2
import numpy as np

from fusion_app.frames import FloatImage, Image

EDGE_COLOUR = (40, 190, 255)
"""Blue, green, red: warm, as nothing else on a picture in grey."""
EDGE_BLUR = 1 / 640
"""Standard deviation of the blur under edges, of the picture's width: noise has none, outlines have."""
WEAK_EDGE, STRONG_EDGE = 0.2, 0.8
"""Parts of the strongest edges: weaker ones are not drawn, stronger ones are drawn in full."""
DIMMED = 0.75

STRIP_PIXELS = 1 << 16
"""So many pixels of what is computed on the way stay in the processor's cache: a quarter less time, more if large."""


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
    for strip in _strips(image):
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
    for strip in _strips(vis):
        change = cv2.cvtColor(cv2.subtract(fused_luma[strip], vis_luma[strip]), cv2.COLOR_GRAY2BGR)
        # One pass that adds, rounds to nearest and clamps: 20 times faster than the same in NumPy.
        cv2.add(vis[strip], change, dst=fused[strip], dtype=cv2.CV_8U)
    return fused


def over(upper: FloatImage, lower: FloatImage, weight: FloatImage) -> FloatImage:
    """Return ``upper`` where ``weight`` is 1 and exactly ``lower`` where it is 0; all ``(H, W)`` float32."""
    found = np.subtract(upper, lower)
    found *= weight
    found += lower
    return found


def _strips(image: Image) -> Iterator[slice]:
    rows = max(1, STRIP_PIXELS // image.shape[1])
    return (slice(top, top + rows) for top in range(0, image.shape[0], rows))


def edges_over(ir_view: Image, vis: Image) -> Image:
    """Return the visible picture in grey with the edges of infrared on it in colour, to judge an alignment by.

    Args:
        ir_view: ``(H, W)`` uint8, aligned; 0 where infrared does not reach.
        vis: ``(H, W)`` or ``(H, W, 3)`` uint8.

    Returns:
        ``(H, W, 3)`` uint8 BGR.
    """
    blurred = cv2.GaussianBlur(ir_view, (0, 0), max(1.0, EDGE_BLUR * ir_view.shape[1])).astype(np.float32)
    edges = cv2.magnitude(cv2.Sobel(blurred, cv2.CV_32F, 1, 0), cv2.Sobel(blurred, cv2.CV_32F, 0, 1))
    strongest = max(1.0, float(np.percentile(edges[::4, ::4], 99)))
    shown = np.clip((edges / strongest - WEAK_EDGE) / (STRONG_EDGE - WEAK_EDGE), 0, 1)[..., None]
    grey = cv2.cvtColor(vis, cv2.COLOR_BGR2GRAY) if vis.ndim == 3 else vis
    ground = grey[..., None].astype(np.float32) * np.float32(DIMMED)
    return np.asarray(ground + shown * (np.asarray(EDGE_COLOUR, np.float32) - ground), np.uint8)
