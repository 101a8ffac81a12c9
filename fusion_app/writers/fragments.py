"""MP4 in fragments of one frame each, which browsers play while they come (ISO/IEC 14496-12 and -15).

ffmpeg's own writer gives a fragment only when the next frame has come, because it wants to know how long each is shown:
a frame more of latency. Here a frame's time runs from the frame before it to itself, so it can go at once.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from fusion_app.frames import Size
from fusion_app.writers.base import TICKS

"""Per second, in all times below."""
TRACK = 1
KEY, OTHER = 0x0200_0000, 0x0101_0000
"""Flags of a frame: it depends on no other; it does, and is no place to begin."""
BASE_IS_MOOF = 0x02_0000
MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000)


@dataclass(frozen=True)
class Piece:
    """A frame as it goes into a fragment.

    Attributes:
        number: Of the fragment, from 1.
        units: NAL units of the frame, without start codes.
        begin: From when it is shown, ticks.
        duration: For how long, ticks.
        is_key: A player can begin with it.
    """

    number: int
    units: Sequence[bytes]
    begin: int
    duration: int
    is_key: bool


def head_of(sps: bytes, pps: bytes, size: Size) -> bytes:
    """Return what stands before the first fragment: kind of file, and a track that is as long as it will be.

    Args:
        sps: Parameters of the stream, a NAL unit.
        pps: Parameters of its pictures, a NAL unit.
        size: Of its pictures.
    """
    movie = _full("mvhd", 0, 0, _many(0, 0, TICKS, 0, 0x10000), struct.pack(">HHII", 0x0100, 0, 0, 0), MATRIX,
                  bytes(24), _many(TRACK + 1))  # fmt: skip
    track = _full("tkhd", 0, 3, _many(0, 0, TRACK, 0, 0, 0, 0), bytes(8), MATRIX, _many(size[0] << 16, size[1] << 16))
    extends = _box("mvex", _full("trex", 0, 0, _many(TRACK, 1, 0, 0, 0)))
    return (
        _box("ftyp", b"isom", _many(0x200), b"isomiso5avc1mp41")
        + _box("moov", movie, _box("trak", track, _media(_sample_entry(sps, pps, size))), extends)
    )  # fmt: skip


def fragment_of(piece: Piece) -> bytes:
    """Return a fragment with one frame."""
    data = b"".join(struct.pack(">I", len(unit)) + unit for unit in piece.units)
    flags = KEY if piece.is_key else OTHER
    head = _moof(piece, len(data), flags, 0)
    return _moof(piece, len(data), flags, len(head) + 8) + _box("mdat", data)


def _moof(piece: Piece, size: int, flags: int, offset: int) -> bytes:
    """Return the head of a fragment whose data lie ``offset`` bytes after its beginning."""
    run = _full("trun", 0, 0x701, _many(1, offset, piece.duration, size, flags))
    track = _box(
        "traf",
        _full("tfhd", 0, BASE_IS_MOOF, _many(TRACK)),
        _full("tfdt", 1, 0, struct.pack(">Q", piece.begin)),
        run,
    )
    return _box("moof", _full("mfhd", 0, 0, _many(piece.number)), track)


def _media(entry: bytes) -> bytes:
    place = _box("dinf", _full("dref", 0, 0, _many(1), _full("url ", 0, 1)))
    empty = [_full(kind, 0, 0, _many(0)) for kind in ("stts", "stsc")]
    table = _box("stbl", _full("stsd", 0, 0, _many(1), entry), *empty, _full("stsz", 0, 0, _many(0, 0)),
                 _full("stco", 0, 0, _many(0)))  # fmt: skip
    return _box(
        "mdia",
        _full("mdhd", 0, 0, _many(0, 0, TICKS, 0), struct.pack(">HH", 0x55C4, 0)),
        _full("hdlr", 0, 0, _many(0), b"vide", bytes(12), b"fused\x00"),
        _box("minf", _full("vmhd", 0, 1, bytes(8)), place, table),
    )


def _sample_entry(sps: bytes, pps: bytes, size: Size) -> bytes:
    parameters = _box(
        "avcC",
        bytes((1, *sps[1:4], 0xFF, 0xE1)),  # units have lengths of four bytes; one set of parameters of each kind
        struct.pack(">H", len(sps)), sps, b"\x01", struct.pack(">H", len(pps)), pps,
    )  # fmt: skip
    seen = struct.pack(">HHIIIH", *size, 0x48_0000, 0x48_0000, 0, 1)
    return _box(
        "avc1", bytes(6), struct.pack(">H", 1), bytes(16), seen, bytes(32), struct.pack(">Hh", 24, -1), parameters
    )


def _box(kind: str, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I", 8 + len(data)) + kind.encode() + data


def _full(kind: str, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _many(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)
