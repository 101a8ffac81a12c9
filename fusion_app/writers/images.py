"""Lossless PNG: one image, or a folder of them. No half image is ever left."""

import struct
import zlib
from fractions import Fraction
from pathlib import Path

import cv2

from fusion_app.errors import RecordingError
from fusion_app.frames import SQUARE, FusedFrame, Image, image_of
from fusion_app.system.whole_files import write_whole
from fusion_app.writers.base import plain, write_failure

PNG_HEADER = 33
"""Bytes of the signature and the first chunk of a PNG."""


class FolderWriter:
    """A lossless PNG per frame, named like the visible frame's file, or by number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, fused: FusedFrame) -> None:
        """Write one image."""
        vis = fused.pair.vis
        write_png(self._folder / png_name(vis.name, vis.index), fused.image, vis.pixel_aspect)

    def close(self) -> None:
        """Do nothing: every image is complete."""


class ImageWriter:
    """One lossless PNG at a given path: the fused image of two single pictures."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, fused: FusedFrame) -> None:
        """Write the image."""
        write_png(self._path, fused.image, fused.pair.vis.pixel_aspect)

    def close(self) -> None:
        """Do nothing: the image is complete."""


def png_name(name: str, index: int) -> str:
    """Return the output name of a frame: its file's own with ``.png``, or its number."""
    return f"{Path(name).stem}.png" if name else f"{index:06d}.png"


def write_png(path: Path, image: Image, pixel_aspect: Fraction = SQUARE) -> None:
    """Write ``image`` as PNG; pixels that are not square are told in it.

    Raises:
        RecordingError: It could not be written.
    """
    encoded = cv2.imencode(".png", image_of(plain(image)))[1].tobytes()
    if pixel_aspect != SQUARE:
        encoded = encoded[:PNG_HEADER] + _aspect_chunk(pixel_aspect) + encoded[PNG_HEADER:]
    try:
        write_whole(path, encoded)
    except OSError as error:
        raise RecordingError(write_failure(path, error)) from error


def _aspect_chunk(pixel_aspect: Fraction) -> bytes:
    """Return the chunk ``pHYs`` (PNG, 11.3.4.3): pixels per unit across and down, of a unit that is not known."""
    data = b"pHYs" + struct.pack(">IIB", pixel_aspect.denominator, pixel_aspect.numerator, 0)
    return struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
