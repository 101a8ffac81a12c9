"""What infrared adds to the visible picture, as the fused picture itself shows it. Pure functions.

It is fused luma minus visible luma, which can be asked of any network and any mode alike. It is not the compensation
map of the paper, which the CPN estimates, and which the shipped weights owe nothing to; and a network that would change
visible without any infrared shows here as well.
"""

from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.engine.modes import in_bytes
from fusion_app.frames import FusedFrame, Image, Picture, Planes, image_of, size_of
from fusion_app.pipeline.compositing import strips

STRONG = 96
"""Grey levels of difference that have the full colour; more looks the same."""
LEAST = 8
"""Grey levels from which on a pixel counts as changed, 3 % of the range; coding, rounding and noise do less."""
ADDED, TAKEN = (0, 159, 255), (255, 176, 64)
"""Orange and blue, BGR: the two that people who do not see all colours tell apart, too (Okabe and Ito, 2008)."""
DIMMED = 0.5
"""So bright is the visible picture below the colours."""

Difference = npt.NDArray[np.int16]
"""``(H, W)`` int16, -255…255: grey levels by which the fused picture is brighter than the visible one."""


class Lumas(NamedTuple):
    """Fused and visible luma of one frame, ``(H, W)`` uint8 in full range each."""

    fused: Image
    vis: Image


def lumas_of(frame: FusedFrame) -> Lumas | None:
    """Return both lumas at the size of the fused picture; None where a source is lost or has never come.

    The size is the visible frame's whatever the size at which the network has decided, and whatever of it is seen.
    """
    vis = frame.pair.vis
    if frame.pair.lost or vis.index < 0 or size_of(frame.picture) != vis.size:
        return None
    return Lumas(_luma(frame.picture), _luma(vis.picture))


def difference(lumas: Lumas) -> Difference:
    """Return fused minus visible."""
    return np.asarray(cv2.subtract(lumas.fused, lumas.vis, dtype=cv2.CV_16S), np.int16)


def share(lumas: Lumas) -> float:
    """Return the part of the picture that differs by `LEAST` grey levels or more, 0…1."""
    changed = cv2.threshold(cv2.absdiff(lumas.fused, lumas.vis), LEAST - 1, 1, cv2.THRESH_BINARY)[1]
    return float(cv2.countNonZero(changed) / changed.size)


def coloured(lumas: Lumas) -> Image:
    """Return the difference over the dimmed visible picture, ``(H, W, 3)`` uint8 BGR: orange added, blue taken.

    A pixel without a difference is grey; the colour grows evenly up to `STRONG` grey levels.
    """
    found = np.empty((*lumas.vis.shape, 3), np.uint8)
    for rows in strips(lumas.vis):
        vis = lumas.vis[rows]
        steps = cv2.addWeighted(lumas.fused[rows], 1, vis, -1, 128)
        ground = cv2.multiply(vis, cv2.LUT(steps, _ground()), scale=DIMMED / 255)
        cv2.add(cv2.applyColorMap(steps, _colours()), cv2.cvtColor(ground, cv2.COLOR_GRAY2BGR), dst=found[rows])
    return found


@cache
def scale_colours() -> npt.NDArray[np.uint8]:
    """Return the colours from -`STRONG` to `STRONG` on a mid grey, ``(193, 3)`` uint8 BGR, for a scale beside them."""
    grey = np.full((1, 2 * STRONG + 1), 128, np.uint8)
    steps = np.arange(128 - STRONG, 129 + STRONG, dtype=np.uint8)[None]
    return np.asarray(coloured(Lumas(steps, grey))[0], np.uint8)


def _luma(picture: Picture) -> Image:
    if isinstance(picture, Planes):
        return picture.grey
    image = image_of(picture)
    if image.ndim == 3:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    return in_bytes(image)


def _weights() -> npt.NDArray[np.float64]:
    """Return how much of the colour each difference from -128 to 127 has, 0…1."""
    return np.minimum(np.abs(np.arange(-128, 128)), STRONG) / STRONG


@cache
def _colours() -> Image:
    """Return the part of the colours, by difference, ``(256, 1, 3)`` uint8."""
    sides = np.where(np.arange(-128, 128)[:, None] < 0, TAKEN, ADDED)
    return np.asarray(np.rint(sides * _weights()[:, None]), np.uint8)[:, None]


@cache
def _ground() -> Image:
    """Return the part of the visible picture, by difference, ``(256,)`` uint8."""
    return np.asarray(np.rint(255 * (1 - _weights())), np.uint8)
