"""One video track: which encoder, which pixels, which time."""

from fractions import Fraction
from typing import cast

from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.stream import VideoStream

from fusion_app.frames import Frame, Picture, Size
from fusion_app.writers.base import TICKS, plain
from fusion_app.writers.conversion import Conversion, tags_of, threads
from fusion_app.writers.encoders import options_of
from fusion_app.writers.encoding import Packets, TrackEncoder
from fusion_app.writers.plan import Form, TrackPlan, form_of

ODD_SIDES = "yuv444p"
"""Pixel format of pictures with an odd side: 4:2:0 holds none."""
MIN_STEP = TICKS // 1000
"""Least ticks from one frame to the next: Matroska knows milliseconds, and two frames must differ in time."""


class Clock:
    """When frames of one track are shown, ticks; time never falls back."""

    def __init__(self) -> None:
        self.last = -MIN_STEP

    def place(self, ticks: int) -> int:
        """Return when a frame of ``ticks`` is shown; it may be older than the first moment, or held too long."""
        self.last = max(ticks, self.last + MIN_STEP)
        return self.last


class Track:
    """A video track of ``container``, for pictures of one form."""

    def __init__(self, container: OutputContainer, plan: TrackPlan, form: Form) -> None:
        self.form = form
        self.stream = _add_stream(container, plan, form)
        self._encoder = TrackEncoder(self.stream, plan.encoder, plan.asked)
        self._is_h264 = plan.codec == "h264"
        self._frame_of = Conversion(Size(form.shape[1], form.shape[0]), self.stream.pix_fmt or "yuv420p", form.colours)
        self._scaled = 0
        self.clock = Clock()
        self._last_index = -1
        self._last_picture: Picture | None = None

    def holds(self, frame: Frame) -> bool:
        """Tell whether ``frame`` goes in as it is: its size, depth and shape of pixels are those of the track."""
        return form_of(frame).is_like(self.form)

    def is_last(self, frame: Frame) -> bool:
        """Tell whether this was encoded just now; held frames are those of the same number."""
        return frame.index == self._last_index and frame.picture is self._last_picture

    def encode(self, frame: Frame, time_s: float) -> Packets:
        """Encode ``frame`` at ``time_s``, seconds on the track's clock; one that was just encoded is left out."""
        if self.is_last(frame):
            return []
        return self._encode(frame, self.clock.place(round(time_s * TICKS)), PictureType.NONE)

    def encode_key(self, frame: Frame, time_s: float) -> Packets:
        """Encode ``frame`` so that decoding can begin with it, even if it was just encoded: at the same time then."""
        if not self.is_last(frame):
            return self._encode(frame, self.clock.place(round(time_s * TICKS)), PictureType.I)
        self.clock.last += 1  # encoders want time to rise; no container knows so little of it
        return self._encode(frame, self.clock.last, PictureType.I)

    def follow(self, other: "Track") -> None:
        """Go on behind the last frame of ``other``, whose packets are in this track."""
        self._last_index, self._last_picture = other._last_index, other._last_picture

    def finish(self) -> Packets:
        """Return what the encoder still holds."""
        return self._encoder.encode(None)

    @property
    def encoder(self) -> str:
        """What encodes H.264, for the user; empty where the track is lossless."""
        return self._encoder.words if self._is_h264 else ""

    @property
    def notice(self) -> str:
        """What is to be said of the track, or empty."""
        size, found = Size(self.stream.width, self.stream.height), [self._encoder.notice]
        if self._scaled:
            found.append(f"{self._scaled} pictures of another size were scaled to {size}")
        if self.stream.pix_fmt == ODD_SIDES:
            found.append(f"a side of {size} is odd, so the video is H.264 4:4:4, which not every player shows")
        return "; ".join(filter(None, found))

    def _encode(self, shown: Frame, ticks: int, kind: PictureType) -> Packets:
        picture, self._last_index, self._last_picture = shown.picture, shown.index, shown.picture
        self._scaled += picture.shape[:2] != self.form.shape[:2]
        frame = self._frame_of(plain(picture))
        frame.pts, frame.time_base = ticks, Fraction(1, TICKS)
        frame.pict_type = kind
        return self._encoder.encode(frame)


def _add_stream(container: OutputContainer, plan: TrackPlan, form: Form) -> VideoStream:
    name = plan.encoder if plan.codec == "h264" else "ffv1"
    stream = cast(VideoStream, container.add_stream(name, rate=plan.fps))
    stream.height, stream.width = form.shape[:2]
    stream.metadata["title"] = plan.name
    context = stream.codec_context
    context.time_base = Fraction(1, TICKS)
    context.sample_aspect_ratio = form.pixel_aspect
    if plan.codec == "ffv1":
        stream.pix_fmt = {(2, 1): "gray", (2, 2): "gray16le"}.get((len(form.shape), form.dtype.itemsize), "bgr0")
        context.gop_size = 1  # every frame for itself: exact seeking, and a damaged one harms no other
        context.options = {"level": "3", "slices": "4", "slicecrc": "1"}
        return stream
    context.thread_count = threads(Size(stream.width, stream.height))
    stream.pix_fmt = ODD_SIDES if stream.width % 2 or stream.height % 2 else "yuv420p"
    context.gop_size = max(1, round(plan.fps))  # a key frame each second: seeking, and what a crash can cost
    context.colorspace, context.color_range = tags_of(form.colours)
    context.options = options_of(plan.encoder, plan.asked)
    return stream
