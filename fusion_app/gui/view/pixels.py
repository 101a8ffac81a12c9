"""From arrays to Qt images, and a pixel in words."""

from collections.abc import Sequence

import cv2
import numpy as np
from PyQt6.QtGui import QImage

from fusion_app.frames import Image, Picture, Planes


def to_qimage(pixels: Image, colours: Sequence[int] = ()) -> QImage:
    """Return ``pixels``, ``(H, W)`` uint8 or ``(H, W, 3)`` uint8 BGR, as a Qt image of 32 bits a pixel.

    Qt scales these up to three times as fast as others. A grey image takes its 256 ``colours``, if there are any.
    """
    height, width = pixels.shape[:2]
    image = QImage(width, height, QImage.Format.Format_RGB32)
    bits = image.bits()
    assert bits is not None  # noqa: S101 - there was memory for it
    words = np.asarray(bits.asarray(image.sizeInBytes())).view(np.uint8).reshape(height, width, 4)
    if pixels.ndim == 2 and colours:
        np.take(np.array(colours, np.uint32), pixels, out=words.view(np.uint32)[..., 0])
    else:
        cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGRA if pixels.ndim == 2 else cv2.COLOR_BGR2BGRA, dst=words)
    return image


def pixel_of(picture: Picture, row: int, column: int) -> Image:
    """Return one pixel, a grey level or blue, green and red."""
    if not isinstance(picture, Planes):
        return np.asarray(picture[row, column])
    top, left = row - row % 2, column - column % 2
    return np.asarray(picture.part(slice(top, top + 2), slice(left, left + 2)).image[row % 2, column % 2])


def levels_text(pixel: Image) -> str:
    """Return the grey level or the colour of one pixel, BGR."""
    if pixel.ndim == 0:
        return str(int(pixel))
    blue, green, red = (int(value) for value in pixel)
    return f"R {red}  G {green}  B {blue}"
