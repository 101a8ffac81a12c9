"""What FLIR cameras keep in their radiometric JPEGs: counts, the constants of their temperature, a visible picture.

The structure is as the ExifTool project documents it (https://exiftool.org/TagNames/FLIR.html): APP1 segments that
begin with "FLIR" are the parts of one block "FFF", with a directory of records. Formula of the temperature: Planck's
law with the camera's constants, without atmosphere (https://exiftool.org/forum/index.php?topic=4898, "Variant B").

    counts of the object = (counts − (1 − emissivity) · counts of what it reflects) / emissivity
    Kelvin = B / ln(R1 / (R2 · (counts + O)) + F)
"""

import struct
from dataclasses import dataclass

import cv2
import numpy as np

from fusion_app.frames import Image, Numbers, Placement
from fusion_app.sources.pictures.jpeg import APP1, segments

RAW, CAMERA, EMBEDDED, IN_PICTURE = 1, 32, 14, 42
"""Types of the records: counts, constants, the visible picture, where counts lie on it."""

HEADER = b"FLIR\0"
CONTENT = 32
"""Bytes before the content of a record that holds a picture."""

PLANCK_AT, PLANCK_MORE_AT = 88, 776
"""Where R1, B, F lie in the record of the camera, and where O, R2."""


@dataclass(frozen=True)
class Planck:
    """Counts to Kelvin.

    Attributes:
        r1: And ``r2``, ``b``, ``f``, ``o``: the constants of the camera.
        emissivity: Of the object, 0…1, and
        reflected_k: the temperature of what it reflects, Kelvin, as they were set on the camera.
    """

    r1: float
    r2: float
    b: float
    f: float
    o: float
    emissivity: float
    reflected_k: float

    def __call__(self, counts: Numbers) -> Numbers:
        """Return Kelvin of counts, float32; NaN below what the formula knows."""
        reflected = self.r1 / (self.r2 * (np.exp(self.b / self.reflected_k) - self.f)) - self.o
        own = (np.asarray(counts, np.float64) - (1 - self.emissivity) * reflected) / self.emissivity
        with np.errstate(all="ignore"):
            kelvin = self.b / np.log(self.r1 / (self.r2 * (own + self.o)) + self.f)
        return np.asarray(kelvin, np.float32)

    @property
    def is_sound(self) -> bool:
        """The constants can be those of a camera."""
        return self.r1 > 0 and self.r2 > 0 and self.b > 0 and 0 < self.emissivity <= 1 and self.reflected_k > 100


@dataclass(frozen=True, eq=False)
class Radiometric:
    """What a radiometric JPEG holds.

    Attributes:
        maker: Of the camera.
        counts: ``(H, W)`` uint16.
        kelvin: What they mean, or None.
        visible: ``(H, W, 3)`` uint8 BGR or ``(H, W)``, or None.
        ir_to_vis: Where counts lie on ``visible``; empty where the camera does not say.
    """

    maker: str
    counts: Image
    kelvin: Planck | None = None
    visible: Image | None = None
    ir_to_vis: Placement = ()


def read_flir(data: bytes, zoom: float = 1.0) -> Radiometric | None:
    """Return what the FLIR block of a JPEG holds, or None if it has no counts.

    Args:
        data: The file.
        zoom: Digital zoom of the coloured picture. Counts are those of the whole sensor, the scale is that of the zoom.

    Raises:
        ValueError: The block is damaged.
    """
    records = _records(data)
    try:
        return _read(records, zoom) if RAW in records else None
    except (struct.error, IndexError, cv2.error) as error:
        raise ValueError(f"its block of counts is damaged: {error}") from None


def holds_counts(data: bytes) -> bool:
    """Tell whether a JPEG has a FLIR block."""
    return any(marker == APP1 and body.startswith(HEADER) for marker, body in segments(data))


def holds_both(data: bytes) -> bool:
    """Tell whether a JPEG holds counts and a visible picture, without decoding them.

    Raises:
        ValueError: The block is damaged.
    """
    return {RAW, EMBEDDED} <= _records(data).keys()


def _read(records: dict[int, bytes], zoom: float) -> Radiometric:
    counts = _counts(records[RAW])
    visible = _embedded(records[EMBEDDED]) if EMBEDDED in records else None
    place = _placement(records.get(IN_PICTURE, b""), counts, visible, zoom)
    return Radiometric("FLIR", counts, _planck(records.get(CAMERA, b"")), visible, place)


