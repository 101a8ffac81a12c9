"""What flows down the river: frames, pairs, fused frames. All of it is frozen; a stage makes new data."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from fusion_app.frames.coded import Coded
from fusion_app.frames.images import FloatImage, Image, Size
from fusion_app.frames.measured import MeasuredSpot
from fusion_app.frames.planes import USUAL, Colours, Picture, Planes, image_of, size_of

__all__ = [
    "SQUARE",
    "USUAL",
    "ZERO_CELSIUS_K",
    "Coded",
    "Colours",
    "FloatImage",
    "Frame",
    "FramePair",
    "FusedFrame",
    "Image",
    "Kelvin",
    "MeasuredSpot",
    "Numbers",
    "Picture",
    "Placement",
    "Planes",
    "Size",
    "ThermalView",
    "image_of",
    "on_square_pixels",
    "size_of",
]

SQUARE = Fraction(1)
"""Pixel aspect of pictures whose pixels are as wide as high."""
Numbers = npt.NDArray[np.floating[Any]]

Kelvin = Callable[[Numbers], Numbers]
"""What counts mean: Kelvin of counts, floats of any shape."""

Placement = tuple[tuple[float, ...], ...]
"""Three rows of three numbers, the homography from infrared pixels to visible pixels; empty for none."""

ZERO_CELSIUS_K = 273.15


def on_square_pixels(size: Size, pixel_aspect: Fraction) -> Size:
    """Return the size of a picture as it is to be seen, where a pixel is ``pixel_aspect`` times as wide as high."""
    return Size(max(1, round(size.width * pixel_aspect)), size.height)


@dataclass(frozen=True, slots=True)
class Frame:
    """One image of one source.

    Attributes:
        picture: What it shows, as it came; `image` is for those who want an array.
        pts_s: Presentation time in seconds: of the file, or of the monotonic clock for a live source.
        index: Number of the frame in its source, from 0.
        name: File name where the frame is a file of its own, else empty.
        pixel_aspect: Width of a pixel over its height, as it is to be shown.
        kelvin: What its counts mean, where the file says so.
        ir_to_vis: Where its camera says that it lies on the visible frame that it is paired with; mostly empty.
        coded: What it was decoded from, where that can be copied; in a recording all that came since the frame before.
    """

    picture: Picture
    pts_s: float
    index: int
    name: str = ""
    pixel_aspect: Fraction = SQUARE
    kelvin: Kelvin | None = None
    ir_to_vis: Placement = ()
    coded: tuple[Coded, ...] = ()

    @property
    def image(self) -> Image:
        """The pixels."""
        return image_of(self.picture)

    @property
    def size(self) -> Size:
        """Width and height of the image."""
        return size_of(self.picture)

    @property
    def shown(self) -> Size:
        """Width and height as it is to be seen."""
        return on_square_pixels(self.size, self.pixel_aspect)


@dataclass(frozen=True, slots=True)
class FramePair:
    """Infrared and visible of one instant.

    Attributes:
        ir: Infrared frame.
        vis: Visible frame; its PTS is the pair's.
        is_held: One of the two is older than the tolerance allows, repeated because no newer one came.
        lost: The source that has gone silent (live only): the picture goes on from the other, and the frame of the
            lost one is its last, or blank if it never had any.
    """

    ir: Frame
    vis: Frame
    is_held: bool = False
    lost: Literal["", "ir", "vis"] = ""

    @property
    def skew_s(self) -> float:
        """PTS of infrared minus PTS of visible, seconds."""
        return self.ir.pts_s - self.vis.pts_s


@dataclass(frozen=True, slots=True)
class ThermalView:
    """An infrared frame as it is fused, and what is known of its heat.

    Attributes:
        grey: ``(H, W)`` uint8, of the camera's own size; bright is hot.
        counts: ``(H, W)`` uint16 raw counts behind it, or None where the camera delivers 8 bit.
        kelvin_per_count: Kelvin of one count where the layout is radiometric, else None.
        kelvin: What counts mean where their file says so; stronger than ``kelvin_per_count``.
        counts_range: Counts drawn black and white, or None where there are none.
        is_nuc: The shutter is closed; the picture is the last one before.
        bad_pixels: Pixels filled from their neighbours.
        notice: What was found out or could not be done, one sentence, or empty.
        tag: The same in two or three words where it is about the picture's colours, for its corner; or empty.
    """

    grey: Image
    counts: Image | None = None
    kelvin_per_count: float | None = None
    kelvin: Kelvin | None = None
    counts_range: tuple[float, float] | None = None
    is_nuc: bool = False
    bad_pixels: int = 0
    notice: str = ""
    tag: str = ""

    def celsius(self) -> Numbers | None:
        """Return ``(H, W)`` float32 degrees Celsius, or None where counts do not tell them."""
        return None if self.counts is None else self.celsius_of(self.counts.astype(np.float32))

    def celsius_of(self, counts: Numbers) -> Numbers | None:
        """Return degrees Celsius of counts, floats of any shape, or None where counts do not tell them."""
        if self.kelvin is not None:
            return self.kelvin(counts) - ZERO_CELSIUS_K
        return None if self.kelvin_per_count is None else counts * self.kelvin_per_count - ZERO_CELSIUS_K


@dataclass(frozen=True, slots=True)
class FusedFrame:
    """The fused image of a pair, and what it was made of.

    Attributes:
        picture: Planes with the chroma of the visible frame where that came in planes; else `image`.
        pair: The pair as it was read.
        ir_view: ``(H, W)`` uint8, the infrared image as it was fused: 8 bit, aligned to the visible frame.
        stage_ms: Wall milliseconds of each pipeline stage, by name.
        is_nuc: The thermal camera's shutter is closed: infrared repeats its last good frame.
        thermal: The infrared frame before alignment, with counts and temperatures where there are any.
        ir_to_vis: ``(3, 3)`` float64, the homography from pixels of ``thermal`` to those of ``ir_view``; None where the
            two are the same.
    """

    picture: Picture
    pair: FramePair
    ir_view: Image
    stage_ms: dict[str, float] = field(default_factory=dict)
    is_nuc: bool = False
    thermal: ThermalView | None = None
    ir_to_vis: npt.NDArray[np.float64] | None = None

    @property
    def image(self) -> Image:
        """``(H, W, 3)`` uint8 BGR with the chroma of the visible frame, or ``(H, W)`` uint8 where that is grey."""
        return image_of(self.picture)

    @property
    def pts_s(self) -> float:
        """Presentation time of the visible frame, seconds."""
        return self.pair.vis.pts_s

    def ir_place(self, x: float, y: float) -> tuple[int, int] | None:
        """Return column and row of ``thermal`` at a place of ``ir_view``, 0…1 each; None beyond its edge."""
        if self.thermal is None:
            return None
        width, height = size_of(self.ir_view)
        place = np.array([x * width - 0.5, y * height - 0.5, 1.0])
        if self.ir_to_vis is not None:
            place = np.linalg.solve(self.ir_to_vis, place)
        column, row = int(np.floor(place[0] / place[2] + 0.5)), int(np.floor(place[1] / place[2] + 0.5))
        inside = 0 <= column < self.thermal.grey.shape[1] and 0 <= row < self.thermal.grey.shape[0]
        return (column, row) if inside else None

    @property
    def measured_ir(self) -> Frame:
        """The infrared frame as the camera measured it: counts where there are any, never the bytes of a driver."""
        ir, thermal = self.pair.ir, self.thermal
        if thermal is None:
            return ir
        if thermal.counts is not None:
            return replace(ir, picture=thermal.counts)
        is_picture = ir.picture.shape in (thermal.grey.shape, (*thermal.grey.shape, 3))
        return ir if is_picture else replace(ir, picture=thermal.grey)
