"""Frames as MP4 that a browser plays while it comes: no frame waits in the encoder, or for the next one."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType, VideoFrame

from fusion_app.errors import RecordingError
from fusion_app.frames import USUAL, Size
from fusion_app.writers.base import TICKS
from fusion_app.writers.conversion import tags_of
from fusion_app.writers.fragments import Piece, fragment_of, head_of
from fusion_app.writers.h264 import PICTURE, PPS, SPS, codec_of, units_of

KEY_EVERY_S = 1.0
"""Who comes, or has fallen behind, begins with a key frame."""
FIRST_TICKS, LONGEST_TICKS = TICKS // 25, TICKS * 10
"""So long the first frame is shown, and any other at the most, whatever time passed before it."""
OPTIONS = {"preset": "superfast", "tune": "zerolatency", "bf": "0", "profile": "main", "crf": "23", "forced-idr": "1"}
MOST_BITS_PER_PIXEL = 8.0
"""Per second; what a scene full of noise is held down to."""


@dataclass(frozen=True)
class LivePiece:
    """A fragment with one frame.

    Attributes:
        head: What must come before the first fragment; the same for all of one encoder.
        data: The fragment.
        codec: As RFC 6381 names it, ``avc1.4d401e``.
        is_key: A player can begin with it.
    """

    head: bytes
    data: bytes
    codec: str
    is_key: bool


class LiveVideo:
    """Encodes frames of one size."""

    def __init__(self, size: Size, threads: int = 1) -> None:
        """Prepare.

        Args:
            size: Of the frames, pixels; both even.
            threads: Of the encoder.
        """
        context: Any = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = size.width, size.height, "yuv420p"
        context.time_base, context.framerate = Fraction(1, TICKS), Fraction(30)
        context.gop_size = 1 << 16  # key frames come by time, see `encode`
        context.colorspace, context.color_range = tags_of(USUAL)
        most = round(size.width * size.height * MOST_BITS_PER_PIXEL)
        context.options = {**OPTIONS, "threads": str(threads), "maxrate": str(most), "bufsize": str(most // 2)}
        self._context = context
        self.size = size
        self._head, self._codec = b"", ""
        self._number, self._begin = 0, 0
        self._last = self._key = -1

    def encode(self, planes: npt.NDArray[np.uint8], at_s: float) -> LivePiece:
        """Return the fragment of one frame.

        Args:
            planes: ``(H * 3/2, W)`` uint8: luma, Cb, Cr of 4:2:0 in the range of video.
            at_s: Its time on a clock that never goes back, seconds.

        Raises:
            RecordingError: The encoder fails.
        """
        now = max(round(at_s * TICKS), self._last + 1)
        is_key = self._key < 0 or now - self._key >= KEY_EVERY_S * TICKS
        frame = VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = now, Fraction(1, TICKS)
        if is_key:
            frame.pict_type, self._key = PictureType.I, now
        data = self._encoded(frame)
        units = [unit.data for unit in units_of(data) if unit.kind in PICTURE]
        passed = FIRST_TICKS if self._last < 0 else min(now - self._last, LONGEST_TICKS)
        self._last, self._number, begin = now, self._number + 1, self._begin
        self._begin += passed
        return LivePiece(
            self._head, fragment_of(Piece(self._number, units, begin, passed, is_key)), self._codec, is_key
        )

    def _encoded(self, frame: VideoFrame) -> bytes:
        try:
            data = b"".join(bytes(packet) for packet in self._context.encode(frame))
        except (av.error.FFmpegError, OSError) as error:
            raise RecordingError(f"a frame could not be encoded as H.264: {error}") from error
        if not self._head:
            found = {unit.kind: unit.data for unit in units_of(data)}
            if SPS not in found or PPS not in found:
                raise RecordingError("the encoder of H.264 does not say what it makes")
            self._head, self._codec = head_of(found[SPS], found[PPS], self.size), codec_of(found[SPS])
        return data
