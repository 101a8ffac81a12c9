"""TIFF through tifffile: pages, planes, alpha, white-is-zero, 10 to 32 bit, float. OpenCV guesses most of these."""

import logging
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image as Pil

from fusion_app.errors import SourceError
from fusion_app.frames import Image
from fusion_app.sources.base import Note
from fusion_app.sources.pictures import orientation
from fusion_app.sources.pictures.base import WHITE_16, Picture, PictureFile, Use, check_size, one_channel, unreadable
from fusion_app.sources.pictures.numbers import from_numbers, with_missing
from fusion_app.sources.pictures.tiff_chain import chain_of

JPEGS = (6, 7, 33007, 34892)
"""Compressions whose decoder makes red, green and blue of Y, Cb and Cr."""
MAX_SAMPLE_VALUE, NO_DATA = 281, 42113
ALPHAS = (int(tifffile.EXTRASAMPLE.ASSOCALPHA), int(tifffile.EXTRASAMPLE.UNASSALPHA))
GREY_KINDS = (tifffile.PHOTOMETRIC.MINISWHITE, tifffile.PHOTOMETRIC.MINISBLACK)
DECODED_BY_PILLOW = (
    tifffile.PHOTOMETRIC.PALETTE,
    tifffile.PHOTOMETRIC.SEPARATED,
    tifffile.PHOTOMETRIC.CIELAB,
)
"""Colours that are not red, green and blue; Pillow converts them."""

ALIKE = 1.1
"""Sides of a smaller copy are rounded, so its shape is not quite the same."""

logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # what is wrong with a file is said once, in our words


