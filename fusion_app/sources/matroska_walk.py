"""Through a Matroska or WebM file from element to element (RFC 8794, RFC 9559), to see whether it is whole."""

from typing import BinaryIO

EBML, SEGMENT, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
VOID, CRC = 0xEC, 0xBF
TOP = frozenset(
    (0x114D9B74, 0x1549A966, 0x1654AE6B, CLUSTER, 0x1C53BB6B, 0x1043A770, 0x1941A469, 0x1254C367, VOID, CRC)
)
"""What a segment holds: seek head, info, tracks, clusters, cues, chapters, attachments, tags."""
IN_CLUSTER = frozenset((0xE7, 0xA3, 0xA0, 0xAB, 0xA7, 0x5854, 0xAF, VOID, CRC))
"""Its time, blocks, groups of blocks, and what else is rare."""
UNKNOWN = -1
"""Size of what was written while nobody knew how long it would be."""


def walk_matroska(file: BinaryIO, size: int) -> tuple[bool, bool]:
    """Return whether ``file`` of ``size`` bytes is damaged in the middle, and whether it ends too early."""
    kind, length, at = _head(file, 0)
    at += max(length, 0)
    kind, length, at = _head(file, at)
    if kind != SEGMENT:
        return True, False
    end = size if length == UNKNOWN else at + length
    while at < min(end, size):
        kind, length, content = _head(file, at)
        if kind in (EBML, SEGMENT):
            return False, False  # another file was joined on; what it holds is its own matter
        if kind not in TOP:
            return size - at >= 16, size - at < 16
        if kind == CLUSTER:
            stop = size if length == UNKNOWN else content + length
            at, is_damaged = _through_cluster(file, content, min(stop, size), is_open=length == UNKNOWN)
            if is_damaged:
                return True, stop > size
            at = stop if length != UNKNOWN else at
        else:
            at = content + length
    return False, max(at, end) > size


def _through_cluster(file: BinaryIO, at: int, stop: int, *, is_open: bool) -> tuple[int, bool]:
    """Return where a cluster ends, and whether something in it is not what belongs there."""
    while at < stop:
        kind, length, content = _head(file, at)
        if is_open and kind in TOP - {VOID, CRC}:
            return at, False
        if kind not in IN_CLUSTER or length == UNKNOWN:
            return at, stop - at >= 16
        at = content + length
    return at, False


def _head(file: BinaryIO, at: int) -> tuple[int, int, int]:
    """Return the kind of an element, the length of its content, and where that begins; kind 0 for none."""
    file.seek(at)
    data = file.read(12)
    kind_bytes = 9 - data[0].bit_length() if data and data[0] else 0
    if not 1 <= kind_bytes <= 4 or len(data) <= kind_bytes or not data[kind_bytes]:
        return 0, 0, at
    length_bytes = 9 - data[kind_bytes].bit_length()
    raw = data[kind_bytes : kind_bytes + length_bytes]
    mask = (1 << 7 * length_bytes) - 1
    length = int.from_bytes(raw, "big") & mask
    return int.from_bytes(data[:kind_bytes], "big"), UNKNOWN if length == mask else length, at + kind_bytes + len(raw)
