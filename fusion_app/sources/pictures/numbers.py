"""Pictures of floats, signed and 32 bit numbers: temperatures, grey, or to be stretched; no-data is masked."""

from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from fusion_app.frames import ZERO_CELSIUS_K, Numbers
from fusion_app.sources.base import Note
from fusion_app.sources.pictures.base import WHITE_16, Picture, Use

COLDEST_C, HOTTEST_C = -100.0, 2000.0
"""A float picture between these, in part below `LEAST_KELVIN`, holds degrees Celsius."""
LEAST_KELVIN = 200.0
KELVIN_STEPS = (0.01, 0.02, 0.05)
WHOLE_C = (-100.0, 150.0)
WHOLE_K = (223.0, 423.0)
"""Floats that are all whole numbers are degrees only between these: grey and counts are whole numbers, too."""

ABSURD = 1e30
"""Larger numbers, like -3.4e38, stand for no value."""
NO_DATA = (-32768.0, -32767.0, -10000.0, -9999.0, -999.0, -99999.0)
"""What programs write where there is no value, if nothing else comes near it."""
NEAR = 100.0
FAR_SPANS = 100.0
"""What lies farther outside than so many times the span of nearly all pixels is cut off, or the rest has no levels."""
NEARLY_ALL = (1.0, 99.0)

Floats = npt.NDArray[np.float64]


def from_numbers(values: npt.NDArray[np.generic], use: Use, no_data: float | None = None) -> Picture:
    """Return the picture of values that are neither uint8 nor uint16: floats, signed and 32 bit numbers.

    Floats of infrared are degrees Celsius, or Kelvin, where they can be; 0…1 is grey; everything else is stretched.
    Pixels without a value become the smallest one, and a note says how many there are.

    Raises:
        ValueError: No pixel has a number, or they are complex.

    Args:
        values: ``(H, W)`` or ``(H, W, 3)``.
        use: What the picture is for.
        no_data: What the file says stands for no value.
    """
    if np.asarray(values).dtype.kind == "c":
        raise ValueError("its numbers are complex")
    floats = np.asarray(values, np.float64)
    is_missing = _missing(floats, no_data)
    if is_missing.all():
        raise ValueError("no pixel has a number")
    low, high = float(floats[~is_missing].min()), float(floats[~is_missing].max())
    floats = np.where(is_missing, low, floats)
    picture = _read(floats, low, high, use, is_float=np.asarray(values).dtype.kind == "f")
    return with_missing(picture, int(is_missing.sum()))


def with_missing(picture: Picture, count: int) -> Picture:
    """Return ``picture`` with a note on ``count`` pixels without a value, if there are any."""
    if not count:
        return picture
    pixels = "1 pixel" if count == 1 else f"{count} pixels"
    note = Note("no-data", f"has {pixels} without a value (no-data, dead), shown as the smallest one")
    return replace(picture, notes=(*picture.notes, note))


def _missing(floats: Floats, no_data: float | None) -> npt.NDArray[np.bool_]:
    """Return which pixels have no value."""
    is_missing = ~np.isfinite(floats) | (np.abs(np.nan_to_num(floats)) >= ABSURD)
    if no_data is not None:
        is_missing |= floats == no_data
    for _ in range(len(NO_DATA)):
        rest = floats[~is_missing]
        if not rest.size:
            break
        lowest = float(rest.min())
        others = rest[rest != lowest]
        if not others.size or not _stands_for_nothing(lowest, float(others.min()), float(others.max())):
            break
        is_missing |= floats == lowest
    return is_missing


def _stands_for_nothing(lowest: float, low: float, high: float) -> bool:
    """Tell whether ``lowest`` is no value beside all others, which lie between ``low`` and ``high``."""
    if lowest == 0.0:  # Kelvin and a dead pixel
        return low >= LEAST_KELVIN and high <= HOTTEST_C + ZERO_CELSIUS_K
    if abs(lowest + ZERO_CELSIUS_K) < 0.01:  # the same in degrees Celsius
        return low >= COLDEST_C
    return lowest in NO_DATA and low - lowest >= NEAR


def _read(floats: Floats, low: float, high: float, use: Use, *, is_float: bool) -> Picture:
    is_whole = bool((floats == np.rint(floats)).all())
    if low >= 0 and high <= 1 and not is_whole:
        return Picture(np.rint(floats * WHITE_16).astype(np.uint16), WHITE_16)
    if use is Use.INFRARED and is_float and floats.ndim == 2 and _are_degrees(low, high, is_whole=is_whole):
        return _temperatures(floats, low, high, is_whole=is_whole)
    return _numbers(floats, low, high, use)


def _are_degrees(low: float, high: float, *, is_whole: bool) -> bool:
    if not is_whole:
        return low >= COLDEST_C and high <= HOTTEST_C
    return high > low and any(coldest <= low and high <= hottest for coldest, hottest in (WHOLE_C, WHOLE_K))


def _temperatures(values: Floats, low: float, high: float, *, is_whole: bool) -> Picture:
    is_kelvin = low >= LEAST_KELVIN
    zero_k = 0.0 if is_kelvin else ZERO_CELSIUS_K
    step = next((step for step in KELVIN_STEPS if (high + zero_k) / step <= WHITE_16), KELVIN_STEPS[-1])
    counts = np.rint((values + zero_k) / step).astype(np.uint16)
    unit, words = ("K", "Kelvin") if is_kelvin else ("°C", "degrees Celsius")
    only_whole = f" (whole ones, {low:g} to {high:g})" if is_whole else ""
    return Picture(
        counts, WHITE_16, (Note(unit, f"holds temperatures, read as {words}{only_whole}"),), partial(_kelvin, step=step)
    )


def _numbers(values: Floats, low: float, high: float, use: Use) -> Picture:
    if low >= 0 and high <= 255 and use is Use.VISIBLE:
        return Picture(np.rint(values).astype(np.uint8), 255)
    if low >= 0 and high <= WHITE_16:
        return Picture(np.rint(values).astype(np.uint16), WHITE_16)
    low, high, far = _without_far(values, low, high)
    scale = WHITE_16 / max(high - low, 1e-12)
    cut = f"; {far} far beyond are cut off" if far else ""
    note = Note("stretched", f"holds numbers from {low:g} to {high:g}; they are stretched to 16 bit{cut}")
    return Picture(np.rint((np.clip(values, low, high) - low) * scale).astype(np.uint16), WHITE_16, (note,))


def _without_far(values: Floats, low: float, high: float) -> tuple[float, float, int]:
    """Return the range without single numbers far outside, and how many these are."""
    least, most = (float(level) for level in np.percentile(values, NEARLY_ALL))
    reach = FAR_SPANS * (most - least)
    is_far = (values < least - reach) | (values > most + reach)
    if not reach or not is_far.any():
        return low, high, 0
    return float(values[~is_far].min()), float(values[~is_far].max()), int(is_far.sum())


def _kelvin(counts: Numbers, step: float) -> Numbers:
    return counts * step
