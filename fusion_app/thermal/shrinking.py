"""Pictures made small by the means of their blocks."""

import cv2
import numpy as np

from fusion_app.frames import FloatImage, Image, Size


def shrunk(image: Image, size: Size) -> FloatImage:
    """Return ``image``, ``(H, W)`` uint8 or uint16 or ``(H, W, 3)`` uint8, as float32 of ``size``.

    Bytes are halved first, as long as twice the size is left: that takes a tenth of the time, and what it rounds is
    lost in the means.
    """
    while image.dtype == np.uint8 and image.shape[1] >= 4 * size.width and image.shape[0] >= 4 * size.height:
        height, width = image.shape[0] // 2, image.shape[1] // 2
        image = cv2.resize(image[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(image.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
