"""Picture files of every kind, each read by the library made for it, upright and with its grey levels as declared.

`open_picture` looks at the first bytes and returns a `PictureFile`: one picture, or several (pages of a TIFF, frames of
an animation). What it says of itself is in the notes of each `Picture`.
"""

from pathlib import Path

from fusion_app.errors import SourceError
from fusion_app.sources.pictures.base import Picture, PictureFile, Use, unreadable
from fusion_app.sources.pictures.pnm import PnmFile
from fusion_app.sources.pictures.radiometric import open_radiometric
from fusion_app.sources.pictures.raster import open_raster
from fusion_app.sources.pictures.tiff import TiffPages

__all__ = ["IMAGE_SUFFIXES", "Picture", "PictureFile", "Use", "is_picture", "open_picture"]

IMAGE_SUFFIXES = frozenset(
    {".avif", ".bmp", ".heic", ".heif", ".hif", ".jfif", ".jpe", ".jpeg", ".jpg"}
    | {".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"}
)
MAX_FILE_BYTES = 2**30
TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", *TIFF_STARTS)
HEIF_KINDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
PNM_STARTS = (b"P2", b"P3", b"P5", b"P6")


def open_picture(path: Path, use: Use = Use.INFRARED) -> PictureFile:
    """Open the picture file ``path`` for ``use``.

    Raises:
        SourceError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
            if not start:
                raise SourceError(str(path), "is empty; copy it again, or leave it out")
            if start in TIFF_STARTS:
                return TiffPages(path, use)
            if path.stat().st_size > MAX_FILE_BYTES:
                raise SourceError(str(path), f"is larger than {MAX_FILE_BYTES >> 20} MiB; no image is")
            data = start + file.read()
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror}); check the path and its permissions") from None
    if start[:2] in PNM_STARTS:
        return PnmFile(path, data)
    with unreadable(path):
        return open_radiometric(path, data, use) or open_raster(path, data)


def is_picture(path: Path) -> bool:
    """Tell whether a file begins like a picture, whatever its name is."""
    with path.open("rb") as file:
        start = file.read(12)
    is_webp = start.startswith(b"RIFF") and start[8:] == b"WEBP"
    return start.startswith(STARTS) or is_webp or (start[4:8] == b"ftyp" and start[8:] in HEIF_KINDS)