def _records(data: bytes) -> dict[int, bytes]:
    """Return the records of the FLIR block of a JPEG by their types; none where there is no block."""
    parts = {
        body[6]: body[8:]
        for marker, body in segments(data)
        if marker == APP1 and body.startswith(HEADER) and len(body) > 8
    }
    block = b"".join(parts[number] for number in sorted(parts))
    if block[:3] != b"FFF":
        return {}
    order = ">" if int.from_bytes(block[0x14:0x18], "big") < 1000 else "<"  # the version, about 100
    found: dict[int, bytes] = {}
    try:
        start, count = struct.unpack_from(f"{order}II", block, 0x18)
        for number in range(min(count, 256)):
            kind, _, _, _, offset, length = struct.unpack_from(f"{order}HHIIII", block, start + 32 * number)
            if kind:
                found.setdefault(kind, block[offset : offset + length])
    except struct.error as error:
        raise ValueError(f"its block of counts is damaged: {error}") from None
    return found


def _order(record: bytes) -> str:
    """Return the byte order of a record; its first number is small."""
    return "<" if record[1] == 0 else ">"


def _counts(record: bytes) -> Image:
    order = _order(record)
    width, height = struct.unpack_from(f"{order}HH", record, 2)
    content = record[CONTENT:]
    if content.startswith(b"\x89PNG"):
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
        if image is None or image.dtype != np.uint16 or image.ndim != 2:
            raise ValueError("its counts are damaged")
        swapped = image.byteswap()  # most cameras write the low byte first, which PNG does not know
        return swapped if _roughness(swapped) < _roughness(image) else image
    if width * height * 2 > len(content) or not width * height:
        raise ValueError("its counts are not whole")
    return np.frombuffer(content, f"{order}u2", width * height).reshape(height, width).astype(np.uint16)


def _roughness(image: Image) -> float:
    """Return how much neighbours differ; bytes in the wrong order make noise of a picture."""
    return float(np.abs(np.diff(image.astype(np.int32), axis=1)).mean())


def _embedded(record: bytes) -> Image | None:
    content = np.frombuffer(record[CONTENT:], np.uint8)
    image = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
    if image is None or image.dtype != np.uint8:
        return None
    if image.ndim == 3 and record[CONTENT:].startswith(b"\x89PNG"):  # its channels are Y, Cb, Cr, read as R, G, B
        return cv2.cvtColor(np.ascontiguousarray(image[..., [2, 0, 1]]), cv2.COLOR_YCrCb2BGR)
    return image


def _placement(record: bytes, counts: Image, visible: Image | None, zoom: float) -> Placement:
    """Return the homography from counts to the visible picture.

    The camera gives how many times the view of infrared goes into that of the visible picture, and how far its middle
    lies beside the middle, in visible pixels.
    """
    if visible is None or len(record) < 8:
        return ()
    ratio, right, down = struct.unpack_from(f"{_order_of_ratio(record)}fhh", record)
    if not 0.1 < ratio < 20:
        return ()
    (height, width), (ir_height, ir_width) = visible.shape[:2], counts.shape
    scale = width * zoom / ratio / ir_width
    left, top = (width - ir_width * scale) / 2 + right, (height - ir_height * scale) / 2 + down
    # Pixels are counted from the centre of the first, half a pixel inside the edge.
    return ((scale, 0.0, left + (scale - 1) / 2), (0.0, scale, top + (scale - 1) / 2), (0.0, 0.0, 1.0))


def _order_of_ratio(record: bytes) -> str:
    little, big = (abs(struct.unpack_from(f"{order}f", record)[0]) for order in "<>")
    return "<" if 0.1 < little < 20 or not 0.1 < big < 20 else ">"


def _planck(record: bytes) -> Planck | None:
    if len(record) < PLANCK_MORE_AT + 8:
        return None
    order = _order(record)
    emissivity, _, reflected_k = struct.unpack_from(f"{order}fff", record, CONTENT)
    r1, b, f = struct.unpack_from(f"{order}fff", record, PLANCK_AT)
    o, r2 = struct.unpack_from(f"{order}if", record, PLANCK_MORE_AT)
    found = Planck(r1, r2, b, f, o, emissivity, reflected_k)
    return found if found.is_sound else None
