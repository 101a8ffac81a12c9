"""What of a stream of H.264 has to be known beside its pictures: its units, its parameters, the time of capture.

A frame comes from the encoder as NAL units, each behind a start code (ITU-T H.264, annex B).
"""

from collections.abc import Iterator
from typing import NamedTuple

START = b"\x00\x00\x00\x01"
PICTURE, SEI, SPS, PPS = range(1, 6), 6, 7, 8
"""Types of units: parts of a picture, what is said beside it, parameters of the stream and of its pictures."""
TIME_ID = b"MISPmicrosectime"
"""The UUID of MISB ST 0604, by which ground stations know the time in a stream of H.264."""
NOT_LOCKED = 0x9F
"""Its status: the clock is this machine's, and nobody promises that it is right."""
TIME_BYTES = len(TIME_ID) + 12


class Unit(NamedTuple):
    """A NAL unit.

    Attributes:
        kind: Its type, 1 to 31.
        data: It, without a start code.
        begin: Where its start code begins.
    """

    kind: int
    data: bytes
    begin: int


def units_of(data: bytes) -> Iterator[Unit]:
    """Yield the units of an encoded frame, whose start codes have three or four bytes."""
    at = data.find(START[1:])
    while at >= 0:
        end = data.find(START[1:], at + 3)
        unit = data[at + 3 : end if end >= 0 else len(data)].rstrip(b"\x00")  # a unit ends with a bit that is set
        if unit:
            begin = at - 1 if at and not data[at - 1] else at
            yield Unit(unit[0] & 31, unit, begin)
        at = end


def codec_of(sps: bytes) -> str:
    """Return what RFC 6381 calls a stream with these parameters, as ``avc1.4d401e``: profile, constraints, level."""
    return f"avc1.{sps[1:4].hex()}"


def time_unit(at_us: int) -> bytes:
    """Return a unit that says when the frame was captured (MISB ST 0604).

    Args:
        at_us: Microseconds since 1970, UTC, of this machine's clock.
    """
    pairs = at_us.to_bytes(8, "big")
    time = b"\xff".join(pairs[at : at + 2] for at in range(0, 8, 2))  # 0xff keeps it from looking like a start code
    return bytes((SEI, 5, TIME_BYTES)) + TIME_ID + bytes((NOT_LOCKED,)) + time + b"\x80"


def with_time(data: bytes, at_us: int) -> bytes:
    """Return an encoded frame with the time at which it was captured, before its picture."""
    begin = next((unit.begin for unit in units_of(data) if unit.kind in PICTURE), 0)
    return data[:begin] + START + time_unit(at_us) + data[begin:]


def time_of(user_data: bytes) -> int | None:
    """Return the time that a receiver finds beside a frame, as `time_unit` wrote it; None if that is something else.

    Args:
        user_data: UUID and content of an SEI message "user data unregistered".
    """
    if len(user_data) != TIME_BYTES or not user_data.startswith(TIME_ID):
        return None
    time = user_data[len(TIME_ID) + 1 :]
    return int.from_bytes(b"".join(time[at : at + 2] for at in range(0, 11, 3)), "big")
