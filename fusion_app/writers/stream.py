"""A live stream of H.264 to one receiver: what a child process runs, because a receiver may hold it up for ever."""

from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.video.frame import VideoFrame

from fusion_app.system.containers import open_to_send
from fusion_app.writers.base import TICKS
from fusion_app.writers.h264 import with_time

CONTAINERS = {"udp": "mpegts", "tcp": "mpegts", "srt": "mpegts", "rtmp": "flv", "rtsp": "rtsp"}
"""What goes over which protocol."""
OPTIONS = {
    "mpegts": {"mpegts_flags": "resend_headers", "flush_packets": "1"},
    "flv": {"flvflags": "no_duration_filesize", "flush_packets": "1"},
    "rtsp": {"rtsp_transport": "tcp"},
}
LOW_LATENCY = {"preset": "veryfast", "tune": "zerolatency", "bf": "0", "profile": "main"}
BITS_PER_PIXEL = 0.1
OPEN_S = 5.0


class StreamSender:
    """Encodes frames of one size and sends each at once: no frame waits in the encoder."""

    def __init__(self, address: str, width: int, height: int, fps: float) -> None:
        """Connect.

        Args:
            address: Where to, by one of `CONTAINERS`.
            width: Of the frames, pixels, even.
            height: Of the frames, pixels, even.
            fps: About how many come a second; a key frame is sent every second by it.

        Raises:
            FFmpegError, OSError, ValueError: The receiver does not answer, or this build has no such protocol.
        """
        kind = CONTAINERS[address.partition(":")[0].lower()]
        if kind == "mpegts" and address.lower().startswith("udp:") and "pkt_size" not in address:
            address += "&pkt_size=1316" if "?" in address else "?pkt_size=1316"  # seven packets of MPEG-TS
        self._container = open_to_send(address, format=kind, options=OPTIONS[kind], timeout=OPEN_S)
        rate = Fraction(max(1, round(fps)))
        self._stream = self._container.add_stream("libx264", rate=rate, options=LOW_LATENCY)
        context: Any = self._stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base = Fraction(1, TICKS)
        context.gop_size = max(1, round(fps))
        context.bit_rate = max(300_000, round(width * height * fps * BITS_PER_PIXEL))
        self._last = -1
        self._container.start_encoding()

    def send(self, planes: npt.NDArray[np.uint8], at_s: float, captured_us: int) -> None:
        """Encode and send one frame.

        Args:
            planes: ``(H * 3/2, W)`` uint8: luma, Cb, Cr of 4:2:0 in the range of video.
            at_s: Its time on a clock that never goes back, seconds.
            captured_us: When it was captured, microseconds since 1970; it goes with the frame (MISB ST 0604).

        Raises:
            FFmpegError, OSError: The receiver has gone.
        """
        frame = VideoFrame.from_ndarray(planes, format="yuv420p")
        self._last = max(round(at_s * TICKS), self._last + TICKS // 1000)  # FLV counts milliseconds
        frame.pts, frame.time_base = self._last, Fraction(1, TICKS)
        self._container.mux([_timed(packet, captured_us) for packet in self._stream.encode(frame)])

    def close(self) -> None:
        """Take leave of the receiver."""
        self._container.mux(self._stream.encode(None))
        self._container.close()


def _timed(packet: "Packet[Any]", captured_us: int) -> "Packet[Any]":
    """Return a packet with one frame, and when that was captured."""
    found = Packet(with_time(bytes(packet), captured_us))
    found.pts, found.dts, found.time_base = packet.pts, packet.dts, packet.time_base
    found.duration, found.is_keyframe, found.stream = packet.duration, packet.is_keyframe, packet.stream
    return found


def has_no_protocol(error: Exception) -> bool:
    """Tell whether ``error`` is that this build of ffmpeg has no such protocol."""
    return isinstance(error, av.error.ProtocolNotFoundError)
