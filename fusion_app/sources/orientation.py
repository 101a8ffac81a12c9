"""Which way up a video is: the display matrix that phones and cameras write instead of turning the pixels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from av.video.frame import VideoFrame

from fusion_app.frames import Picture, image_of

MATRIX_BYTES = 36


@dataclass(frozen=True)
class Orientation:
    """One of the eight ways to lay a picture: rows and columns exchanged first, mirrored then.

    Attributes:
        is_transposed: Rows become columns.
        flips_x: Left and right are exchanged.
        flips_y: Top and bottom are exchanged.
    """

    is_transposed: bool = False
    flips_x: bool = False
    flips_y: bool = False

    def __call__(self, picture: Picture) -> Picture:
        """Return ``picture``, ``(H, W)`` or ``(H, W, 3)``, as it is to be seen; the same where nothing changes."""
        if self == Orientation():
            return picture
        image = image_of(picture)
        if self.is_transposed:
            image = cv2.transpose(image)
        if self.flips_x or self.flips_y:
            image = cv2.flip(image, -1 if self.flips_x and self.flips_y else int(self.flips_x))
        return image

    @property
    def words(self) -> str:
        """What is done, in a few words; empty where nothing is."""
        return WORDS[self.is_transposed, self.flips_x, self.flips_y]


WORDS = {
    (False, False, False): "",
    (False, True, False): "mirrored left to right",
    (False, False, True): "mirrored top to bottom",
    (False, True, True): "turned 180°",
    (True, False, False): "turned 90° clockwise and mirrored left to right",
    (True, True, False): "turned 90° clockwise",
    (True, False, True): "turned 90° counterclockwise",
    (True, True, True): "turned 90° counterclockwise and mirrored left to right",
}


def orientation_of(decoded: VideoFrame) -> Orientation:
    """Return how ``decoded`` is to be laid, as its display matrix says; one of other angles counts as the nearest.

    The matrix is that of ISO 14496-12: x' = a·x + c·y, y' = b·x + d·y, as nine 32 bit numbers a, b, u, c, d, v, …
    """
    side_data = cast("Mapping[str, Any]", decoded.side_data)
    data = bytes(side_data["DISPLAYMATRIX"]) if "DISPLAYMATRIX" in side_data else b""
    if len(data) < MATRIX_BYTES:
        return Orientation()
    a, b, _, c, d = (int(value) for value in np.frombuffer(data, np.int32, 5))
    if a * d - b * c == 0:
        return Orientation()  # it would make a line of the picture
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Orientation(is_transposed=True, flips_x=c < 0, flips_y=b < 0)
    return Orientation(flips_x=a < 0, flips_y=d < 0)
