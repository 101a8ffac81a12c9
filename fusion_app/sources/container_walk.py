"""Whether a video file is whole, by the boxes, clusters or packets that it is made of.

ffmpeg passes over damage and goes on at the next place that it understands, and says nothing of what lay between. Here
a file is gone through from head to head, without decoding. Layouts: Matroska (RFC 9559), MPEG-2 Systems (ISO 13818-1),
FLV (Adobe's specification 10.1, annex E), ASF (Microsoft's specification 2.3), RIFF.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from fusion_app.sources import picture_walks, stream_walks
from fusion_app.sources.matroska_walk import walk_matroska
from fusion_app.sources.stream_walks import Fragments, is_empty

TS_SYNC = 0x47
TS_PACKETS = {188: 0, 192: 4, 204: 0}
"""Bytes of a packet of a transport stream, and where in it the sync byte lies."""
END_OF_PROGRAM = b"\0\0\1\xb9"
TS_AT_ONCE = 20_000
TS_LOOK = 5
"""So many packets in a row tell where packets begin."""


@dataclass(frozen=True)
class Structure:
    """What a walk has found.

    Attributes:
        is_damaged: Something in the middle is not what belongs there.
        is_cut: The file ends within something, or before the place where it says that it ends.
        frames: How many there should be in the video track of a damaged file; 0 where that is not known.
    """

    is_damaged: bool = False
    is_cut: bool = False
    frames: int = 0


def structure_of(path: Path, container: str, video_id: int) -> Structure:
    """Return whether ``path`` is whole; of a container that is not known here nothing is found.

    Args:
        path: The file.
        container: Its name in ffmpeg: ``mpegts``, ``matroska,webm``, …
        video_id: Number of the video track in a transport stream or MP4.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            if container == "mpegts":
                return _transport_stream(file, size, video_id)
            if container.startswith("mov"):
                fragments = Fragments(file, size, video_id)
                return Structure(fragments.is_damaged, frames=fragments.frames if fragments.is_damaged else 0)
            walk = _WALKS.get(container.partition(",")[0])
            return Structure() if walk is None else Structure(*walk(file, size))
    except (OSError, ValueError, IndexError):
        return Structure()


def _flv(file: BinaryIO, size: int) -> tuple[bool, bool]:
    at = int.from_bytes(file.read(9)[5:9], "big") + 4
    while at < size:
        file.seek(at)
        head = file.read(11)
        if head[0] & 0x1F not in (8, 9, 18) or (len(head) == 11 and any(head[8:11])):
            return not is_empty(file, at), False
        if len(head) < 11:
            return False, True
        at += 11 + int.from_bytes(head[1:4], "big") + 4
    return False, at > size


_UNKNOWN_SIZE = 0xFFFFFFFF


def _riff(file: BinaryIO, size: int) -> tuple[bool, bool]:
    """Go through an AVI; lists are gone into, what lies between two of them may be anything.

    One that was written to a pipe does not say where it ends: it is cut off where its last piece is.
    """
    at, end = 0, 0
    while at + 8 <= size:
        file.seek(at)
        name, length = file.read(4), int.from_bytes(file.read(4), "little")
        if not name.replace(b"\0", b"").isascii() or not name.strip(b"\0 ").replace(b" ", b"").isalnum():
            return not is_empty(file, at), end > size
        if name == b"RIFF":
            end = max(end, at + 8 + length * (length != _UNKNOWN_SIZE))
        at += 12 if name in (b"RIFF", b"LIST") else 8 + length + length % 2
    return False, max(end, at - 1 if end <= 8 else 0) > size


_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_ASF_DATA_HEAD = 50
_ASF_BROADCAST = 1


def _asf(file: BinaryIO, size: int) -> tuple[bool, bool]:
    head = file.read(24)
    if not head.startswith(_ASF_HEADER):
        return True, False
    begin = int.from_bytes(head[16:24], "little")
    header = file.read(min(begin, 1 << 20) - 24)
    at = header.find(_ASF_FILE) + 40  # behind its name, its size and the number of the file
    if at < 40:
        return True, False
    said, flags = int.from_bytes(header[at : at + 8], "little"), header[at + 48]
    packet = int.from_bytes(header[at + 52 : at + 56], "little")
    file.seek(begin)
    data = file.read(24)
    end = begin + int.from_bytes(data[16:24], "little")
    is_cut = not flags & _ASF_BROADCAST and (size < said or size < end)
    return not data.startswith(_ASF_DATA) or _has_bad_packet(file, begin, min(end, size), packet), is_cut


