"""Whether files of the broadcasters' and of bare streams are whole: MXF, IVF, Ogg, fragmented MP4, H.264, HEVC, MPEG.

Layouts: MXF (SMPTE 377-1, of units with a key and a length, SMPTE 336), IVF (as VP8's tools write it), Ogg (RFC 3533),
fragments of MP4
(ISO 14496-12, 8.8), byte streams with start codes (H.264, annex B; MPEG-2, ISO 13818-2).
"""

import re
import zlib
from itertools import pairwise
from statistics import median
from typing import BinaryIO

MXF_KEY = b"\x06\x0e\x2b\x34"
MXF_RUN_IN = 65_536
IVF_HEAD, IVF_FRAME = 32, 12
OGG_HEAD, OGG_LAST = 27, 4
MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
MOST_TICKS = 1 << 32
"""So far the time of a frame never lies behind that of the one before it."""
AT_ONCE = 1 << 20
FORBIDDEN = re.compile(rb"\0{4,}[^\0\1]")
"""Zeros that are no filling before a start code, which ends in 1; within pictures there are never so many."""
BOX_NAME = re.compile(rb"[A-Za-z0-9 \xa9_-]{4}")


def is_empty(file: BinaryIO, at: int) -> bool:
    """Tell whether nothing but zeros follows: room that a recorder took and never filled."""
    file.seek(at)
    return not any(any(part) for part in iter(lambda: file.read(AT_ONCE), b""))


def mxf(file: BinaryIO, size: int) -> tuple[bool, bool]:
    """Go through an MXF from unit to unit."""
    at = max(0, file.read(MXF_RUN_IN).find(MXF_KEY))
    while at + 17 <= size:
        file.seek(at)
        head = file.read(25)
        if not head.startswith(MXF_KEY):
            return not is_empty(file, at), False
        more = head[16] & 0x7F if head[16] & 0x80 else 0
        length = int.from_bytes(head[17 : 17 + more], "big") if more else head[16]
        at += 17 + more + length
    return False, at > size


def ivf(file: BinaryIO, size: int) -> tuple[bool, bool]:
    """Go through an IVF from frame to frame; their times only rise."""
    at, last = IVF_HEAD, -1
    while at + IVF_FRAME <= size:
        file.seek(at)
        head = file.read(IVF_FRAME)
        length, ticks = int.from_bytes(head[:4], "little"), int.from_bytes(head[4:], "little")
        if not length or not last < ticks <= last + MOST_TICKS:
            return not is_empty(file, at), False
        at, last = at + IVF_FRAME + length, ticks
    return False, at != size


def ogg(file: BinaryIO, size: int) -> tuple[bool, bool]:
    """Go through an Ogg file from page to page: each has a number and a checksum, and the last of a track says so."""
    at, numbers, ended = 0, dict[bytes, int](), set[bytes]()
    while at + OGG_HEAD <= size:
        file.seek(at)
        head = file.read(OGG_HEAD)
        if not head.startswith(b"OggS"):
            return not is_empty(file, at), False
        lengths = file.read(head[26])
        page = head[:22] + bytes(4) + head[26:] + lengths + file.read(sum(lengths))
        if at + len(page) > size or len(page) < OGG_HEAD + head[26] + sum(lengths):
            return False, True
        track, number = head[14:18], int.from_bytes(head[18:22], "little")
        if number != numbers.get(track, number - 1) + 1 or _ogg_sum(page) != int.from_bytes(head[22:26], "little"):
            return True, False
        numbers[track], at = number, at + len(page)
        if head[5] & OGG_LAST:
            ended.add(track)
    return False, at != size or ended != set(numbers)


def _ogg_sum(page: bytes) -> int:
    """Return Ogg's checksum: that of zlib with the bits of every byte, and of the result, the other way round."""
    mirrored = zlib.crc32(page.translate(MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def byte_stream(file: BinaryIO, size: int) -> tuple[bool, bool]:
    """Look for zeros where no stream with start codes has them."""
    rest = b""
    while data := file.read(AT_ONCE):
        if FORBIDDEN.search(rest + data):
            return True, False
        rest = data[-8:]
    return False, False


class Fragments:
    """What the fragments of an MP4 tell.

    Attributes:
        is_damaged: One is missing, or something else lies between them.
        frames: Those of the video track by the times of its fragments, also where some are missing; 0: not known.
    """

    def __init__(self, file: BinaryIO, size: int, video_id: int) -> None:
        self.is_damaged = False
        self._video_id = video_id
        self._last_number = 0
        self._parts: list[tuple[int, int, int]] = []
        """Number of each fragment, the time at which its video begins, and its frames."""
        at = 0
        while 0 <= at < size:
            at = self._next(file, at, size)

    def _next(self, file: BinaryIO, at: int, size: int) -> int:
        """Look at the box at ``at``, and return where the next one is; -1 for none."""
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8 or not BOX_NAME.fullmatch(head[4:8]):
            return self._behind_damage(file, at) if self._parts else -1
        if head[4:8] == b"moof" and at + length <= size:
            file.seek(at)
            self._take(file.read(length))
        return at + length

    def _behind_damage(self, file: BinaryIO, at: int) -> int:
        file.seek(at)
        rest, begin = b"", at
        while data := file.read(AT_ONCE):
            found = (rest + data).find(b"moof")
            if found >= 4:
                self.is_damaged = True
                return begin - len(rest) + found - 4
            begin += len(data)
            rest = (rest + data)[-8:]
        return -1

    def _take(self, box: bytes) -> None:
        number = int.from_bytes(_inside(box, b"mfhd")[4:8], "big")
        self.is_damaged |= bool(self._parts) and number > self._last_number + 1
        self._last_number = number
        for part in _boxes(box[8:], b"traf"):
            frames = sum(int.from_bytes(run[4:8], "big") for run in _boxes(part, b"trun"))
            time = _inside(part, b"tfdt")
            if int.from_bytes(_inside(part, b"tfhd")[4:8], "big") == self._video_id and time:
                self._parts.append((number, int.from_bytes(time[4:12] if time[0] else time[4:8], "big"), frames))
                return
        self._parts.append((number, -1, 0))

    @property
    def frames(self) -> int:
        """How many frames there should be, by the times; 0 where that is not known."""
        parts = [part for part in self._parts if part[1] >= 0 and part[2]]
        steps = [
            (after[1] - before[1]) / before[2]
            for before, after in pairwise(parts)
            if after[0] == before[0] + 1 and after[1] > before[1]
        ]
        return round((parts[-1][1] - parts[0][1]) / median(steps)) + parts[-1][2] if steps else 0


def _boxes(data: bytes, kind: bytes) -> list[bytes]:
    """Return the contents of all boxes of ``kind`` in ``data``, which is a row of boxes."""
    found, at = [], 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length < 8:
            break
        if data[at + 4 : at + 8] == kind:
            found.append(data[at + 8 : at + length])
        at += length
    return found


def _inside(data: bytes, kind: bytes) -> bytes:
    """Return the content of the first box of ``kind``: within the box ``data``, or in the row of boxes that it is."""
    return next(iter(_boxes(data[8:] if data[4:8] == b"moof" else data, kind)), b"")
