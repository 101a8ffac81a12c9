"""PNG, JPEG, BMP, WebP, AVIF and HEIC: pixels through OpenCV where it decodes all of them, else through Pillow.

Pillow reads what OpenCV does not look at: orientation, frames of animations, colour profiles. HEIC is decoded by
libheif (pillow-heif), which puts the tiles of a picture together; ffmpeg hands out one of them.
"""

import io
import warnings
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from PIL import Image as Pil
from PIL import ImageCms

from fusion_app import MAX_IMAGE_PIXELS
from fusion_app.errors import SourceError
from fusion_app.frames import Image
from fusion_app.sources.base import Note
from fusion_app.sources.pictures import orientation
from fusion_app.sources.pictures.base import Picture, PictureFile, check_size, one_channel, too_large, unreadable
from fusion_app.sources.pictures.whole import END_OF_JPEG, ZEROS, is_damaged_jpeg, is_damaged_webp

ANIMATED = ("PNG", "WEBP", "AVIF")
DECODED_BY_PILLOW = ("HEIF", "AVIF", "GIF")
LEAST_DURATION_S = 0.01
"""Browsers show no frame of an animation for less time."""
USUAL_DURATION_S = 0.1
FLAT_ROWS = 16
"""Rows in one colour at the bottom of a JPEG without an end: the decoder filled them."""

DAMAGED = "is damaged: a part of the picture is missing or wrong"
EXIF_IN_PNG = (b"eXIf", b"Raw profile type", b"XML:com.adobe.xmp")
START_OF_JPEG = b"\xff\xd8"
PROFILE_IS_SRGB = ("srgb", "iec61966-2.1", "iec 61966-2.1", "c2")
"""Words in the names of profiles that change nothing that can be seen."""

warnings.filterwarnings("ignore", module=r"PIL\.")  # what is wrong with a file is said once, in our words
Pil.MAX_IMAGE_PIXELS = MAX_IMAGE_PIXELS
pillow_heif.register_heif_opener(thumbnails=False)


def open_raster(path: Path, data: bytes) -> PictureFile:
    """Open a picture of any kind but TIFF and PNM.

    Raises:
        SourceError: It cannot be read.
    """
    try:
        image = Pil.open(io.BytesIO(data))
    except Exception:  # noqa: BLE001 - Pillow raises anything on damage; OpenCV may still read it
        return _WithOpenCv(path, data, None)
    check_size(path, *image.size)
    if image.format in ANIMATED and getattr(image, "n_frames", 1) > 1:
        return _Animation(path, image)
    if image.format in DECODED_BY_PILLOW or image.mode in ("CMYK", "YCCK"):
        return _WithPillow(path, image, data)
    return _WithOpenCv(path, data, image)


class _WithOpenCv(PictureFile):
    """A still picture in memory, decoded by OpenCV."""

    def __init__(self, path: Path, data: bytes, header: Pil.Image | None) -> None:
        self._path, self._data, self._header = path, data, header
        self.reader = f"OpenCV {cv2.__version__}, {header.format if header else path.suffix[1:].upper()}"

    def read(self, number: int = 0) -> Picture:
        """Return the picture."""
        image = self._decoded(self._data)
        found: tuple[Note, ...] = ()
        is_open = self._data.startswith(START_OF_JPEG) and not self._data.endswith(END_OF_JPEG)
        if is_open and image is None:
            image = self._decoded(self._data + END_OF_JPEG)
            found = (Note("no end", "has no end marker; it is read as far as it goes"),)
            if image is not None and (_is_cut_off(image) or self._data.endswith(ZEROS)):
                raise SourceError(
                    str(self._path), "ends early: the lower part of the picture is missing; copy it again"
                )
        elif image is not None and self._is_damaged(image):
            raise SourceError(str(self._path), DAMAGED)
        if image is None or image.dtype not in (np.uint8, np.uint16):
            raise SourceError(
                str(self._path),
                "cannot be read: it is cut off, damaged, or not of 8 or 16 bit; copy it again, or save it as PNG",
            )
        turned, notes = (1, ()) if self._header is None else _of_header(self._header, self._data)
        notes = (*notes, *_seen_through(image))
        image = orientation.upright(one_channel(_without_alpha(image)), turned)
        return Picture(image, white_of(image), (*found, *notes))

    def _is_damaged(self, image: Image) -> bool:
        if self._data.startswith(START_OF_JPEG):
            return is_damaged_jpeg(self._data)
        return self._data[8:12] == b"WEBP" and is_damaged_webp(self._data, image)

    def _decoded(self, data: bytes) -> Image | None:
        if not data:
            return None
        try:
            return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        except cv2.error:  # absurd sizes are refused by exception, damage by None
            raise too_large(self._path) from None


