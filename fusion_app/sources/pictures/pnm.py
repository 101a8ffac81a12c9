"""PGM and PPM, which declare what white is; OpenCV and ffmpeg do not look.

The format is that of the netpbm manual: magic number, width, height, white, then numbers in text (P2, P3) or bytes,
two of them, the high one first, where white is above 255 (P5, P6).
"""

import re
from pathlib import Path

import numpy as np

from fusion_app.errors import SourceError
from fusion_app.frames import Image
from fusion_app.sources.base import Note
from fusion_app.sources.pictures.base import WHITE_16, Picture, PictureFile, check_size, one_channel, unreadable

HEAD = re.compile(rb"P([2356])" + rb"(?:\s|#[^\n]*\n)+(\d{1,9})" * 3 + rb"(?:#[^\n]*\n)?\s")


class PnmFile(PictureFile):
    """A PGM or PPM in memory; of several in one file the first."""

    reader = "own reader, PNM"

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        head = HEAD.match(data)
        if head is None:
            raise SourceError(str(path), "is no image that can be read (its header is damaged)")
        self._kind, self._width, self._height, self._white = (int(number) for number in head.groups())
        check_size(path, self._width, self._height)
        if not 1 <= self._white <= WHITE_16:
            raise SourceError(str(path), f"declares {self._white} to be white; allowed are 1 to {WHITE_16}")
        self._body = data[head.end() :]

    def read(self, number: int = 0) -> Picture:
        """Return the picture."""
        with unreadable(self._path):
            values = self._numbers()
        notes: tuple[Note, ...] = ()
        white = self._white
        if (brightest := int(values.max())) > white:  # written by cameras' own tools, whose white is always 255
            notes = (Note("white wrong", f"declares {white} to be white and holds values up to {brightest}"),)
            white = WHITE_16
        if self._kind in (5, 6) and HEAD.match(self._body, values.nbytes):
            notes += (Note("first of several", "holds more pictures behind the first, which are left out"),)
        shape = (self._height, self._width, 3) if self._kind in (3, 6) else (self._height, self._width)
        image = values.astype(np.uint8 if white <= 255 else np.uint16).reshape(shape)
        return Picture(one_channel(np.ascontiguousarray(image[..., ::-1] if image.ndim == 3 else image)), white, notes)

    def _numbers(self) -> Image:
        count = self._width * self._height * (3 if self._kind in (3, 6) else 1)
        if self._kind in (2, 3):
            values = np.array(re.sub(rb"#[^\n]*", b"", self._body).split()[:count], np.int64)
        else:
            kind = np.dtype(np.uint8 if self._white <= 255 else ">u2")
            whole = min(count, len(self._body) // kind.itemsize)
            values = np.frombuffer(self._body, kind, whole) if whole else np.zeros(0, kind)
        if values.size < count:
            raise SourceError(str(self._path), f"is cut off: {count - values.size} of {count} values are missing")
        if values.min() < 0 or values.max() > WHITE_16:
            raise SourceError(str(self._path), f"has values beyond 0 to {WHITE_16}")
        return values
