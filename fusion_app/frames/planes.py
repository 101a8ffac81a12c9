"""Pictures as video holds them: luma and chroma, not converted. Whoever needs no BGR image does not pay for one."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.frames.images import FloatImage, Image, Size

BLACK, WHITE = 16, 235
"""Levels of luma in the range of cameras; its chroma takes 224 levels."""
NEUTRAL = (124, 132)
"""Chroma that is no colour: coding of a grey picture adds so much. Red, green and blue differ by 14 levels then, and
`fusion_app.thermal.palettes` takes 24 for grey."""
SHARES = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722)}
"""Shares of red and blue in the luma of ITU-R BT.601 and BT.709."""


class Colours(NamedTuple):
    """What luma and chroma of a picture mean.

    Attributes:
        matrix: ITU-R recommendation that makes them of red, green and blue.
        is_full: Black is 0 and white 255, as in motion JPEG; else 16 and 235, as in other video.
    """

    matrix: Literal["bt601", "bt709"] = "bt601"
    is_full: bool = False

    @property
    def black(self) -> int:
        """Level of black."""
        return 0 if self.is_full else BLACK

    @property
    def span(self) -> int:
        """Levels from black to white."""
        return 255 if self.is_full else WHITE - BLACK


USUAL = Colours()
"""Those of most video, and of what does not say it."""


@dataclass(frozen=True)
class Planes:
    """A picture of 8 bit 4:2:0; both sides are even.

    Attributes:
        luma: ``(H, W)`` uint8. May be a view of a larger array.
        chroma: Cb and Cr, ``(H/2, W/2)`` uint8 each.
        colours: What they mean.
    """

    luma: Image
    chroma: tuple[Image, Image]
    colours: Colours = USUAL

    @cached_property
    def image(self) -> Image:
        """The picture as ``(H, W, 3)`` uint8 BGR, made when it is first asked for."""
        return _usual_bgr(self) if self.colours == USUAL else _bgr(self)

    @cached_property
    def grey(self) -> Image:
        """The luma in full range, ``(H, W)`` uint8."""
        if self.colours.is_full:
            return self.luma
        spread = 255 / (WHITE - BLACK)  # what a table of 256 levels gives, in half the time
        return np.asarray(cv2.addWeighted(self.luma, spread, self.luma, 0, -BLACK * spread), np.uint8)

    @property
    def levels(self) -> FloatImage:
        """The luma in full range, ``(H, W)`` float32 0…255, not rounded."""
        if self.colours.is_full:
            return self.luma.astype(np.float32)
        return np.asarray(cv2.LUT(self.luma, _spread()), np.float32)

    def with_grey(self, grey: Image) -> "Planes":
        """Return the picture with another luma, ``(H, W)`` uint8 in full range; chroma stays as it came."""
        if self.colours.is_full:
            return Planes(grey, self.chroma, self.colours)
        luma = cv2.convertScaleAbs(grey, alpha=(WHITE - BLACK) / 255, beta=BLACK)
        return Planes(np.asarray(luma, np.uint8), self.chroma, self.colours)

    @property
    def is_grey(self) -> bool:
        """It has no colour."""
        low, high = NEUTRAL
        return all(plane.min() >= low and plane.max() <= high for plane in self.chroma)

    @property
    def shape(self) -> tuple[int, ...]:
        """That of `image`."""
        return (*self.luma.shape, 3)

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of `image`."""
        return self.luma.dtype

    @property
    def nbytes(self) -> int:
        """Memory of the planes."""
        return int(self.luma.nbytes + sum(plane.nbytes for plane in self.chroma))

    def part(self, rows: slice, columns: slice) -> "Planes":
        """Return the picture between even rows and columns."""
        halves = tuple(slice(part.start // 2, part.stop // 2) for part in (rows, columns))
        cb, cr = (plane[halves] for plane in self.chroma)
        return Planes(self.luma[rows, columns], (cb, cr), self.colours)


Picture = Image | Planes
"""What a frame shows, as it came."""


def image_of(picture: Picture) -> Image:
    """Return ``picture`` as one array."""
    return picture.image if isinstance(picture, Planes) else picture


def size_of(image: Picture) -> Size:
    """Return width and height of ``image``."""
    height, width = image.shape[:2]
    return Size(width, height)


@cache
def _spread() -> FloatImage:
    """Return 0…255 of luma in the range of cameras."""
    return np.asarray(np.clip((np.arange(256) - BLACK) * (255 / (WHITE - BLACK)), 0, 255), np.float32)


def _usual_bgr(planes: Planes) -> Image:
    """Return the usual kind of planes as BGR, right within half a level.

    ffmpeg's own conversion makes everything 1.3 levels darker on average, and its exact one takes twelve times as long.
    """
    height, width = planes.luma.shape
    joined = np.empty((height * 3 // 2, width), np.uint8)
    joined[:height] = planes.luma
    colours = joined[height:].reshape(2, height // 2, width // 2)
    colours[0], colours[1] = planes.chroma
    return np.asarray(cv2.cvtColor(joined, cv2.COLOR_YUV2BGR_I420), np.uint8)


def _bgr(planes: Planes) -> Image:
    """Return planes as BGR, right within 0.7 levels; each chroma serves four pixels, as in `_usual_bgr`."""
    size = size_of(planes)
    full = (cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST) for plane in planes.chroma)
    return np.asarray(cv2.transform(cv2.merge([planes.luma, *full]), _matrix(planes.colours)), np.uint8)


@cache
def _matrix(colours: Colours) -> npt.NDArray[np.float64]:
    """Return the 3×4 matrix from luma, Cb, Cr to blue, green, red, 0…255 (ITU-R BT.601-7 and BT.709-6)."""
    red, blue = SHARES[colours.matrix]
    green = 1 - red - blue
    found = np.array(
        [
            [1, 2 * (1 - blue), 0],
            [1, -2 * blue * (1 - blue) / green, -2 * red * (1 - red) / green],
            [1, 0, 2 * (1 - red)],
        ]
    )
    found *= 1.0 if colours.is_full else np.array([255 / (WHITE - BLACK), 255 / 224, 255 / 224])
    return np.hstack([found, -found @ np.array([[colours.black], [128], [128]])])
