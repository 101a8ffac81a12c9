"""Colours that a camera has put on its 8 bit picture, taken off again: from a palette back to the grey under it."""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.frames import Image

Colours = npt.NDArray[np.float32]
"""``(256, 3)`` float32 BGR, cold to hot."""

MAX_GREY_CHROMA = 24
"""Difference of the channels of a pixel that coding of a grey picture does not exceed."""

MIN_COLOURED = 0.05
"""Part of the pixels that are coloured in a coloured picture; a time and a cross-hair in colour are fewer."""

MAX_DISTANCE = 16.0
"""Mean distance of pixels to the nearest colour of the palette, 8 bit BGR, beyond which it is another palette."""

SAMPLES = 40
"""Columns looked at to recognise colours, and rows in proportion."""

IRON = (
    (0, 0, 0),
    (80, 0, 32),
    (140, 0, 80),
    (155, 0, 140),
    (135, 20, 190),
    (50, 75, 220),
    (8, 130, 240),
    (0, 185, 255),
    (60, 225, 255),
    (255, 255, 255),
)
"""The usual "iron" of thermal cameras, BGR, in equal steps: black, violet, orange, yellow, white."""

RAINBOW = ((128, 0, 0), (255, 0, 0), (255, 255, 0), (0, 255, 0), (0, 255, 255), (0, 0, 255))
"""Blue, cyan, green, yellow, red."""

OPENCV_MAPS = {
    "inferno": cv2.COLORMAP_INFERNO,
    "hot": cv2.COLORMAP_HOT,
    "jet": cv2.COLORMAP_JET,
    "plasma": cv2.COLORMAP_PLASMA,
    "magma": cv2.COLORMAP_MAGMA,
    "turbo": cv2.COLORMAP_TURBO,
}
NAMES = ("iron", "rainbow", *OPENCV_MAPS)


class Unpalette:
    """BGR to grey; its memory is the palette in use."""

    def __init__(self) -> None:
        self.name = ""
        """The palette in use; empty: the picture is not coloured, or in no palette that is known."""
        self.is_unknown = False

    def __call__(self, bgr: Image, wanted: str) -> Image:
        """Return ``(H, W)`` uint8 grey of a ``(H, W, 3)`` uint8 BGR picture.

        Args:
            bgr: The picture.
            wanted: A palette of `NAMES`, ``none`` (the luma is taken), or ``auto``.
        """
        self.name = self._recognised(bgr) if wanted == "auto" else wanted.replace("none", "")
        self.is_unknown = self.is_unknown and wanted == "auto"
        if not self.name:
            return cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
        return np.take(reversal(self.name), packed(bgr))

    def _recognised(self, bgr: Image) -> str:
        step = max(1, bgr.shape[1] // SAMPLES)
        sample = bgr[::step, ::step]
        if not is_coloured(sample):
            self.is_unknown = False
            return ""
        if self.name and distance(sample, self.name) <= MAX_DISTANCE:
            return self.name
        if self.is_unknown:
            return ""
        name = nearest_palette(sample)
        self.is_unknown = not name
        return name


def is_coloured(bgr: Image) -> bool:
    """Tell whether a ``(H, W, 3)`` uint8 picture has colours, beyond what coding adds to a grey one."""
    chroma = bgr.max(axis=2).astype(np.int16) - bgr.min(axis=2)
    return float(np.mean(chroma > MAX_GREY_CHROMA)) >= MIN_COLOURED


def nearest_palette(bgr: Image) -> str:
    """Return the palette whose colours the picture has, or empty if it has those of none."""
    found = min(NAMES, key=lambda name: distance(bgr, name))
    return found if distance(bgr, found) <= MAX_DISTANCE else ""


def distance(bgr: Image, name: str) -> float:
    """Return the mean distance of the pixels to the nearest colours of a palette, 8 bit BGR."""
    return float(np.sqrt(_squares(bgr.reshape(-1, 3), colours(name)).min(axis=1)).mean())


def packed(bgr: Image) -> Image:
    """Return the colours as ``(H, W)`` uint16: 5 bits of blue, 6 of green, 5 of red."""
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2BGR565).view(np.uint16)[..., 0])


@lru_cache(maxsize=len(NAMES))
def colours(name: str) -> Colours:
    """Return the 256 colours of a palette."""
    if name in OPENCV_MAPS:
        greys = np.arange(256, dtype=np.uint8)[:, None]
        return cv2.applyColorMap(greys, OPENCV_MAPS[name])[:, 0].astype(np.float32)
    stops = np.array({"iron": IRON, "rainbow": RAINBOW}[name], np.float32)
    places = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(places, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=1).astype(np.float32)


@lru_cache(maxsize=len(NAMES))
def reversal(name: str) -> npt.NDArray[np.uint8]:
    """Return the grey level of every `packed` colour, ``(65536,)`` uint8: the place of the palette's nearest colour.

    It takes some 0.1 s once.
    """
    codes = np.arange(65536, dtype=np.uint16)
    bgr = cv2.cvtColor(codes.view(np.uint8).reshape(256, 256, 2), cv2.COLOR_BGR5652BGR).reshape(-1, 3)
    centres = bgr + np.array((3.5, 1.5, 3.5), np.float32)  # the middle of what the bits stand for
    parts = [_squares(part, colours(name)).argmin(axis=1) for part in np.array_split(centres, 64)]  # fits in a cache
    return np.concatenate(parts).astype(np.uint8)


def _squares(pixels: Image, palette: Colours) -> Colours:
    """Return the squared distances of ``(N, 3)`` pixels to ``(M, 3)`` colours, ``(N, M)`` float32."""
    levels = pixels.astype(np.float32)
    squares = np.square(levels).sum(axis=1)[:, None] - 2 * levels @ palette.T + np.square(palette).sum(axis=1)
    return np.asarray(np.maximum(squares, 0), np.float32)
