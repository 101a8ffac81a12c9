"""A fused frame as encoders and webcams take it."""

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.engine.modes import in_bytes
from fusion_app.frames import SQUARE, USUAL, FusedFrame, Planes
from fusion_app.writers.conversion import laid_out


def planes_of(fused: FusedFrame) -> npt.NDArray[np.uint8]:
    """Return the fused picture on square pixels, ``(H * 3/2, W)`` uint8: luma, Cb, Cr of 4:2:0 in the range of video.

    Both sides are even: of an odd one the last line is left out.
    """
    picture, aspect = fused.picture, fused.pair.vis.pixel_aspect
    if isinstance(picture, Planes) and picture.colours == USUAL and aspect == SQUARE:
        chroma = [plane.reshape(-1, picture.luma.shape[1]) for plane in picture.chroma if plane.shape[0] % 2 == 0]
        if len(chroma) == 2:
            return np.concatenate([picture.luma, *chroma])
    image = in_bytes(fused.image)
    if aspect != SQUARE:
        width = max(2, round(image.shape[1] * aspect))
        image = cv2.resize(image, (width, image.shape[0]), interpolation=cv2.INTER_AREA)
    return laid_out(image)
