"""Luma and chroma in torch, for devices that fuse whole images: what `pipeline.compositing` does, on any device.

The window, the command line and a runtime on the CPU convert with OpenCV; the two agree but for roundings of single
pixels (tests/unit/engine/gpu/test_colour.py).
"""

import torch
from torch import Tensor

BLUE, GREEN, RED = 0.114, 0.587, 0.299  # BT.601


def luma(image: Tensor) -> Tensor:
    """Return the BT.601 full-range luma ``(1, 1, H, W)`` float32 0…255, not rounded.

    Args:
        image: ``(H, W, 3)`` uint8 BGR or ``(H, W)`` uint8.
    """
    levels = image.float()
    if image.dim() == 3:
        blue, green, red = levels.unbind(-1)
        levels = (blue * BLUE).add_(green, alpha=GREEN).add_(red, alpha=RED)
    return levels[None, None]


def restore_chroma(vis: Tensor, vis_luma: Tensor, fused_luma: Tensor) -> Tensor:
    """Return the fused image with the chroma of the visible one, clamped and rounded; see `compositing`.

    Args:
        vis: Visible image, ``(H, W, 3)`` uint8 BGR or ``(H, W)`` uint8.
        vis_luma: ``luma(vis)``.
        fused_luma: ``(1, 1, H, W)`` float32, unclamped.

    Returns:
        uint8, of the shape of ``vis``.
    """
    levels = fused_luma[0, 0]
    if vis.dim() == 3:
        levels = vis + (fused_luma - vis_luma)[0, 0, :, :, None]
    return levels.round().clamp_(0, 255).to(torch.uint8)


def over(upper: Tensor, lower: Tensor, weight: Tensor) -> Tensor:
    """Return exactly ``upper`` where ``weight`` is 1 and exactly ``lower`` where it is 0."""
    return torch.lerp(lower, upper, weight)
