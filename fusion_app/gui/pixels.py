"""From arrays to Qt images, and a pixel in words."""

from collections.abc import Sequence

from PyQt6.QtGui import QImage

from fusion_app.frames import Image


def to_qimage(pixels: Image, colours: Sequence[int] = ()) -> QImage:
    """Return a Qt image that shares ``pixels``, ``(H, W)`` uint8 or ``(H, W, 3)`` uint8 BGR; they must outlive it."""
    height, width = pixels.shape[:2]
    is_coloured = pixels.ndim == 2 and bool(colours)
    grey = QImage.Format.Format_Indexed8 if is_coloured else QImage.Format.Format_Grayscale8
    kind = grey if pixels.ndim == 2 else QImage.Format.Format_BGR888
    image = QImage(pixels.data, width, height, pixels.strides[0], kind)  # type: ignore[call-overload]
    if is_coloured:
        image.setColorTable(list(colours))
    return image  # type: ignore[no-any-return]


def levels_text(pixel: Image) -> str:
    """Return the grey level or the colour of one pixel, BGR."""
    if pixel.ndim == 0:
        return str(int(pixel))
    blue, green, red = (int(value) for value in pixel)
    return f"R {red}  G {green}  B {blue}"
