"""Damage that a decoder passes over in silence, seen in what goes into it.

FFV1 keeps a sum for each slice (RFC 9043, 4.9); where one is wrong, ffmpeg writes a line to its log and hands out the
picture. Slices of zeros, which a bad sector leaves, are taken by some decoders for "nothing has changed".
"""

import zlib

from av.packet import Packet
from av.video.stream import VideoStream

UNCODED = frozenset(
    (
        *("012v", "avrp", "avui", "ayuv", "bitpacked", "cljr", "frwu", "r10k", "r210", "rawvideo"),
        *("v210", "v210x", "v308", "v408", "v410", "wrapped_avframe", "y41p", "yuv4"),
    )
)
"""What is written as it is: there a black picture is zeros."""
LEAST = 16
"""Bytes of a packet from which on it can be judged."""
FOOTER = 8
"""Bytes at the end of a slice of FFV1: three of its length, one of its state, four of its sum."""
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_NO_REST = 0xFFFFFFFF
"""What zlib says where a sum and what it is of leave no rest; begun with the same it counts from zero, as FFV1 does."""


class PacketCheck:
    """Looks at the packets of one track, in their order."""

    def __init__(self, stream: VideoStream) -> None:
        codec = stream.codec_context.name
        self._may_be_zero = codec in UNCODED
        self._is_ffv1 = codec == "ffv1"
        self._has_sums = self._is_spoilt = False

    def is_empty(self, packet: "Packet[VideoStream]") -> bool:
        """Tell whether a packet holds nothing but zeros, which no encoder writes."""
        if self._may_be_zero or packet.size < LEAST:
            return False
        data = memoryview(packet)
        return not any(data[:LEAST]) and not any(data)

    def is_wrong(self, packet: "Packet[VideoStream]") -> bool:
        """Tell whether a picture cannot be what was written: its sums are wrong, or those of one it builds upon."""
        if not self._is_ffv1:
            return False
        self._is_spoilt &= not packet.is_keyframe
        is_whole = slices_are_whole(bytes(packet))
        self._has_sums |= is_whole
        self._is_spoilt |= self._has_sums and not is_whole
        return self._is_spoilt


def slices_are_whole(data: bytes) -> bool:
    """Tell whether all slices of a picture of FFV1 have sums and these are right."""
    end = len(data)
    while end >= FOOTER:
        begin = end - FOOTER - int.from_bytes(data[end - FOOTER : end - FOOTER + 3], "big")
        if begin < 0 or zlib.crc32(data[begin:end].translate(_MIRRORED), _NO_REST) != _NO_REST:
            return False
        end = begin
    return end == 0
