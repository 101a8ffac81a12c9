"""Grey levels as a file declares them, to what is fused: counts stay counts, a picture fills its range."""

from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from fusion_app.frames import ZERO_CELSIUS_K, Image, Numbers
from fusion_app.sources.base import Note
from fusion_app.sources.pictures.base import WHITE_16, Picture, Use

COLDEST_C, HOTTEST_C = -100.0, 2000.0
"""A float picture between these, in part below `LEAST_KELVIN`, holds degrees Celsius."""
LEAST_KELVIN = 200.0
KELVIN_STEPS = (0.01, 0.02, 0.05)
UNDECLARED = (1023, 4095)
"""White of 10 and 12 bit in 16, where the file declares no white: real 16 bit pictures are not so dark."""


def as_used(picture: Picture, use: Use, white: int = 0) -> Picture:
    """Return ``picture`` with the levels that ``use`` needs: ``(H, W)`` uint8 or uint16, or ``(H, W, 3)`` uint8.

    Args:
        picture: As it was read.
        use: Infrared keeps counts as they are; a visible picture becomes as bright as it is meant.
        white: White of pictures before it that did not declare theirs, so that a folder has one; 0 for none.
    """
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


def from_numbers(values: npt.NDArray[np.generic], use: Use) -> Picture:
    """Return the picture of values that are neither uint8 nor uint16: floats, signed and 32 bit numbers.

    Floats of infrared are degrees Celsius, or Kelvin, where they can be; 0…1 is grey; everything else is stretched.
    NaN and infinities become the smallest value.
    """
    floats = np.asarray(values, np.float64)
    finite = np.isfinite(floats)
    if not finite.any():
        raise ValueError("no pixel has a number")
    low, high = float(floats[finite].min()), float(floats[finite].max())
    floats = np.where(finite, floats, low)
    is_whole = bool((floats == np.rint(floats)).all())
    if low >= 0 and high <= 1 and not is_whole:
        return Picture(np.rint(floats * WHITE_16).astype(np.uint16), WHITE_16)
    if use is Use.INFRARED and not is_whole and low >= COLDEST_C and high <= HOTTEST_C:
        return _temperatures(floats, low, high)
    return _numbers(floats, low, high, use)


def _temperatures(values: npt.NDArray[np.float64], low: float, high: float) -> Picture:
    is_kelvin = low >= LEAST_KELVIN
    zero_k = 0.0 if is_kelvin else ZERO_CELSIUS_K
    step = next((step for step in KELVIN_STEPS if (high + zero_k) / step <= WHITE_16), KELVIN_STEPS[-1])
    counts = np.rint((values + zero_k) / step).astype(np.uint16)
    unit = "K" if is_kelvin else "°C"
    note = Note(unit, f"holds temperatures, read as {'Kelvin' if is_kelvin else 'degrees Celsius'}")
    return Picture(counts, WHITE_16, (note,), partial(_kelvin, step=step))


def _numbers(values: npt.NDArray[np.float64], low: float, high: float, use: Use) -> Picture:
    if low >= 0 and high <= 255 and use is Use.VISIBLE:
        return Picture(np.rint(values).astype(np.uint8), 255)
    if low >= 0 and high <= WHITE_16:
        return Picture(np.rint(values).astype(np.uint16), WHITE_16)
    scale = WHITE_16 / max(high - low, 1e-12)
    note = Note("stretched", f"holds numbers from {low:g} to {high:g}; they are stretched to 16 bit")
    return Picture(np.rint((values - low) * scale).astype(np.uint16), WHITE_16, (note,))


def _kelvin(counts: Numbers, step: float) -> Numbers:
    return counts * step


def _stretched(image: Image, white: int, top: int) -> Image:
    if white == top:
        return image
    return np.minimum(np.rint(image * np.float32(top / white)), top).astype(image.dtype)


def _to_bytes(image: Image, white: int) -> Image:
    if white == WHITE_16:
        return (image >> 8).astype(np.uint8)
    return np.minimum(np.rint(image * np.float32(255 / white)), 255).astype(np.uint8)
