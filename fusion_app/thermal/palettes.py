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

MAX_DISTANCE = 13.0
"""Mean distance of pixels to the nearest colour of the palette, 8 bit BGR, beyond which it is another palette."""

MORE_DISTANCE = 4.0
"""So much farther than when it was recognised a palette may be before the others are looked at again."""

DRAWN_OVER = 0.85
"""Part of the pixels that are the picture at the least; what cameras draw over it is the rest."""

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

FLIR_IRON = (
    *((0, 0, 0), (101, 1, 14), (146, 0, 65), (167, 0, 109), (169, 1, 147), (155, 15, 179), (130, 34, 206)),
    *((97, 56, 226), (63, 82, 242), (31, 110, 254), (7, 138, 255), (0, 165, 255), (0, 191, 255), (20, 215, 255)),
    *((67, 236, 255), (146, 250, 252), (255, 255, 255)),
)
FLIR_RAINBOW = (
    *((74, 3, 1), (105, 25, 0), (155, 60, 0), (200, 86, 0), (226, 112, 0), (184, 140, 5), (66, 170, 59)),
    *((7, 198, 138), (0, 214, 207), (3, 210, 237), (14, 180, 254), (28, 133, 255), (55, 41, 255), (78, 24, 251)),
    *((110, 97, 252), (149, 168, 255), (204, 230, 255)),
)
FLIR_RAINBOW_HC = (
    *((0, 0, 0), (122, 0, 121), (232, 0, 226), (191, 0, 106), (161, 15, 0), (199, 134, 0), (209, 216, 0)),
    *((88, 138, 0), (0, 98, 27), (0, 171, 138), (0, 213, 222), (0, 102, 170), (2, 1, 128), (24, 25, 174)),
    *((54, 53, 220), (149, 151, 236), (247, 248, 252)),
)
"""What FLIR's cameras draw with, measured on their pictures, BGR in equal steps; the first is "Iron" of many makers."""

DJI_RAINBOW = (
    *((40, 0, 110), (118, 0, 200), (190, 6, 238), (232, 8, 222), (255, 8, 166), (253, 9, 106), (249, 30, 44)),
    *((253, 124, 12), (245, 215, 8), (204, 255, 5), (126, 255, 3), (45, 255, 1), (7, 254, 63), (10, 255, 161)),
    *((4, 226, 217), (0, 207, 252), (0, 128, 255), (0, 0, 255)),
)
"""Of the Zenmuse H20T, measured; red at the hot end is a guess."""

DJI_IRON = (
    *((16, 16, 16), (70, 13, 40), (111, 14, 70), (120, 15, 88), (132, 15, 114), (146, 15, 144), (153, 17, 172)),
    *((129, 26, 186), (95, 45, 200), (55, 80, 212), (25, 125, 222), (10, 165, 229), (7, 192, 231), (11, 207, 234)),
    *((12, 222, 236), (29, 235, 236), (56, 237, 236), (130, 245, 240)),
)
"""Of the Zenmuse XT S, measured but for both ends and the orange."""

STOPS = {
    "iron": IRON,
    "rainbow": RAINBOW,
    "flir-iron": FLIR_IRON,
    "flir-rainbow": FLIR_RAINBOW,
    "flir-rainbow-hc": FLIR_RAINBOW_HC,
    "dji-iron": DJI_IRON,
    "dji-rainbow": DJI_RAINBOW,
}
VIDEO_RANGE = "/video"
"""Behind the name of a palette whose levels lie in 16…235, as older cameras of FLIR write them."""

