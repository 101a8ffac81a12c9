"""Decoded pictures as arrays; one place, so that files and streams give the same pixels."""

from fractions import Fraction
from typing import Literal

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter

from fusion_app.frames import SQUARE, Colours, Image, Picture, Planes
from fusion_app.sources.base import Note
from fusion_app.sources.pictures.levels import counts_of_three
from fusion_app.system.containers import levels_of

MOST_ASPECT = 8
"""Pixels that are said to be longer than this are a mistake of whoever wrote the file."""


def pixel_aspect(said: Fraction | None) -> Fraction:
    """Return width over height of the pixels of a track, as it says or square."""
    return said if said and Fraction(1, MOST_ASPECT) <= said <= MOST_ASPECT else SQUARE


MATRICES: dict[int, Literal["bt601", "bt709"]] = {1: "bt709", 2: "bt601", 5: "bt601", 6: "bt601"}
"""ffmpeg's numbers of colour spaces; 2 is one that is not said."""
RAW_FORMATS = ("yuyv422", "uyvy422", "yvyu422", "yuv422p")
BEYOND = 0.02
"""Part of the pixels that lie below black or above white only where the range that a file declares is not true."""
MARGIN = 0.02
"""So much beyond the range is what coding adds; part of all levels."""
FULL_IN_TRUTH = Note("full range", "declares a limited range, or none, and uses the full one; it is read as full")


class Pixels:
    """Converts the pictures of one decoder.

    It keeps what PyAV would set up anew for each picture, threads for the conversion among it: at 640×480 these cost
    two and a half times as much as the conversion.
    """

    def __init__(self, *, raw: bool = False, has_counts: bool = False, planes: bool = False) -> None:
        """Make a converter.

        Args:
            raw: Leave 8 bit 4:2:2 as it is: cameras hide counts in it.
            has_counts: Red, green and blue of more than 8 bit are infrared, and so counts.
            planes: Leave 8 bit 4:2:0 as it is, which most video is.
        """
        self._raw, self._has_counts, self._planes = raw, has_counts, planes
        self._reformatter = VideoReformatter()
        self._is_full = False
        self.notes: tuple[Note, ...] = ()
        """What was found out of the pictures so far."""

    def __call__(self, decoded: VideoFrame) -> Picture:
        """Return ``(H, W)`` uint8 or uint16 for grey formats, ``(H, W, 3)`` uint8 BGR for everything else.

        If ``raw``, 4:2:2 becomes ``(H, W, 2)`` uint8, its bytes in the order of YUYV; if ``planes``, 4:2:0 stays.

        Raises:
            ValueError: Colours of more than 8 bit are to be counts and differ.
        """
        if is_planar(decoded):
            planes = planes_of(decoded)
            return planes if self._planes else planes.image
        name = decoded.format.name
        if self._raw and name in RAW_FORMATS:
            return self._reformatter.reformat(decoded, format="yuyv422", threads=1).to_ndarray()
        if self._has_counts and not name.startswith("gray") and decoded.format.components[0].bits > 8:
            return self._deep(decoded)
        target = "bgr24"
        if name.startswith("gray"):
            target = "gray" if name in ("gray", "gray8") else "gray16le"
        image = self._reformatter.reformat(decoded, format=target, threads=1).to_ndarray()
        is_camera_grey = target != "bgr24" and decoded.color_range == ColorRange.MPEG
        return self._spread(image, decoded.format.components[0].bits) if is_camera_grey else image

    def _deep(self, decoded: VideoFrame) -> Image:
        """Return infrared of more than 8 bit in colour: counts where its channels are red, green and blue."""
        if decoded.format.is_rgb:
            rgb = self._reformatter.reformat(decoded, format="rgb48le", threads=1).to_ndarray()
            image, notes = counts_of_three(np.ascontiguousarray(rgb[..., ::-1]))
            self._note(*notes)
            return image
        bits = decoded.format.components[0].bits
        self._note(Note(f"8 of {bits} bit", f"has {bits} bit in colour, of which 8 are read; record grey to keep them"))
        return self._reformatter.reformat(decoded, format="bgr24", threads=1).to_ndarray()

    def _spread(self, image: Image, bits: int) -> Image:
        """Return grey of a limited range with its full one, unless it has that: once found, it stays so."""
        if not self._is_full and _is_beyond(image, bits):
            self._is_full = True
            self._note(FULL_IN_TRUTH)
        return image if self._is_full else _full_range(image, bits)

    def _note(self, *notes: Note) -> None:
        self.notes = tuple(dict.fromkeys((*self.notes, *notes)))


def _is_beyond(image: Image, bits: int) -> bool:
    white = np.iinfo(image.dtype).max
    low, high = _limits(image, bits)
    sample = image[::4, ::4]
    return float(np.mean((sample < low - MARGIN * white) | (sample > high + MARGIN * white))) > BEYOND


def _limits(image: Image, bits: int) -> tuple[float, float]:
    """Return what a limited range calls black and white: 16 and 235 of 8 bit, more alike."""
    white = np.iinfo(image.dtype).max
    low, high = (level * 2 ** (bits - 8) / (2**bits - 1) * white for level in (16, 235))
    return low, high


def _full_range(image: Image, bits: int) -> Image:
    """Return grey of a file that says black is 16 and white 235 (of 8 ``bits``; more alike) with its full range."""
    white = np.iinfo(image.dtype).max
    low, high = _limits(image, bits)
    spread = (image.astype(np.float32) - np.float32(low)) * np.float32(white / (high - low))
    return np.asarray(np.clip(np.rint(spread), 0, white), image.dtype)


def is_planar(decoded: VideoFrame) -> bool:
    """Tell whether a picture is what `Planes` describe."""
    return (
        decoded.format.name in ("yuv420p", "yuvj420p")
        and decoded.width % 2 == 0
        and decoded.height % 2 == 0
        and decoded.color_range in (ColorRange.UNSPECIFIED, ColorRange.MPEG, ColorRange.JPEG)
        and decoded.colorspace in MATRICES
    )


def planes_of(decoded: VideoFrame) -> Planes:
    """Return a picture that `is_planar` as it was decoded; nothing is copied, and the planes keep it."""
    luma, cb, cr = (levels_of(plane) for plane in decoded.planes)
    is_full = decoded.color_range == ColorRange.JPEG or decoded.format.name == "yuvj420p"
    return Planes(luma, (cb, cr), Colours(MATRICES[int(decoded.colorspace)], is_full))
