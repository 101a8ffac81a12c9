"""H.264 that goes on whatever becomes of the machine's encoder: no frame that it still held is lost."""

from collections import deque
from typing import Any, TypeAlias

import av
import av.error
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from fusion_app.frames import SQUARE
from fusion_app.system.logs import log
from fusion_app.writers.encoders import NAMES, SOFTWARE, Asked, options_of

Packets: TypeAlias = "list[Packet[Any]]"


class TrackEncoder:
    """Encodes the frames of a stream; where a hardware encoder fails, libx264 goes on in the same track.

    Its packets then bring their own parameter sets along, so that players follow the change.
    """

    def __init__(self, stream: VideoStream, name: str, asked: Asked) -> None:
        """Encode for ``stream``, whose encoder is ``name``; ``asked`` is for libx264 when it must take over."""
        self.name = name
        self._stream, self._asked = stream, asked
        self._context: Any = stream.codec_context
        self._held: deque[VideoFrame] = deque()
        self._why = ""

    @property
    def words(self) -> str:
        """What encodes, for the user."""
        return self.notice or NAMES[self.name]

    @property
    def notice(self) -> str:
        """What went wrong, or empty."""
        return f"{NAMES[self.name]} failed ({self._why}), software goes on" if self._why else ""

    def encode(self, frame: VideoFrame | None) -> Packets:
        """Return what comes out for ``frame``, or all that is held where it is None.

        Raises:
            FFmpegError: libx264 has failed.
        """
        if self.name == SOFTWARE or self._why:
            return self._packets(frame)
        if frame is not None:
            self._held.append(frame)
        try:
            packets = self._packets(frame)
        except (av.error.FFmpegError, OSError) as error:
            return self._go_on(error, is_end=frame is None)
        for _ in packets:
            self._held.popleft()
        if frame is None and self._held:
            return packets + self._go_on(EOFError(f"{len(self._held)} frames did not come out"), is_end=True)
        return packets

    def _packets(self, frame: VideoFrame | None) -> Packets:
        packets: Packets = self._context.encode(frame)
        for packet in packets:
            packet.stream = self._stream
        return packets

    def _go_on(self, error: Exception, *, is_end: bool) -> Packets:
        self._why = getattr(error, "strerror", None) or str(error)
        log.warning("recording: %s", self.notice)
        own = self._context
        context: Any = av.CodecContext.create(SOFTWARE, "w")
        context.width, context.height, context.pix_fmt = own.width, own.height, own.pix_fmt
        context.time_base, context.framerate = own.time_base, own.framerate
        context.gop_size, context.thread_count = own.gop_size, own.thread_count
        context.colorspace, context.color_range = own.colorspace, own.color_range
        context.sample_aspect_ratio = own.sample_aspect_ratio or SQUARE
        context.options = options_of(SOFTWARE, self._asked) | {"x264-params": "repeat-headers=1"}
        self._context = context
        held, self._held = [*self._held], deque()
        if held:
            held[0].pict_type = PictureType.I
        return [packet for one in (*held, *([None] if is_end else [])) for packet in self._packets(one)]
