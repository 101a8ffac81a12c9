"""How a camera was held: the EXIF orientation, carried out as viewers do."""

import numpy as np
import numpy.typing as npt

from fusion_app.frames import Image, Size
from fusion_app.sources.base import Note

TAG = 274
"""Number of the orientation in EXIF and TIFF."""

_WORDS = {
    2: ("mirrored", "is mirrored left to right"),
    3: ("turned 180°", "is turned by 180°"),
    4: ("mirrored", "is mirrored top to bottom"),
    5: ("turned, mirrored", "is mirrored and turned 90° anticlockwise"),
    6: ("turned 90°", "is turned 90° clockwise"),
    7: ("turned, mirrored", "is mirrored and turned 90° clockwise"),
    8: ("turned 90°", "is turned 90° anticlockwise"),
}


def upright(image: Image, orientation: int) -> Image:
    """Return ``(H, W)`` or ``(H, W, 3)`` as it is to be seen; ``orientation`` as EXIF counts, 1 for upright."""
    if orientation not in _WORDS:
        return image
    if orientation >= 5:
        image = image.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    return np.ascontiguousarray(image)


def matrix(orientation: int, size: Size) -> npt.NDArray[np.float64]:
    """Return where `upright` puts pixels of a picture of ``size``: ``(3, 3)``, a homography."""
    width, height = size
    found = np.eye(3)
    if orientation >= 5:
        found, width, height = found[[1, 0, 2]], height, width
    if orientation in (2, 3, 6, 7):
        found = np.array([[-1, 0, width - 1], [0, 1, 0], [0, 0, 1.0]]) @ found
    if orientation in (3, 4, 7, 8):
        found = np.array([[1, 0, 0], [0, -1, height - 1], [0, 0, 1.0]]) @ found
    return found


def notes(orientation: int) -> tuple[Note, ...]:
    """Return what is to be said of an orientation; nothing of an upright one."""
    if orientation not in _WORDS:
        return ()
    tag, text = _WORDS[orientation]
    return (Note(tag, f"{text}, as the file says"),)
