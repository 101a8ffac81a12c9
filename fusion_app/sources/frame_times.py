"""When a decoded frame is shown, also in files whose time stamps do not say it."""

from collections import deque

from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

MAX_IN_WORK = 64


class FrameTimes:
    """Tells the time of each frame of one decoder.

    AVI holds no presentation times, and files made from it often hold wrong ones: each packet has the time of its place
    in the file, though B-frames are shown in another order. There the decoding time counts: the n-th frame that comes
    out is shown at the n-th moment. Such a copy is known by two signs together: the times of its packets only rise, and
    yet frames come out of the decoder in another order than they went in.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._context = stream.codec_context
        self._in_work: deque[int] = deque(maxlen=MAX_IN_WORK)
        self._latest: int | None = None
        self._is_real = False
        self._is_made_up = stream.container.format.name == "avi"
        self._first: tuple[int, int] | None = None
        """Time and decoding time of the first frame."""

    def restart(self) -> None:
        """Be told of a seek: the packets before it are gone."""
        self._in_work.clear()
        self._latest = None

    def sent(self, packet: "Packet[VideoStream]") -> None:
        """Be told of a packet that goes into the decoder."""
        time = packet.pts if packet.pts is not None else packet.dts
        if self._is_real or self._is_made_up or time is None or packet.is_discard:
            return
        self._is_real = self._latest is not None and time < self._latest
        self._latest = time
        self._in_work.append(time)

    def lost(self) -> None:
        """Be told that the last packet could not be decoded."""
        if self._in_work:
            self._in_work.pop()

    def of(self, decoded: VideoFrame) -> int | None:
        """Return the time of a frame in ticks of its track, or None where nothing tells it."""
        time = decoded.pts if decoded.pts is not None else decoded.dts
        if time is None or self._is_real:
            return time
        if self._first is None and decoded.dts is not None:
            self._first = time, decoded.dts
        while self._in_work and self._in_work[0] <= time:  # those before it are lost, or will come out late
            self._is_made_up |= self._context.has_b_frames and self._in_work[0] < time
            self._in_work.popleft()
        if not self._is_made_up or self._first is None:
            return time
        return decoded.dts - self._first[1] + self._first[0] if decoded.dts is not None else None
