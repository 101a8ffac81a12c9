"""Grey levels as a file declares them, to what is fused: counts stay counts, a picture fills its range."""

from dataclasses import replace

import numpy as np

from fusion_app.frames import Image
from fusion_app.sources.base import Note
from fusion_app.sources.pictures.base import WHITE_16, Picture, Use

UNDECLARED = (1023, 4095, 16383)
"""White of 10, 12 and 14 bit in 16, where the file declares no white: real 16 bit pictures are not so dark."""
CHANNELS = ("blue", "green", "red")
ALIKE = 0.98
"""Correlation of channels that show the same."""


def as_used(picture: Picture, use: Use, white: int = 0) -> Picture:
    """Return ``picture`` with the levels that ``use`` needs: ``(H, W)`` uint8 or uint16, or ``(H, W, 3)`` uint8.

    Args:
        picture: As it was read.
        use: Infrared keeps counts as they are; a visible picture becomes as bright as it is meant.
        white: White of pictures before it that did not declare theirs, so that a folder has one; 0 for none.

    Raises:
        ValueError: It is to be infrared and has three channels of 16 bit of which none can be counts.
    """
    if picture.image.ndim == 3 and picture.image.dtype == np.uint16 and use is Use.INFRARED:
        image, notes = counts_of_three(picture.image)
        picture = replace(picture, image=image, white=min(picture.white, int(np.iinfo(image.dtype).max)))
        picture = replace(picture, notes=(*picture.notes, *notes))
    image = picture.image
    if image.ndim == 2 and image.dtype == np.uint16 and use is Use.INFRARED:
        return picture
    found = max(white, undeclared_white(picture))
    if image.dtype == np.uint8:
        return replace(picture, image=_stretched(image, picture.white, 255), white=255)
    if found < picture.white:
        bits = found.bit_length()
        note = Note(f"{bits} bit", f"declares 16 bit and uses {bits}; it is shown as {bits} bit grey")
        picture = replace(picture, white=found, notes=(*picture.notes, note))
    if image.ndim == 2:
        return replace(picture, image=_stretched(image, picture.white, WHITE_16), white=WHITE_16)
    return replace(picture, image=_to_bytes(image, picture.white), white=255)


def undeclared_white(picture: Picture) -> int:
    """Return the white that the values of a 16 bit picture tell where the file declares all 16 bits."""
    if picture.white != WHITE_16 or picture.image.dtype != np.uint16:
        return picture.white
    brightest = int(picture.image.max())
    return next((white for white in UNDECLARED if 0 < brightest <= white), picture.white)


def counts_of_three(image: Image) -> tuple[Image, tuple[Note, ...]]:
    """Return the counts in three channels of 16 bit, and what is to be said of them.

    Args:
        image: ``(H, W, 3)`` uint16 BGR.

    Returns:
        ``(H, W)`` uint16; or ``(H, W, 3)`` uint8, where 16 bit hold no more than 8.

    Raises:
        ValueError: The channels differ so much that none of them can be taken for counts.
    """
    if bool((image == image[..., :1]).all()):
        return np.ascontiguousarray(image[..., 0]), ()
    if bool((image % 257 == 0).all()) or bool(((image & 255) == 0).all()):
        return (image >> 8).astype(np.uint8), ()
    is_used = [bool(np.ptp(image[..., channel])) for channel in range(3)]
    used = [channel for channel in (1, 2, 0) if is_used[channel]]
    if not _are_alike(image[..., used]):
        raise ValueError(
            "has three channels of 16 bit that differ, so none can be taken for counts; save one channel as 16 bit "
            "grey or, if they are colours of a palette, as 8 bit"
        )
    taken = CHANNELS[used[0]]
    why = "differ a little" if len(used) > 1 else "are empty but for one"
    note = Note(f"{taken} only", f"has channels of 16 bit that {why}; {taken} is taken as counts")
    return np.ascontiguousarray(image[..., used[0]]), (note,)


def _are_alike(channels: Image) -> bool:
    """Tell whether channels rise and fall together."""
    sample = channels[::2, ::2] if channels.size > 300_000 else channels
    flat = sample.reshape(-1, channels.shape[-1]).T
    if flat.shape[0] == 1:
        return True
    return bool(np.nan_to_num(np.corrcoef(flat.astype(np.float64))).min() >= ALIKE)


def _stretched(image: Image, white: int, top: int) -> Image:
    if white == top:
        return image
    return np.minimum(np.rint(image * np.float32(top / white)), top).astype(image.dtype)


def _to_bytes(image: Image, white: int) -> Image:
    if white == WHITE_16:
        return (image >> 8).astype(np.uint8)
    return np.minimum(np.rint(image * np.float32(255 / white)), 255).astype(np.uint8)
