"""JPEGs of thermal cameras that hold counts besides the coloured picture: FLIR's and DJI's."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image as Pil
from PIL.ExifTags import IFD

from fusion_app.errors import SourceError
from fusion_app.frames import Image, size_of
from fusion_app.sources.base import Note
from fusion_app.sources.pictures import orientation
from fusion_app.sources.pictures.base import WHITE_16, Picture, PictureFile, Use
from fusion_app.sources.pictures.flir import Radiometric, holds_both, holds_counts, read_flir
from fusion_app.sources.pictures.jpeg import APP3, APP4, is_jpeg, segments
from fusion_app.sources.pictures.raster import open_raster

MAKER_TAG, ZOOM_TAG = 271, 41988
DJI_SIZES = ((640, 512), (1280, 1024), (336, 256), (160, 120))
"""Width and height of the thermal cameras of DJI; told by the number of bytes."""


def open_radiometric(path: Path, data: bytes, use: Use) -> PictureFile | None:
    """Open the counts in a JPEG of a thermal camera, or the visible picture in it; None where there are no counts.

    Raises:
        SourceError: There is no visible picture in it and nothing else is wanted.
        ValueError: The block of counts is damaged.
    """
    found = read_radiometric(data)
    if use is Use.EMBEDDED and (found is None or found.visible is None):
        raise SourceError(str(path), "holds no visible picture beside its counts")
    if found is None:
        return None
    if use is Use.INFRARED:
        return _Counts(found)
    return _Coloured(open_raster(path, data)) if found.visible is None else _Embedded(found, found.visible)


def read_radiometric(data: bytes) -> Radiometric | None:
    """Return what a JPEG of FLIR or DJI holds, upright, or None if it has no counts.

    Raises:
        ValueError: The block of counts is damaged.
    """
    if not is_jpeg(data):
        return None
    dji = _dji_counts(data)
    if dji is None and not holds_counts(data):
        return None
    maker, turned, zoom = _made_by(data)
    found = read_flir(data, zoom)
    if "DJI" in maker:  # what the numbers mean is not public
        counts = dji if found is None else found.counts
        found = None if counts is None else Radiometric("DJI", counts)
    return None if found is None else _upright(found, turned)


class _Counts(PictureFile):
    def __init__(self, found: Radiometric) -> None:
        self._found = found
        self.reader = f"own reader, radiometric JPEG of {found.maker}"

    def read(self, number: int = 0) -> Picture:
        """Return the counts."""
        found = self._found
        degrees = "with their temperatures" if found.kelvin else "without temperatures"
        note = Note("radiometric", f"holds counts (radiometric JPEG of {found.maker}), which are used, {degrees}")
        return Picture(found.counts, WHITE_16, (note,), found.kelvin, found.ir_to_vis)


class _Embedded(PictureFile):
    def __init__(self, found: Radiometric, visible: Image) -> None:
        self._image = visible
        self.reader = f"own reader, visible picture in a radiometric JPEG of {found.maker}"

    def read(self, number: int = 0) -> Picture:
        """Return the visible picture."""
        note = Note("embedded", "holds a visible picture beside its counts, which is used")
        return Picture(self._image, 255, (note,))


class _Coloured(PictureFile):
    def __init__(self, file: PictureFile) -> None:
        self._file = file
        self.reader = file.reader

    def read(self, number: int = 0) -> Picture:
        """Return the coloured picture."""
        picture = self._file.read(number)
        note = Note("no visible", "is a radiometric JPEG without a visible picture; its infrared one is used as it is")
        return replace(picture, notes=(*picture.notes, note))


def _made_by(data: bytes) -> tuple[str, int, float]:
    """Return the maker of the camera, the orientation, and the digital zoom."""
    try:
        exif = Pil.open(io.BytesIO(data)).getexif()
        zoom = float(exif.get_ifd(IFD.Exif).get(ZOOM_TAG, 1.0))
        return str(exif.get(MAKER_TAG, "")), int(exif.get(orientation.TAG, 1)), zoom if 1 < zoom < 20 else 1.0
    except Exception:  # noqa: BLE001 - a damaged header says nothing
        return "", 1, 1.0


def _dji_counts(data: bytes) -> Image | None:
    """Return the counts that lie in the segments APP3 or, of older cameras, APP4; None if it is no picture of DJI."""
    for wanted in (APP3, APP4):
        body = b"".join(content for marker, content in segments(data) if marker == wanted)
        for width, height in DJI_SIZES:
            if len(body) == width * height * 2:
                return np.frombuffer(body, "<u2").reshape(height, width).astype(np.uint16)
    return None


def _upright(found: Radiometric, turned: int) -> Radiometric:
    """Return counts and visible picture turned alike, as the file says of the coloured picture."""
    if turned == 1:
        return found
    counts = orientation.upright(found.counts, turned)
    if found.visible is None:
        return replace(found, counts=counts)
    place = found.ir_to_vis
    if place:
        of_ir, of_vis = (orientation.matrix(turned, size_of(one)) for one in (found.counts, found.visible))
        matrix = of_vis @ np.array(place) @ np.linalg.inv(of_ir)
        place = tuple(tuple(float(value) for value in row) for row in matrix)
    return replace(found, counts=counts, visible=orientation.upright(found.visible, turned), ir_to_vis=place)


def look_into(path: Path) -> Radiometric | None:
    """Return what a file holds if it is a radiometric JPEG that can be read, else None."""
    try:
        return read_radiometric(path.read_bytes())
    except (OSError, ValueError, IndexError, ArithmeticError, SourceError):
        return None


def is_own_pair(path: Path) -> bool:
    """Tell whether a file is a radiometric JPEG with a visible picture beside its counts."""
    try:
        data = path.read_bytes()
        return is_jpeg(data) and holds_both(data)
    except (OSError, ValueError):
        return False