def _has_bad_packet(file: BinaryIO, begin: int, end: int, packet: int) -> bool:
    """Tell whether a packet of ASF begins unlike the others: each begins with what it has for its correction."""
    starts = set()
    for at in range(begin + _ASF_DATA_HEAD, end - 2, packet or end):
        file.seek(at)
        starts.add(file.read(3))
    return b"\x82\0\0" in starts and len(starts) > 1


def _program_stream(file: BinaryIO, size: int) -> tuple[bool, bool]:
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(14)
        if len(head) < 6 and head != END_OF_PROGRAM:
            return False, True
        if head[:3] != b"\0\0\1" or head[3] < 0xB9:
            return not is_empty(file, at), False
        at += _length_of_packet(head)
    return False, at > size


def _length_of_packet(head: bytes) -> int:
    if head[3] == 0xB9:
        return 4
    if head[3] == 0xBA:
        return 14 + (head[13] & 7) if len(head) > 13 and head[4] & 0xC0 == 0x40 else 12
    return 6 + int.from_bytes(head[4:6], "big")


def _transport_stream(file: BinaryIO, size: int, video_id: int) -> Structure:
    begin, length = _ts_grid(file.read(204 * (TS_LOOK + 2)))
    if not length:
        return Structure(is_damaged=True)
    at, last = begin, -1
    while at + length <= size:
        file.seek(at)
        data = np.frombuffer(file.read(length * TS_AT_ONCE), np.uint8)
        packets = data[: data.size // length * length].reshape(-1, length)[:, TS_PACKETS[length] :]
        is_damaged, last = _ts_packets(packets, video_id, last)
        if is_damaged and (filled := int((packets[:, 0] == TS_SYNC).argmin())) and not packets[filled:].any():
            is_damaged, last = _ts_packets(packets[:filled], video_id, last)
            is_damaged |= not is_empty(file, at + filled * length)
        if is_damaged:
            return Structure(is_damaged=True, is_cut=(size - begin) % length != 0)
        at += packets.shape[0] * length
    return Structure(is_cut=at < size)


def _ts_grid(start: bytes) -> tuple[int, int]:
    """Return where the first packet begins, and how long packets are; 0 where there are none."""
    for begin in range(204):
        for length, sync in TS_PACKETS.items():
            places = range(begin + sync, min(len(start), begin + sync + TS_LOOK * length), length)
            if places and all(start[place] == TS_SYNC for place in places):
                return begin, length
    return 0, 0


def _ts_packets(packets: "np.typing.NDArray[np.uint8]", video_id: int, last: int) -> tuple[bool, int]:
    """Tell whether packets are missing, and return the counter of the last one of the video.

    A counter that jumps where a picture begins is where two recordings were joined; within one something is missing.
    """
    if (packets[:, 0] != TS_SYNC).any():
        return True, last
    ids = (packets[:, 1].astype(int) & 0x1F) << 8 | packets[:, 2]
    of_video = packets[(ids == video_id) & (packets[:, 3] & 0x10 != 0)]
    if not len(of_video):
        return False, last
    counters = of_video[:, 3].astype(int) & 0x0F
    before = np.concatenate(([last if last >= 0 else counters[0] - 1], counters[:-1]))
    step = (counters - before) % 16
    begins = (of_video[:, 1] & 0x40) != 0
    is_marked = ((of_video[:, 3] & 0x20) != 0) & (of_video[:, 4] > 0) & ((of_video[:, 5] & 0x80) != 0)
    return bool(((step > 1) & ~begins & ~is_marked).any()), int(counters[-1])


_WALKS: dict[str, Callable[[BinaryIO, int], tuple[bool, bool]]] = {
    "matroska": walk_matroska,
    "flv": _flv,
    "avi": _riff,
    "asf": _asf,
    "mpeg": _program_stream,
    "gif": picture_walks.gif,
    "yuv4mpegpipe": picture_walks.y4m,
    "mjpeg": picture_walks.jpegs,
    "mxf": stream_walks.mxf,
    "ivf": stream_walks.ivf,
    "ogg": stream_walks.ogg,
    "h264": stream_walks.byte_stream,
    "hevc": stream_walks.byte_stream,
    "m4v": stream_walks.byte_stream,
    "mpegvideo": stream_walks.byte_stream,
}
