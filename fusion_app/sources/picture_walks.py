"""Whether files that are one picture behind the other are whole: GIF (89a), YUV4MPEG2, bare JPEG pictures.

Each walk gets an open file and its size, and returns whether something in the middle is not what belongs there, and
whether the file ends within something.
"""

import mmap
import os
import re
from pathlib import Path
from typing import BinaryIO

JPEG_BEGIN, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
JPEG_FILLING = b"\0\xff"
"""What writers put between two pictures."""
JPEG_MARKER = re.compile(rb"\xff[^\0\xff\xd0-\xd7]")
"""Any but those that stand among what is coded."""
JPEG_LEAST_SEGMENT = 0xC0
Y4M_HEAD = 4096
Y4M_LAYOUT = re.compile(r"(?P<planes>mono|420|422|444)(?:jpeg|mpeg2|paldv)?p?(?P<bits>\d+)?")
CHROMA_STEPS = {"mono": (0, 0), "420": (2, 2), "422": (2, 1), "444": (1, 1)}
"""Pixels across and down for each of chroma; 0: there is none."""
GIF_IMAGE, GIF_EXTENSION, GIF_END = 0x2C, 0x21, 0x3B


def gif(file: BinaryIO, size: int) -> tuple[bool, bool]:
    """Go through a GIF from block to block, up to the byte that ends it."""
    at = 13 + _colours(file, 10)
    while at < size:
        file.seek(at)
        kind = file.read(1)[0]
        if kind == GIF_END:
            return False, False
        if kind == GIF_IMAGE:
            at = _behind_sub_blocks(file, at + 11 + _colours(file, at + 9), size)
        elif kind == GIF_EXTENSION:
            at = _behind_sub_blocks(file, at + 2, size)
        else:
            return True, False
    return False, True


def is_still_gif(path: Path) -> bool:
    """Tell whether a file is a GIF of one picture, and not of several."""
    with path.open("rb") as file:
        if file.read(4) != b"GIF8":
            return False
        size = file.seek(0, os.SEEK_END)
        at, images = 13 + _colours(file, 10), 0
        while at < size and images < 2:
            file.seek(at)
            kind = file.read(1)[0]
            if kind not in (GIF_IMAGE, GIF_EXTENSION):
                break
            images += kind == GIF_IMAGE
            at = _behind_sub_blocks(file, at + 2 if kind == GIF_EXTENSION else at + 11 + _colours(file, at + 9), size)
    return images == 1


def _colours(file: BinaryIO, at: int) -> int:
    """Return the bytes of the table of colours that the flags at ``at`` tell of."""
    file.seek(at)
    flags = (file.read(1) or b"\0")[0]
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _behind_sub_blocks(file: BinaryIO, at: int, size: int) -> int:
    while at < size:
        file.seek(at)
        length = file.read(1)[0]
        at += 1 + length
        if not length:
            break
    return at


def y4m(file: BinaryIO, size: int) -> tuple[bool, bool]:
    """Go through a YUV4MPEG2 file from frame to frame."""
    head = file.readline(Y4M_HEAD)
    length = _frame_bytes(head)
    at = len(head)
    while length and at < size:
        file.seek(at)
        line = file.readline(Y4M_HEAD)
        if not line.startswith(b"FRAME"):
            return not b"FRAME".startswith(line), b"FRAME".startswith(line)
        at += len(line) + length
    return False, at > size


def _frame_bytes(head: bytes) -> int:
    """Return the bytes of a frame; 0 for a layout of planes that is not known here."""
    words = {word[:1]: word[1:].decode("ascii", "replace") for word in head.split()[1:]}
    layout = Y4M_LAYOUT.fullmatch(words.get(b"C", "420"))
    if layout is None:
        return 0
    width, height = int(words[b"W"]), int(words[b"H"])
    across, down = CHROMA_STEPS[layout["planes"]]
    chroma = 2 * (-(-width // across) * -(-height // down)) if across else 0
    return (width * height + chroma) * (2 if layout["bits"] else 1)


def jpegs(file: BinaryIO, size: int) -> tuple[bool, bool]:
    """Go through JPEG pictures, one behind the other, from marker to marker (ITU-T T.81, annex B)."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = 0
        while at < size:
            begin = data.find(JPEG_BEGIN, at)
            between = data[at : size if begin < 0 else begin]
            if between.strip(JPEG_FILLING):
                return True, False
            if begin < 0:
                return False, False
            end = _jpeg_end(data, begin + 2)
            if end <= 0:
                return end < 0, end == 0
            at = end
    return False, False


def _jpeg_end(data: mmap.mmap, at: int) -> int:
    """Return where a picture ends whose first marker is at ``at``; 0 if the file ends before, -1 if it is damaged."""
    while found := JPEG_MARKER.search(data, at):
        marker, at = found[0][1], found.end()
        if marker == JPEG_END[1]:
            return at
        if marker < JPEG_LEAST_SEGMENT or marker == JPEG_BEGIN[1]:
            return -1
        at += int.from_bytes(data[at : at + 2], "big")
    return 0
