"""Bytes as an infrared camera delivers them to a picture or to counts. Pure functions.

Drivers hand 16 bit over in three shapes: ``(H, W)`` uint16, ``(H, W, 2)`` uint8 (taken for YUYV), or one row of bytes
(Windows). The dual frame of InfiRay P2 Pro and TOPDON TC001 is a YUYV picture above as many rows of Kelvin × 64.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fusion_app.errors import ThermalError
from fusion_app.frames import Image, Size, size_of
from fusion_app.settings import ThermalSettings, parse_size

DUAL_SIZES = {Size(256, 384): 192, Size(256, 386): 192, Size(256, 392): 192, Size(512, 484): 242}
"""Frames whose upper half is the picture and whose lower half the counts, and the rows of picture in each; what a half
has beyond is telemetry."""

FLAT_SIZES = {
    size.width * size.height * 2: size
    for size in (
        Size(80, 60),
        Size(160, 120),
        Size(160, 122),
        Size(256, 192),
        Size(320, 256),
        Size(384, 288),
        *DUAL_SIZES,
    )
}
"""Sizes told by the number of bytes alone. 640×480 and 640×512 are not among them: webcams deliver those, too."""

TELEMETRY_ROWS = {Size(80, 63): 3, Size(160, 122): 2, Size(320, 258): 2, Size(640, 514): 2}
"""Sizes of Lepton and Boson frames with telemetry."""

KELVIN_PER_COUNT = {"kelvin100": 0.01, "kelvin64": 1 / 64}

MIN_FLAT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a camera's frame holds.

    Attributes:
        image: ``(H, W)`` uint16 counts, ``(H, W)`` uint8 grey, or ``(H, W, 3)`` uint8 BGR.
        kelvin_per_count: Kelvin of one count where counts tell temperatures.
        notice: What was found out or could not be done, a sentence, or empty.
    """

    image: Image
    kelvin_per_count: float | None = None
    notice: str = ""


def wants_raw(settings: ThermalSettings) -> bool:
    """Tell whether the driver of the infrared camera is to hand over its bytes unconverted."""
    return settings.layout in ("y16", "dual")


def decode(image: Image, settings: ThermalSettings) -> Decoded:
    """Return what ``image`` holds, as ``settings`` say or, for ``auto``, as type and shape leave no doubt.

    Raises:
        ThermalError: The bytes do not fit the settings, or ``auto`` has a doubt; the text says what to set.
    """
    image = _in_rows(image, settings)
    layout = _recognised(image) if settings.layout == "auto" else settings.layout
    decoded = _without_telemetry(_DECODERS[layout](image), settings)
    if settings.layout == "auto" and layout == "picture" and size_of(image) in DUAL_SIZES:
        decoded = replace(decoded, notice=_MAYBE_DUAL.format(size_of(image)))
    scale = KELVIN_PER_COUNT.get(settings.temperature, decoded.kelvin_per_count)
    has_scale = decoded.image.dtype == np.uint16 and settings.temperature != "none"
    return replace(decoded, kelvin_per_count=scale if has_scale else None)


def _in_rows(image: Image, settings: ThermalSettings) -> Image:
    """Return one row of bytes as ``(H, W, 2)``, anything else as it is."""
    if image.size < MIN_FLAT_BYTES or image.size != max(image.shape):
        return image
    data = np.ascontiguousarray(image).reshape(-1).view(np.uint8)
    size = parse_size(settings.raw_size, "thermal.raw_size") if settings.raw_size else FLAT_SIZES.get(data.size)
    if size is None or size.width * size.height * 2 != data.size:
        raise ThermalError(
            f"the infrared camera delivers rows of {data.size} bytes, which is not 16 bit of {size or 'a known size'}; "
            "name the width x height of its picture in a rig (thermal.raw_size)"
        )
    return data.reshape(size.height, size.width, 2)


