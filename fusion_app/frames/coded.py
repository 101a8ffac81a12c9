"""Pictures as their source encoded them, so that a recording can copy them."""

import threading
from collections import deque
from dataclasses import dataclass, field

MOST_PACKETS = 1024
MOST_BYTES = 64_000_000
"""What a source keeps of its packets: 17 seconds of 60 a second, of 1080p about as long."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """An encoded picture.

    Attributes:
        data: Its bytes.
        pts_s: When it is shown, on the clock of its stream, seconds; it only tells how far two of them are apart.
        number: Its place in the stream; what is missing before it makes it undecodable, unless it `is_key`.
        is_key: Decoding can begin with it.
        stream: What it belongs to.
    """

    data: bytes = field(repr=False)
    pts_s: float
    number: int
    is_key: bool
    stream: "CodedStream"


class CodedStream:
    """One uninterrupted run of packets, in the order in which they are shown, and the last of them.

    One thread adds, any may ask.
    """

    def __init__(self, codec: str, kind: bytes, head: bytes) -> None:
        """Begin a stream.

        Args:
            codec: ffmpeg's name of it.
            kind: Differs from stream to stream where one track of a file cannot hold both.
            head: A file with its first packet, for muxers that want to know the stream.
        """
        self.codec, self.kind, self.head = codec, kind, head
        self._lock = threading.Lock()
        self._packets: deque[Coded] = deque()
        self._bytes = 0
        self._count = 0

    def add(self, data: bytes, pts_s: float, *, is_key: bool) -> Coded:
        """Note the next packet; the oldest are forgotten."""
        with self._lock:
            coded = Coded(data, pts_s, self._count, is_key, self)
            self._count += 1
            self._packets.append(coded)
            self._bytes += len(data)
            while len(self._packets) > MOST_PACKETS or (self._bytes > MOST_BYTES and len(self._packets) > 1):
                self._bytes -= len(self._packets.popleft().data)
            return coded

    def between(self, after: int, last: int) -> tuple[Coded, ...]:
        """Return the packets behind number ``after`` up to ``last``, as far as they are still known."""
        with self._lock:
            return tuple(coded for coded in self._packets if after < coded.number <= last)

    def from_key(self, last: int) -> tuple[Coded, ...]:
        """Return what is needed to decode number ``last``, from a key packet on; empty where that is forgotten."""
        known = self.between(-1, last)
        keys = [place for place, coded in enumerate(known) if coded.is_key]
        return known[keys[-1] :] if keys else ()