OPENCV_MAPS = {
    "inferno": cv2.COLORMAP_INFERNO,
    "hot": cv2.COLORMAP_HOT,
    "jet": cv2.COLORMAP_JET,
    "plasma": cv2.COLORMAP_PLASMA,
    "magma": cv2.COLORMAP_MAGMA,
    "turbo": cv2.COLORMAP_TURBO,
    "opencv-rainbow": cv2.COLORMAP_RAINBOW,
}
"""The last one runs from red to violet: the other way round than the rainbows of cameras."""
CIRCLES = {
    "hsv": cv2.COLORMAP_HSV,
    "twilight": cv2.COLORMAP_TWILIGHT,
    "twilight-shifted": cv2.COLORMAP_TWILIGHT_SHIFTED,
}
"""Palettes that end in the colour that they begin with: nobody can turn them back."""
NAMES = (*STOPS, *OPENCV_MAPS)
IN_VIDEO_RANGE = tuple(f"{name}{VIDEO_RANGE}" for name in STOPS if name.startswith("flir"))


class Unpalette:
    """BGR to grey; its memory is the palette in use."""

    def __init__(self) -> None:
        self._table = ""
        self._fit = 0.0
        self.is_unknown = False

    def __call__(self, bgr: Image, wanted: str) -> Image:
        """Return ``(H, W)`` uint8 grey of a ``(H, W, 3)`` uint8 BGR picture.

        Args:
            bgr: The picture.
            wanted: A palette of `NAMES`, ``none`` (the luma is taken), or ``auto``.
        """
        self._table = self._recognised(bgr) if wanted == "auto" else wanted.replace("none", "")
        self.is_unknown = self.is_unknown and wanted == "auto"
        if not self._table:
            return cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
        return np.take(reversal(self._table), packed(bgr))

    @property
    def name(self) -> str:
        """The palette in use; empty: the picture is not coloured, or in no palette that is known."""
        return self._table.removesuffix(VIDEO_RANGE)

    def _recognised(self, bgr: Image) -> str:
        step = max(1, bgr.shape[1] // SAMPLES)
        sample = bgr[::step, ::step]
        if not is_coloured(sample):
            self.is_unknown = False
            return ""
        if self._table and distance(sample, self._table) <= min(MAX_DISTANCE, self._fit + MORE_DISTANCE):
            return self._table
        if self.is_unknown:
            return ""
        name = nearest_palette(sample)
        self.is_unknown = not name
        self._fit = distance(sample, name) if name else 0.0
        return name


def is_coloured(bgr: Image) -> bool:
    """Tell whether a ``(H, W, 3)`` uint8 picture has colours, beyond what coding adds to a grey one."""
    chroma = bgr.max(axis=2).astype(np.int16) - bgr.min(axis=2)
    return float(np.mean(chroma > MAX_GREY_CHROMA)) >= MIN_COLOURED


def nearest_palette(bgr: Image) -> str:
    """Return the palette whose colours the picture has, or empty if it has those of none."""
    found = min((*NAMES, *IN_VIDEO_RANGE, *CIRCLES), key=lambda name: distance(bgr, name))
    return found if found not in CIRCLES and distance(bgr, found) <= MAX_DISTANCE else ""


def distance(bgr: Image, name: str) -> float:
    """Return the mean distance of the pixels to the nearest colours of a palette, 8 bit BGR; the farthest do not count.

    They are the text, the scale and the logo that cameras draw over their pictures.
    """
    found = np.sort(np.sqrt(_squares(bgr.reshape(-1, 3), colours(name)).min(axis=1)))
    return float(found[: max(1, int(DRAWN_OVER * found.size))].mean())


def packed(bgr: Image) -> Image:
    """Return the colours as ``(H, W)`` uint16: 5 bits of blue, 6 of green, 5 of red."""
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2BGR565).view(np.uint16)[..., 0])


@lru_cache(maxsize=32)
def colours(name: str) -> Colours:
    """Return the 256 colours of a palette."""
    if name.endswith(VIDEO_RANGE):
        return np.asarray(16 + colours(name.removesuffix(VIDEO_RANGE)) * (219 / 255), np.float32)
    by_opencv = OPENCV_MAPS | CIRCLES
    if name in by_opencv:
        greys = np.arange(256, dtype=np.uint8)[:, None]
        return cv2.applyColorMap(greys, by_opencv[name])[:, 0].astype(np.float32)
    stops = np.array(STOPS[name], np.float32)
    places = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(places, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=1).astype(np.float32)


@lru_cache(maxsize=32)
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
