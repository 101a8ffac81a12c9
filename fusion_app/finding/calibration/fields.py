"""Pictures as fields of edges that know neither sign nor brightness, so that infrared and visible can be compared."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.alignment.profile import Matrix
from fusion_app.frames import Image, Size, size_of

Field = npt.NDArray[np.complex64]
"""``(H, W)`` complex64: how strong an edge is, 0…`STRONGEST`, and twice its direction."""

SURROUNDINGS = 0.12
"""Side of what an edge is compared with, of the picture's longer side."""
FLOOR = 0.3
"""Part of the picture's mean edge below which surroundings are taken to be noise."""
STRONGEST = 2.5
EDGE_PX = 2


class Pictures(NamedTuple):
    """What both cameras show at one moment.

    Attributes:
        ir: ``(H, W)`` uint8 infrared, as the camera delivers it: not aligned.
        vis: ``(H, W)`` uint8 visible luma.
    """

    ir: Image
    vis: Image

    @property
    def ir_size(self) -> Size:
        """Size of the infrared picture."""
        return size_of(self.ir)

    @property
    def vis_size(self) -> Size:
        """Size of the visible picture."""
        return size_of(self.vis)


def edges(image: Image, size: Size, blur_px: float) -> Field:
    """Return the edges of ``image`` at ``size``, after a blur of ``blur_px`` pixels of that size.

    Doubling the direction takes the sign away: an edge from dark to bright is the same as one from bright to dark
    (Granlund, "In search of a general picture processing operator", Computer Graphics and Image Processing 8, 1978).
    Each edge is divided by the mean of what surrounds it, so that faint outlines count as well as strong ones.
    """
    shrinks = size.width < image.shape[1]
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    small = cv2.GaussianBlur(small.astype(np.float32), (0, 0), blur_px)
    x, y = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
    strength = cv2.magnitude(x, y)
    side = max(5, int(SURROUNDINGS * max(size))) | 1
    relative = strength / (cv2.blur(strength, (side, side)) + FLOOR * strength.mean() + 1e-3)
    direction = (x + 1j * y) / np.maximum(strength, 1e-6)
    field = np.asarray(direction * direction * np.minimum(relative, STRONGEST), np.complex64)
    inside = np.zeros_like(field)
    inside[EDGE_PX:-EDGE_PX, EDGE_PX:-EDGE_PX] = field[EDGE_PX:-EDGE_PX, EDGE_PX:-EDGE_PX]
    return inside


def turned(field: Field, degrees: float) -> Field:
    """Return ``field`` as its picture would have it if it were turned clockwise; its places stay."""
    return field * np.complex64(np.exp(2j * np.radians(degrees)))


def resized(size: Size, width: int) -> Size:
    """Return ``size`` in proportion, ``width`` pixels wide."""
    return Size(width, max(1, round(width * size.height / size.width)))


def rescaling(source: Size, target: Size) -> Matrix:
    """Return the homography from pixels of a picture to those of the same picture at another size."""
    x, y = target.width / source.width, target.height / source.height
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]], np.float64)