def _recognised(image: Image) -> str:
    if image.ndim == 2 and image.dtype == np.uint16:
        return "dual" if size_of(image) in DUAL_SIZES else "y16"
    if image.dtype == np.uint8 and (image.ndim == 2 or image.shape[2] == 3):
        return "picture"
    if image.dtype == np.uint8 and image.shape[2] == 2 and size_of(image) in FLAT_SIZES.values():
        return "dual" if size_of(image) in DUAL_SIZES else "y16"
    raise ThermalError(
        f"the infrared camera delivers {_described(image)}, which may be counts or a picture; "
        "choose the layout y16, dual or picture (Thermal dock, or --layout)"
    )


def _picture(image: Image) -> Decoded:
    if image.dtype == np.uint16:
        return Decoded(image, notice="infrared has 16 bit; it is read as counts, not as a picture")
    if image.ndim == 3 and image.shape[2] == 2:
        return Decoded(image[..., 0])  # YUYV: every other byte is luma
    return Decoded(image)


def _y16(image: Image) -> Decoded:
    counts = _counts(image)
    if counts is None:
        return Decoded(image, notice=_NO_COUNTS)
    return Decoded(counts, notice=f"infrared: 16 bit counts, {counts.shape[1]}×{counts.shape[0]}")


def _dual(image: Image) -> Decoded:
    half = image.shape[0] // 2
    rows = DUAL_SIZES.get(size_of(image), half)
    if image.shape[0] % 2 or half == 0:
        raise ThermalError(
            f"the infrared camera delivers {_described(image)}, which has no two halves; choose the layout auto "
            "(Thermal dock, or --layout)"
        )
    counts = _counts(image[half:])
    if counts is None:
        return Decoded(image[:rows], notice=_NO_COUNTS)
    if rows < half:
        counts = counts[half - rows :] if _telemetry_end(counts, half - rows) == "top" else counts[:rows]
    notice = f"infrared: picture and 16 bit counts, {counts.shape[1]}×{rows}; the counts are used, in Kelvin × 64"
    return Decoded(counts, KELVIN_PER_COUNT["kelvin64"], notice)


_NO_COUNTS = "infrared: there is a picture instead of counts; the picture is used, without temperatures"

_MAYBE_DUAL = (
    "infrared is {}; if its upper half is the picture (InfiRay P2 Pro, TOPDON TC001), set the layout to dual "
    "(Thermal dock, or --layout dual)"
)

_DECODERS: dict[str, Callable[[Image], Decoded]] = {"picture": _picture, "y16": _y16, "dual": _dual}


def _counts(image: Image) -> Image | None:
    """Return ``(H, W)`` uint16 of two little-endian bytes a pixel, or None where the bytes are a picture already."""
    if image.dtype == np.uint16 and image.ndim == 2:
        return image
    if image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 2:
        return np.asarray(np.ascontiguousarray(image).view("<u2")[..., 0], np.uint16)
    return None


def _without_telemetry(decoded: Decoded, settings: ThermalSettings) -> Decoded:
    image, where, rows = decoded.image, settings.telemetry, settings.telemetry_rows
    height, width = image.shape[:2]
    if where == "auto":
        rows = TELEMETRY_ROWS.get(Size(width, height), 0) if image.dtype == np.uint16 else 0
        where = _telemetry_end(image, rows) if rows else "none"
        found = f"{decoded.notice}; {rows} rows of telemetry at the {where} are left out"
        decoded = replace(decoded, notice=found) if rows else decoded
    if where == "none":
        return decoded
    if rows >= height:
        raise ThermalError(
            f"infrared has {height} rows, so {rows} cannot be telemetry; name fewer in the rig (thermal.telemetry_rows)"
        )
    return replace(decoded, image=image[rows:] if where == "top" else image[:-rows])


def _telemetry_end(counts: Image, rows: int) -> Literal["top", "bottom"]:
    """Return the end whose rows differ more from the picture beside them: telemetry continues no scene."""
    levels = counts.astype(np.float32)
    top = np.abs(levels[:rows] - levels[rows : 2 * rows]).mean()
    bottom = np.abs(levels[-rows:] - levels[-2 * rows : -rows]).mean()
    return "top" if top > bottom else "bottom"


def _described(image: Image) -> str:
    return f"{'×'.join(map(str, image.shape))} {image.dtype}"
