"""What of a picture is on the screen, at the size at which it is shown there: nothing else is converted to colours."""

from math import ceil, floor
from typing import NamedTuple

import cv2
import numpy as np
from PyQt6.QtCore import QRectF

from fusion_app.frames import Image, Picture, Planes, Size, size_of

SHARP_ABOVE = 3.0
"""Screen pixels per image pixel beyond which pixels are shown as squares."""
MARGIN = 2
"""Pixels beyond the seen ones, for smooth edges of what is magnified; even."""


class Seen(NamedTuple):
    """A part of a picture.

    Attributes:
        picture: Its pixels, scaled to those of the screen; unscaled where each is to be seen as a square.
        place: Where they lie, in the coordinates of the widget.
    """

    picture: Picture
    place: QRectF


def seen_of(picture: Picture, whole: QRectF, widget: QRectF, ratio: float = 1.0) -> Seen:
    """Return what is seen of ``picture``.

    Args:
        picture: Of any size.
        whole: Where all of it would lie, in the coordinates of the widget.
        widget: The widget.
        ratio: Pixels of the screen per unit of these coordinates.
    """
    size, inside = size_of(picture), whole.intersected(widget)
    across, down = size.width / whole.width(), size.height / whole.height()
    columns = _even(inside.left() - whole.left(), inside.right() - whole.left(), across, size.width)
    rows = _even(inside.top() - whole.top(), inside.bottom() - whole.top(), down, size.height)
    part = picture.part(rows, columns) if isinstance(picture, Planes) else picture[rows, columns]
    wide, high = (columns.stop - columns.start) / across, (rows.stop - rows.start) / down
    left, top = whole.left() + columns.start / across, whole.top() + rows.start / down
    step = 2 if isinstance(picture, Planes) else 1  # chroma wants even sides
    shown = Size(*(step * max(1, round(side * ratio / step)) for side in (wide, high)))
    if whole.width() > SHARP_ABOVE * size.width:
        return Seen(part, QRectF(left, top, wide, high))
    scaled = _scaled(part, shown)
    width, height = (side / ratio for side in size_of(scaled))
    return Seen(scaled, QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, width, height))


def _even(start: float, stop: float, pixels_per_unit: float, length: int) -> slice:
    """Return the rows or columns between two places, and a few more; even ones, but for the last."""
    first = max(0, floor(start * pixels_per_unit) - MARGIN)
    last = min(length, ceil(stop * pixels_per_unit) + MARGIN)
    return slice(first - first % 2, min(length, last + last % 2))


def _scaled(picture: Picture, size: Size) -> Picture:
    if not isinstance(picture, Planes):
        return _resized(picture, size)
    half = Size(size.width // 2, size.height // 2)
    cb, cr = (_resized(plane, half) for plane in picture.chroma)
    return Planes(_resized(picture.luma, size), (cb, cr), picture.colours)


def _resized(image: Image, size: Size) -> Image:
    """Return ``image`` in ``size``, without patterns of skipped pixels; halving takes a tenth of other averaging."""
    while image.shape[1] >= 2 * size.width and image.shape[0] >= 2 * size.height:
        image = cv2.resize(image, (image.shape[1] // 2, image.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR))
