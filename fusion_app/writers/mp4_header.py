"""The header of a fragmented MP4 once its end is known: its length, and no half fragment behind it.

Such a file is begun with a header that knows nothing of the length (ISO 14496-12, 8.2.2 and 8.3.2). Players that read
only that would show 0:00 and no bar to seek with.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

HEAD = 8
MVHD, TKHD = 8, 16
"""Bytes of times and ids before time scale or duration, in version 0 of the two boxes (flags are counted apart)."""


def finish_header(path: Path, end_s: float) -> None:
    """Write into ``path``, which ends after ``end_s`` seconds, how long it is; nothing if it is no such file."""
    with suppress(OSError, struct.error), path.open("r+b") as file:
        _cut_half_fragment(file)
        for kind, at, length in _boxes(file, 0, file.seek(0, os.SEEK_END)):
            if kind == b"moov":
                _tell_length(file, at + HEAD, at + length, end_s)
                return


def _tell_length(file: BinaryIO, begin: int, end: int, end_s: float) -> None:
    ticks = 0
    for kind, at, length in list(_boxes(file, begin, end)):
        if kind == b"mvhd":
            ticks = _scale_and_set(file, at + HEAD, end_s)
        elif kind == b"trak":
            for inner, place, _ in list(_boxes(file, at + HEAD, at + length)):
                if inner == b"tkhd" and ticks:
                    _put(file, place + HEAD + 4 + TKHD, ticks)


def _scale_and_set(file: BinaryIO, at: int, end_s: float) -> int:
    """Set the duration of the movie and return it in its ticks; 0 where that is not in version 0."""
    file.seek(at)
    version = file.read(4)[0]
    if version:
        return 0
    file.seek(at + 4 + MVHD)
    scale = int.from_bytes(file.read(4), "big")
    ticks = min(round(end_s * scale), 0xFFFF_FFFE)
    _put(file, at + 4 + MVHD + 4, ticks)
    return ticks


def _put(file: BinaryIO, at: int, value: int) -> None:
    file.seek(at)
    file.write(struct.pack(">I", value))


def _cut_half_fragment(file: BinaryIO) -> None:
    """Take the header of a fragment off that a full disk has cut: no player opens an MP4 that ends within one."""
    size = file.seek(0, os.SEEK_END)
    for kind, at, length in _boxes(file, 0, size):
        if kind == b"moof" and at + length > size:
            file.truncate(at)
            return


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, place and length of the boxes between two places; one whose head is cut counts as a fragment."""
    while at < end:
        file.seek(at)
        head = file.read(HEAD)
        length = int.from_bytes(head[:4], "big") if len(head) == HEAD else end
        yield (head[4:] if len(head) == HEAD else b"moof"), at, length
        at += max(length, HEAD)
