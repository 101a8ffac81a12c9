"""Image files, 8 or 16 bit: a folder in the natural order of its names, or a single picture."""

import re
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from fusion_app import MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE
from fusion_app.errors import SourceError
from fusion_app.frames import Frame, Image, Size
from fusion_app.sources.base import FrameSource, SourceInfo

IMAGE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"})
MAX_FILE_BYTES = 2**30
STILLS_FPS = 25.0
"""Rate at which a folder is played where none is asked for; two folders are matched by name, never by time."""


def image_files(folder: Path) -> tuple[Path, ...]:
    """Return the image files directly in ``folder``, ``img2`` before ``img10``."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file())
    return tuple(sorted(found, key=_natural))


def read_image(path: Path) -> Image:
    """Return the pixels of an image file: ``(H, W)`` uint8 or uint16, or ``(H, W, 3)`` uint8 BGR.

    Raises:
        SourceError: The file is no image that can be read, or its pixels are neither 8 nor 16 bit.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SourceError(str(path), f"is larger than {MAX_FILE_BYTES >> 20} MiB; no image is")
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror}); check the path and its permissions") from None
    image = _decode(path, data)
    if image is None or image.dtype not in (np.uint8, np.uint16):
        raise SourceError(str(path), "is not an 8 or 16 bit image that can be read")
    if image.ndim == 3:
        image = _three_channels(image)
    return image


class ImagesSource(FrameSource):
    """Image files as a stream; an unreadable file is skipped and named in `notice`."""

    def __init__(self, uri: str, files: Sequence[Path], rate: float = 0.0) -> None:
        """Read ``files``, ``rate`` of them a second; 0 where nobody has said it."""
        if not files:
            kinds = ", ".join(sorted(suffix[1:] for suffix in IMAGE_SUFFIXES))
            raise SourceError(uri, f"has no images in it ({kinds})")
        self._files = tuple(files)
        self._position = 0
        first = read_image(files[0]) if len(files) == 1 else _first_readable(self._files)
        if first is None:
            raise SourceError(uri, "holds no image that can be read")
        size = Size(first.shape[1], first.shape[0])
        self._fps = rate or STILLS_FPS
        self.info = SourceInfo(uri, size, self._fps, len(self._files), is_stills=True, has_times=bool(rate))

    def read(self) -> Frame | None:
        """Return the next readable image; its PTS is its position over the rate."""
        while self._position < len(self._files):
            position, self._position = self._position, self._position + 1
            path = self._files[position]
            try:
                return Frame(read_image(path), position / self._fps, position, path.name)
            except SourceError as error:
                self.notice = str(error)
                self.failed += 1
        return None

    def seek(self, pts_s: float) -> None:
        """Continue at the first image whose PTS is not before ``pts_s``."""
        self._position = max(0, int(np.ceil(pts_s * self._fps - 1e-6)))

    def close(self) -> None:
        """Do nothing: files are open only while they are read."""


def _decode(path: Path, data: Image) -> Image | None:
    if not data.size:
        return None
    try:
        return cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    except cv2.error:  # absurd sizes are refused by exception, damage by None
        hint = f"is damaged or larger than {MAX_IMAGE_SIDE} pixels on a side or {MAX_IMAGE_PIXELS >> 20} megapixels"
        raise SourceError(str(path), hint) from None


def _three_channels(image: Image) -> Image:
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.shape[2] == 4:
        return cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)
    return image if image.shape[2] == 3 else np.ascontiguousarray(image[:, :, 0])


def _first_readable(files: Sequence[Path]) -> Image | None:
    return next((image for path in files if (image := _try_read(path)) is not None), None)


def _try_read(path: Path) -> Image | None:
    try:
        return read_image(path)
    except SourceError:
        return None


def _natural(path: Path) -> list[tuple[int, int | str]]:
    parts = re.split(r"(\d+)", path.stem.lower())
    key: list[tuple[int, int | str]] = [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]
    return [*key, (2, path.stem), (3, path.name)]  # the last two tell a01 from a1, and a.jpg from a.png
