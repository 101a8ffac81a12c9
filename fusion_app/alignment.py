"""Infrared pixels to visible pixels. Without an alignment profile the two pictures are taken to show the same view."""

import cv2

from fusion_app.frames import Image, Size

ASPECT_TOLERANCE = 0.02


def fit(ir: Image, size: Size) -> Image:
    """Return ``ir`` scaled to ``size`` of the visible frame, ``(H, W)`` uint8; the same array where nothing changes."""
    height, width = ir.shape[:2]
    if (width, height) == size:
        return ir
    shrinks = size.width < width and size.height < height
    return cv2.resize(ir, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def is_stretched(ir: Size, vis: Size) -> bool:
    """Tell whether fitting ``ir`` to ``vis`` changes its proportions visibly."""
    return abs(ir.width * vis.height / (ir.height * vis.width) - 1) > ASPECT_TOLERANCE