class _WithPillow(PictureFile):
    """A still picture in memory, decoded by Pillow."""

    def __init__(self, path: Path, image: Pil.Image, data: bytes) -> None:
        self._path, self._image, self._data = path, image, data
        library = f"pillow-heif {version('pillow-heif')}" if image.format == "HEIF" else f"Pillow {version('pillow')}"
        self.reader = f"{library}, {image.format}"

    def read(self, number: int = 0) -> Picture:
        """Return the picture; HEIC is upright already, and its deep grey is stretched to 16 bit by the library."""
        with unreadable(self._path):
            turned, notes = _of_header(self._image)
            if self._data.startswith(START_OF_JPEG) and is_damaged_jpeg(self._data):
                raise SourceError(str(self._path), DAMAGED)
            image = _bgr(self._image)
            return Picture(orientation.upright(image, turned), white_of(image), notes)


class _Animation(PictureFile):
    """The frames of an animated PNG, WebP or AVIF, each composed as it is to be seen."""

    def __init__(self, path: Path, image: Pil.Image) -> None:
        self._path, self._image = path, image
        self.count = int(getattr(image, "n_frames", 1))
        self.reader = f"Pillow {version('pillow')}, animated {image.format}"
        with unreadable(path):
            self.durations_s = tuple(self._duration_s(number) for number in range(self.count))

    def _duration_s(self, number: int) -> float:
        self._image.seek(number)
        self._image.load()
        seconds = float(self._image.info.get("duration", 0)) / 1000
        return seconds if seconds >= LEAST_DURATION_S else USUAL_DURATION_S

    def read(self, number: int = 0) -> Picture:
        """Return frame ``number``."""
        with unreadable(self._path):
            self._image.seek(number)
            turned, notes = _of_header(self._image)
            image = _bgr(self._image)
            return Picture(orientation.upright(image, turned), white_of(image), notes)


def white_of(image: Image) -> int:
    """Return the level of white in a picture that declares no other."""
    return int(np.iinfo(image.dtype).max)


def _bgr(image: Pil.Image) -> Image:
    if image.mode.startswith("I;16"):
        return np.asarray(image, np.uint16)
    if image.mode in ("L", "LA"):
        return np.asarray(image.getchannel(0))
    if image.mode in ("RGBA", "RGBX"):
        return np.ascontiguousarray(np.asarray(image)[..., 2::-1])  # straight alpha is left out
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[..., ::-1])


def _without_alpha(image: Image) -> Image:
    if image.ndim == 2 or image.shape[2] == 3:
        return image
    return np.ascontiguousarray(image[..., :3] if image.shape[2] == 4 else image[..., 0])


def _seen_through(image: Image) -> tuple[Note, ...]:
    """Return what is to be said of an alpha channel that hides something."""
    if image.ndim == 2 or image.shape[2] == 3 or int(image[..., -1].min()) == white_of(image):
        return ()
    return (Note("transparent", "is transparent in places; the colours that are stored there are used"),)


def _is_cut_off(image: Image) -> bool:
    bottom = image[-FLAT_ROWS:]
    return bool((bottom == bottom[:1, :1]).all()) and not bool((image == image[:1, :1]).all())


def _of_header(image: Pil.Image, data: bytes = b"") -> tuple[int, tuple[Note, ...]]:
    """Return the orientation, and what is to be said of it and of the colours; ``data`` is a file, if it is at hand."""
    # Pillow decodes a whole PNG to find out that it says nothing.
    is_silent = image.format == "PNG" and bool(data) and not any(word in data for word in EXIF_IN_PNG)
    try:
        turned = 1 if is_silent else int(image.getexif().get(orientation.TAG, 1))
    except Exception:  # noqa: BLE001 - a damaged header says nothing
        turned = 1
    return turned, (*orientation.notes(turned), *_profile_note(image))


def _profile_note(image: Pil.Image) -> tuple[Note, ...]:
    profile = image.info.get("icc_profile")
    if not profile:
        return ()
    try:
        name = ImageCms.getProfileDescription(io.BytesIO(profile)).strip()
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return ()
    if any(word in name.lower() for word in PROFILE_IS_SRGB) or image.mode in ("L", "I;16"):
        return ()
    return (Note("colour profile", f'has the colour profile "{name}", which is not applied'),)
