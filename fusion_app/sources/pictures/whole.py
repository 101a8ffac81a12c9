"""Whether a JPEG or WebP is whole, where the library that decodes it fills what is missing and says nothing.

A JPEG is damaged if libjpeg would have to guess, which it only tells on the terminal (simplejpeg raises it). One with
wrong bytes in possible places is damaged if ffmpeg, told to be strict, finds fault with it, or if there are zeros among
what is coded, and if libjxl, which must be able to give back each of its bytes, does not take it either; each of these
two alone may dislike a whole picture of a rare kind.
"""

import re

import av
import av.error
import imagecodecs
import simplejpeg
from av.packet import Packet

from fusion_app.frames import Image

END_OF_JPEG = b"\xff\xd9"
START_OF_SCAN = b"\xff\xda"
ZEROS = bytes(32)
"""More of them in a row than coded pixels hold, except some pictures of one colour."""
WEBP_ZEROS = bytes(64)
"""So many at the end stand for a part of a picture that has one colour, or for nothing."""
FLAT, FLAT_ROWS = 8, 2
"""Levels that one colour differs by once it was coded, and the rows at the bottom of a picture that are looked at."""
WEBP_HEAD = 12
_FILLED = re.compile(r"(\d+) extraneous bytes before marker 0xd9")


def is_damaged_jpeg(data: bytes) -> bool:
    """Tell whether pixels are missing in a JPEG, or others than were written; an end marker may be missing."""
    scan = max(0, data.rfind(START_OF_SCAN))
    if data.find(END_OF_JPEG, scan) < 0 and data.endswith(ZEROS):
        return True  # room that was taken for a file and never filled
    if not data.rstrip(b"\0").endswith(END_OF_JPEG):
        data += END_OF_JPEG
    if _is_guessed(data):
        return True
    is_suspicious = data.find(ZEROS, scan) >= 0 or not _decodes(data)
    return is_suspicious and not _can_be_given_back(data)


def _is_guessed(data: bytes) -> bool:
    """Tell whether libjpeg warns while it decodes; what fills a file up before its end marker is no damage."""
    try:
        kind = simplejpeg.decode_jpeg_header(data, strict=True)[2]
        colours = {"Gray": "GRAY", "CMYK": "CMYK", "YCCK": "CMYK"}.get(kind, "BGR")
        simplejpeg.decode_jpeg(data, colorspace=colours, strict=True)
    except ValueError as error:
        filled = _FILLED.search(str(error))
        return filled is None or len(set(data[: data.rfind(END_OF_JPEG)][-int(filled[1]) :])) > 1
    return False


def _decodes(data: bytes) -> bool:
    decoder = av.CodecContext.create("mjpeg", "r")
    decoder.options = {"err_detect": "explode"}
    decoder.thread_count = 1
    try:
        return bool(decoder.decode(Packet(data)) + decoder.decode(None))
    except (av.error.FFmpegError, ValueError):
        return False


def _can_be_given_back(data: bytes) -> bool:
    try:
        imagecodecs.jpegxl_encode_jpeg(data)
    except (imagecodecs.JpegxlError, ValueError, RuntimeError):
        return False
    return True


def is_damaged_webp(data: bytes, image: Image) -> bool:
    """Tell whether the end of a WebP is zeros, as in a copy that was broken off, though its picture has no flat end.

    Where a picture ends in one colour, zeros may be what stands for it; so a hole in the middle cannot be told at all.
    """
    end = WEBP_HEAD - 4 + int.from_bytes(data[4:8], "little")
    bottom = image[-FLAT_ROWS:].reshape(FLAT_ROWS * image.shape[1], -1)
    return data[:end].endswith(WEBP_ZEROS) and int((bottom.max(axis=0) - bottom.min(axis=0)).max()) > FLAT
