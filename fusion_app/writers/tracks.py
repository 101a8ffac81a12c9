"""One video track of a file: which encoder, which pixels, which time."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import cv2
import numpy as np
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from fusion_app.frames import Image, Size
from fusion_app.writers.base import plain

TICKS = 90_000
"""Time base of written tracks, ticks per second."""
MIN_STEP = TICKS // 1000
"""Least ticks from one frame to the next: Matroska knows milliseconds, and two frames must differ in time."""

TrackName = Literal["fused", "visible", "ir"]
Codec = Literal["h264", "ffv1"]


@dataclass(frozen=True)
class TrackPlan:
    """How a track is encoded.

    Attributes:
        name: Title of the track, for players and for ``PATH#NAME``.
        codec: What encodes it.
        fps: Nominal frames per second.
        quality: H.264 constant rate factor.
        preset: H.264 effort, in x264's words.
    """

    name: TrackName
    codec: Codec
    fps: Fraction
    quality: int
    preset: str


class Track:
    """A video track of ``container``, of the size and depth of its first image."""

    def __init__(self, container: OutputContainer, plan: TrackPlan, image: Image) -> None:
        image = plain(image)
        self.shape, self.dtype = image.shape, image.dtype
        self._size = Size(image.shape[1], image.shape[0])
        self._last_ticks = -MIN_STEP
        self._last_index = -1
        self._last_image: Image | None = None
        self._container = container
        self._stream = _add_stream(container, plan, image)

    def holds(self, image: Image) -> bool:
        """Tell whether ``image`` goes in as it is: its size and depth are those of the track."""
        image = plain(image)
        return image.shape == self.shape and image.dtype == self.dtype

    def write(self, image: Image, index: int, time_s: float) -> None:
        """Encode ``image`` at ``time_s``, seconds from the start of the file; one that was just written is left out.

        Args:
            image: The pixels.
            index: Number of the frame in its source: held frames are those of the same number.
            time_s: When it is shown.
        """
        if index == self._last_index and image is self._last_image:
            return
        frame = _video_frame(plain(image), self._size, self._stream.pix_fmt or "yuv420p")
        # A source frame may be older than the file's first moment, or held beyond its time: time never falls back.
        self._last_ticks = max(round(time_s * TICKS), self._last_ticks + MIN_STEP)
        frame.pts, frame.time_base = self._last_ticks, Fraction(1, TICKS)
        self._mux(self._stream.encode(frame))
        self._last_index, self._last_image = index, image

    def finish(self) -> None:
        """Write what the encoder still holds."""
        self._mux(self._stream.encode(None))

    def _mux(self, packets: "list[Packet[Any]]") -> None:
        self._container.mux(packets)


def _add_stream(container: OutputContainer, plan: TrackPlan, image: Image) -> VideoStream:
    stream = container.add_stream("libx264" if plan.codec == "h264" else "ffv1", rate=plan.fps)
    stream.height, stream.width = image.shape[:2]
    stream.metadata["title"] = plan.name
    context = stream.codec_context
    context.time_base = Fraction(1, TICKS)
    if plan.codec == "ffv1":
        stream.pix_fmt = {(2, 1): "gray", (2, 2): "gray16le"}.get((image.ndim, image.itemsize), "bgr0")
        context.gop_size = 1  # every frame for itself: exact seeking, and a damaged one harms no other
        context.options = {"level": "3", "slices": "4", "slicecrc": "1"}
        return stream
    stream.pix_fmt = "yuv444p" if stream.width % 2 or stream.height % 2 else "yuv420p"  # 4:2:0 holds no odd sides
    context.gop_size = max(1, round(plan.fps))  # a key frame each second: seeking, and what a crash can cost
    context.colorspace, context.color_range = Colorspace.ITU601, ColorRange.MPEG
    context.options = {"preset": plan.preset, "tune": "zerolatency", "crf": str(plan.quality)}
    return stream


def _video_frame(image: Image, size: Size, pix_fmt: str) -> VideoFrame:
    if (image.shape[1], image.shape[0]) != size:
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    pixels = np.ascontiguousarray(image)
    if pixels.ndim == 2 and pixels.itemsize == 2:
        return VideoFrame.from_ndarray(pixels, format="gray16le").reformat(format=pix_fmt)
    frame = VideoFrame.from_ndarray(pixels, format="gray" if pixels.ndim == 2 else "bgr24")
    if pix_fmt in ("gray", "bgr0"):
        return frame.reformat(format=pix_fmt)
    return frame.reformat(
        format=pix_fmt,
        dst_colorspace=Colorspace.ITU601,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )
