"""Stuck pixels: found over time, filled from their neighbours.

No lens draws a single pixel: the light of the smallest lamp reaches the pixels around it. So a pixel that stands out
from neighbours that agree with each other, in nearly every frame looked at, is the sensor's fault.
"""

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.frames import Image
from fusion_app.thermal.moves import Move

EVERY = 8
"""Frames from one look to the next; looking takes longer than all the rest of the thermal stage."""

LOOKS = 24
MIN_HITS = 22
MIN_SIGMAS = 10.0
MIN_ISOLATION = 4.0
"""How much further a bad pixel is from its neighbourhood than any of its neighbours."""

MAX_PART = 0.005
"""Of all pixels; if more stand out, it is not pixels that are bad."""

RING = np.array(((1, 1, 1), (1, 0, 1), (1, 1, 1)), np.uint8)
AROUND = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx)

Places = tuple[npt.NDArray[np.intp], ...]
"""Rows and columns."""


class BadPixels:
    """Image to image without bad pixels; its memory is what stood out so far, and the places found."""

    def __init__(self) -> None:
        self._hits = np.zeros((0, 0), np.uint8)
        self._looks = 0
        self._frames = 0
        self._places: Places = (np.zeros(0, np.intp), np.zeros(0, np.intp))

    @property
    def count(self) -> int:
        """Pixels known to be bad."""
        return len(self._places[0])

    def __call__(self, image: Image, move: Move) -> Image:
        """Return ``(H, W)`` uint8 or uint16 with the bad pixels filled; the same array where none is known."""
        if image.shape != self._hits.shape:
            self.__init__()  # type: ignore[misc]
            self._hits = np.zeros(image.shape, np.uint8)
        if move is Move.NEXT:
            self._frames += 1
            if self._frames % EVERY == 0:
                self._look(image)
        return filled(image, self._places) if self.count else image

    def _look(self, image: Image) -> None:
        self._hits += standing_out(image)
        self._looks += 1
        if self._looks == LOOKS:
            found = self._hits >= MIN_HITS
            if found.mean() <= MAX_PART:
                self._places = np.nonzero(found)
            self._hits[:] = 0
            self._looks = 0


def standing_out(image: Image) -> npt.NDArray[np.bool_]:
    """Return where, ``(H, W)`` bool, single pixels of a uint8 or uint16 image stand out from neighbours that agree."""
    residual = np.abs(image.astype(np.float32) - cv2.medianBlur(image, 3))
    sigma = 1.48 * float(np.median(residual[::4, ::4])) + 0.5
    around = cv2.dilate(residual, RING)
    return np.asarray(residual > np.maximum(MIN_SIGMAS * sigma, MIN_ISOLATION * around), np.bool_)


def filled(image: Image, places: Places) -> Image:
    """Return a copy of ``image`` with the pixels at ``places`` replaced by the median of their neighbours."""
    rows, columns = places
    last_row, last_column = image.shape[0] - 1, image.shape[1] - 1
    around = [
        image[np.clip(rows + dy, 0, last_row), np.clip(columns + dx, 0, last_column)] for dy, dx in AROUND
    ]  # at the border the pixel is a neighbour of itself, once to thrice of eight: the median does not mind
    result = image.copy()
    result[rows, columns] = np.median(around, axis=0).astype(image.dtype)
    return result
