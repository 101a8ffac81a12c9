"""Makes the picture files that tests read, each of a kind that people really have."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np

from tests.media import Array

WIDTH, HEIGHT = 48, 32


def colour() -> Array:
    """A picture without any symmetry, ``(32, 48, 3)`` uint8 BGR; smooth, so that JPEG keeps it."""
    x, y = np.meshgrid(np.linspace(0, 1, WIDTH), np.linspace(0, 1, HEIGHT))
    planes = (40 + 180 * x, 30 + 200 * y, 60 + 120 * x * (1 - y))
    return np.dstack([np.rint(plane).astype(np.uint8) for plane in planes])


def counts() -> Array:
    """Counts of a thermal camera, ``(32, 48)`` uint16, that fill a tiny part of 16 bit."""
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    return (29_000 + 7 * x + 3 * y).astype(np.uint16)


def exif(orientation: int) -> bytes:
    """Return a little-endian EXIF block that says how the camera was held."""
    return b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 274, 3, 1, orientation, 0, 0)


def write(path: Path, image: Array, *options: int) -> Path:
    """Write ``image`` with OpenCV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image, list(options))
    return path


def png_chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def segment(marker: int, data: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """Return a JPEG with these segments behind its start."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def jpeg(image: Array, quality: int = 98) -> bytes:
    """Return ``image`` as JPEG."""
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
