"""Whether files that are one picture behind the other are whole: GIF (89a), YUV4MPEG2, bare JPEG pictures.

Each walk gets an open file and its size, and returns whether something in the middle is not what belongs there, and
whether the file ends within something.
"""

import os
import re
from pathlib import Path
from typing import BinaryIO

JPEG_BEGIN, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
JPEG_LOOK = 8 << 20
"""Bytes at the end of the file in which the last picture begins."""
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
    """Look whether the last of many JPEG pictures ends."""
    file.seek(max(0, size - JPEG_LOOK), os.SEEK_SET)
    data = file.read()
    return False, data.rfind(JPEG_BEGIN) > data.rfind(JPEG_END)