class TiffPages(PictureFile):
    """The pages of a TIFF that have the size of the first; smaller copies of a page are no pages."""

    def __init__(self, path: Path, use: Use) -> None:
        self._path, self._use = path, use
        self._notes: tuple[Note, ...] = ()
        with unreadable(path):
            self._file = tifffile.TiffFile(path)
            try:
                self._chain = chain_of(self._file)
                self._indices = self._own_pages()
            except BaseException:
                self._file.close()
                raise
        self.count = max(len(self._indices), self._chain.behind_first)
        self.reader = f"tifffile {version('tifffile')}, TIFF"
        if self._chain.trouble:
            self.trouble = (*self.trouble, self._chain.trouble)
            self.missing += max(1, self._chain.promised - self._chain.there)

    def _own_pages(self) -> list[int]:
        pages = [self._file.pages[index] for index in range(self._chain.count)]
        whole = [index for index, page in enumerate(pages) if not _is_copy(page)]
        if not whole:
            raise SourceError(str(self._path), "holds no picture")
        size = _size(pages[whole[0]])
        others = [index for index in whole if _size(pages[index]) != size]
        if others:
            text = f"holds {len(others)} more pages of other sizes, which are left out"
            self._notes = (Note("pages left out", text),)
        sizes = [_size(pages[index]) for index in others]
        if lost := sum(sizes.count(one) > 1 or not _is_smaller(one, size) for one in sizes):
            self.trouble = (
                f"holds {lost} more pages of other sizes, which were not read: put them into files of their own",
            )
            self.missing = lost
        return [index for index in whole if index not in others]

    def read(self, number: int = 0) -> Picture:
        """Return page ``number``."""
        is_bare = number >= len(self._indices)
        with unreadable(self._path):
            page = self._file.pages[0 if is_bare else self._indices[number]].aspage()
            check_size(self._path, page.imagewidth, page.imagelength)
            picture = self._converted(page, self._bare(page, number) if is_bare else None)
        tag = _tag(page, orientation.TAG)
        turned = tag if isinstance(tag, int) else 1
        found = (*self._notes, *_bands(page), *picture.notes, *orientation.notes(turned))
        return replace(picture, image=orientation.upright(picture.image, turned), notes=found)

    def _bare(self, page: tifffile.TiffPage, number: int) -> Image:
        """Return the numbers of a picture that has no page: it lies behind the first and is like it."""
        handle = self._file.filehandle
        handle.seek(page.dataoffsets[0] + number * page.nbytes)
        values = np.frombuffer(handle.read(page.nbytes), np.dtype(page.dtype).newbyteorder(self._file.byteorder))
        return np.asarray(values.reshape(page.shape), page.dtype)

    def _converted(self, page: tifffile.TiffPage, numbers: Image | None) -> Picture:
        if numbers is not None and page.photometric in DECODED_BY_PILLOW:
            raise ValueError(
                "it has a palette or colours that are only read of pages with a place of their own; save it as RGB"
            )
        is_bare_ycbcr = page.photometric == tifffile.PHOTOMETRIC.YCBCR and page.compression not in JPEGS
        if page.photometric in DECODED_BY_PILLOW or is_bare_ycbcr:
            with Pil.open(self._path) as image:
                image.seek(page.index)
                return Picture(np.ascontiguousarray(np.asarray(image.convert("RGB"))[..., ::-1]), 255)
        values, alpha = _samples(page, page.asarray() if numbers is None else numbers)
        if values.dtype not in (np.uint8, np.uint16):
            white = 2**page.bitspersample - 1
            if values.dtype == np.bool_:
                is_white_0 = page.photometric == tifffile.PHOTOMETRIC.MINISWHITE
                return Picture((values ^ is_white_0).astype(np.uint8), 1)
            return self._of_numbers(page, values, white)
        values, missing = _filled(values, _no_data(page))
        white = _white(page, values)
        if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
            values = np.asarray(white - values, values.dtype)
        if alpha is not None and int(tifffile.EXTRASAMPLE.ASSOCALPHA) in map(int, page.extrasamples):
            values = _straight(values, alpha, white)
        return with_missing(Picture(one_channel(values), white), missing)

    def _of_numbers(self, page: tifffile.TiffPage, values: Image, white: int) -> Picture:
        """Return the picture of 32 bit whole numbers whose range is that of 16 bit, or of any other numbers."""
        no_data = _no_data(page)
        if values.dtype.kind in "ui" and no_data is None and values.min() >= 0 and values.max() <= WHITE_16:
            values, white = values.astype(np.uint16), min(white, WHITE_16)
            is_white_0 = page.photometric == tifffile.PHOTOMETRIC.MINISWHITE
            return Picture(one_channel(np.asarray(white - values, np.uint16) if is_white_0 else values), white)
        if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
            raise ValueError("white is zero in it, and its numbers are neither 8 nor 16 bit; turn them over first")
        return from_numbers(values, self._use, no_data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _bands(page: tifffile.TiffPage) -> tuple[Note, ...]:
    """Return what is to be said of channels that are neither colours nor alpha: only the first is read."""
    count = page.samplesperpixel
    colours = 1 if page.photometric in GREY_KINDS else 3
    has_alpha = bool(page.extrasamples) and int(page.extrasamples[-1]) in ALPHAS
    if count <= colours + has_alpha or page.photometric in DECODED_BY_PILLOW:
        return ()
    read = "the first is" if colours == 1 else "the first three are"
    return (Note(f"of {count} channels", f"has {count} channels; {read} read"),)


def _no_data(page: tifffile.TiffPage) -> float | None:
    """Return what the page says stands for no value, as GDAL writes it."""
    tag = page.tags.get(NO_DATA)
    try:
        return float(tag.value) if tag is not None else None
    except (TypeError, ValueError):
        return None


def _filled(values: Image, no_data: float | None) -> tuple[Image, int]:
    """Return ``values`` with the smallest one in place of ``no_data``, and how many that were."""
    is_missing = values == no_data if no_data is not None else np.zeros(1, np.bool_)
    if not is_missing.any() or is_missing.all():
        return values, 0
    return np.where(is_missing, values[~is_missing].min(), values), int(is_missing.sum())


def _samples(page: tifffile.TiffPage, values: Image) -> tuple[Image, Image | None]:
    """Return ``(H, W)`` or ``(H, W, 3)`` BGR, and the alpha beside it, if there is one."""
    if page.axes == "SYX":
        values = np.moveaxis(values, 0, -1)
    if values.ndim == 2:
        return values, None
    if values.ndim != 3:
        raise ValueError(f"its axes are {page.axes}")
    alpha = values[..., -1] if page.extrasamples else None
    if values.shape[2] < 3 or (page.photometric in GREY_KINDS and len(page.extrasamples) == values.shape[2] - 1):
        return np.ascontiguousarray(values[..., 0]), alpha
    return np.ascontiguousarray(values[..., 2::-1]), alpha


def _white(page: tifffile.TiffPage, values: Image) -> int:
    """Return the declared white: the tag for it where it can be true, else what the bits of a sample hold."""
    declared = _tag(page, MAX_SAMPLE_VALUE)
    most = int(2**page.bitspersample - 1)
    white = max(declared) if isinstance(declared, tuple) else declared
    # Many programs write the largest value that occurs; only a whole number of bits is a declaration.
    is_declared = isinstance(white, int) and 255 < white < most and (white + 1).bit_count() == 1
    return int(white) if is_declared and white is not None and int(values.max()) <= white else most


def _straight(values: Image, alpha: Image, white: int) -> Image:
    """Return colours that were multiplied with ``alpha`` as they were before."""
    scale = white / np.maximum(alpha.astype(np.float32), 1)
    straight = values * (scale if values.ndim == 2 else scale[..., None])
    return np.minimum(np.rint(straight), white).astype(values.dtype)


def _is_copy(page: tifffile.TiffPage | tifffile.TiffFrame) -> bool:
    keyframe = page.keyframe
    return keyframe is not None and bool(keyframe.is_reduced or keyframe.is_mask)


def _is_smaller(size: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Tell whether a page of ``size`` may be a smaller copy of one of ``other``: its shape is about the same."""
    (height, width), (full_height, full_width) = size[:2], other[:2]
    shape = height * full_width / (width * full_height)
    return height < full_height and width < full_width and 1 / ALIKE < shape < ALIKE


def _size(page: tifffile.TiffPage | tifffile.TiffFrame) -> tuple[int, ...]:
    return tuple(page.shape)


def _tag(page: tifffile.TiffPage, number: int) -> int | tuple[int, ...] | None:
    found = page.tags.get(number)
    value = found.value if found is not None else None
    return value if isinstance(value, int | tuple) else None
