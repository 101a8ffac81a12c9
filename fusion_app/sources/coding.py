"""The packets of a track, so that each picture knows the one that it was decoded from."""

import hashlib
import io
from fractions import Fraction
from typing import Any

import av.error
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fusion_app.frames.coded import Coded, CodedStream
from fusion_app.system.containers import open_to_write

CODECS = ("h264", "hevc", "mjpeg")
"""What cameras send and Matroska holds."""
MOST_WAITING = 64
"""Packets whose pictures have not come out of the decoder yet."""


class Coding:
    """Follows the packets of ``stream``; it gives none where they are not in the order in which they are shown."""

    def __init__(self, stream: VideoStream) -> None:
        context = stream.codec_context
        is_described = bool(context.extradata) or context.name == "mjpeg"
        self._is_usable = context.name in CODECS and not context.has_b_frames and is_described
        self._track = stream
        self._stream: CodedStream | None = None
        self._waiting: dict[int, Coded] = {}

    def restart(self) -> None:
        """Begin anew: what comes next does not follow what was before."""
        self._stream = None
        self._waiting.clear()

    def sent(self, packet: "Packet[Any]", pts_s: float) -> None:
        """Note a packet that is decoded next and is shown at ``pts_s``, on any clock."""
        if not self._is_usable or packet.pts is None or not packet.size:
            return
        if packet.dts is not None and packet.dts != packet.pts:
            self._is_usable, self._stream = False, None
            return
        data = bytes(packet)
        if self._stream is None:
            if not packet.is_keyframe:
                return
            self._stream = self._begun(data)
        if self._stream is not None:
            self._waiting[packet.pts] = self._stream.add(data, pts_s, is_key=packet.is_keyframe)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.pop(next(iter(self._waiting)))

    def of(self, decoded: VideoFrame) -> tuple[Coded, ...]:
        """Return the packet that ``decoded`` was made of, or nothing."""
        found = self._waiting.pop(decoded.pts, None) if decoded.pts is not None and self._is_usable else None
        return () if found is None else (found,)

    def _begun(self, data: bytes) -> CodedStream | None:
        context = self._track.codec_context
        try:
            head = _head_of(self._track, data)
        except (av.error.FFmpegError, OSError, ValueError):
            self._is_usable = False
            return None
        told = f"{context.name} {context.width} {context.height} {context.pix_fmt}".encode()
        kind = hashlib.sha256(told + bytes(context.extradata or b"")).digest()
        return CodedStream(context.name, kind, head)


def _head_of(stream: VideoStream, data: bytes) -> bytes:
    """Return a file with one packet of ``stream`` in it. NUT keeps what decoders are told as it is."""
    file = io.BytesIO()
    container = open_to_write(file, format="nut")
    copy = container.add_stream_from_template(stream)
    packet = Packet(data)
    packet.stream, packet.time_base = copy, Fraction(1, 1000)
    packet.pts = packet.dts = 0
    packet.is_keyframe = True
    container.mux(packet)
    container.close()
    return file.getvalue()
