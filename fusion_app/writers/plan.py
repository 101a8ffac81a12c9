"""What a video file holds, and how each of its tracks is encoded."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np

from fusion_app.frames import SQUARE, USUAL, Colours, Frame, FusedFrame, Planes, Size
from fusion_app.frames.coded import CodedStream
from fusion_app.writers.audio import Sound
from fusion_app.writers.base import plain
from fusion_app.writers.encoder_trials import encoder_for
from fusion_app.writers.encoders import SOFTWARE, Asked

TrackName = Literal["fused", "visible", "ir"]
Codec = Literal["h264", "ffv1"]


class Form(NamedTuple):
    """Shape and depth of the pictures of a track, width over height of their pixels, and what their colours mean.

    ``coded`` is the stream whose packets are copied into the track; None where pictures are encoded.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    pixel_aspect: Fraction = SQUARE
    colours: Colours = USUAL
    coded: CodedStream | None = None

    def is_like(self, other: "Form") -> bool:
        """Tell whether pictures of both go into one track as they are; colours are converted where they differ."""
        return self[:3] == other[:3]


def form_of(frame: Frame) -> Form:
    """Return the form of the picture of ``frame`` as it is written."""
    picture = plain(frame.picture)
    colours = picture.colours if isinstance(picture, Planes) else USUAL
    return Form(
        picture.shape, picture.dtype, frame.pixel_aspect, colours, frame.coded[-1].stream if frame.coded else None
    )


def begins_s(fused: FusedFrame) -> float:
    """Return the first moment of a file that begins with ``fused``: of what its visible frame is decoded from."""
    vis = fused.pair.vis
    if not vis.coded:
        return fused.pts_s
    return min(fused.pts_s, vis.pts_s + vis.coded[0].pts_s - vis.coded[-1].pts_s)


@dataclass(frozen=True)
class TrackPlan:
    """How a track is encoded.

    Attributes:
        name: Title of the track, for players and for ``PATH#NAME``.
        codec: What encodes it.
        fps: Nominal frames per second.
        asked: Quality and effort of H.264.
        encoder: Of H.264, as ffmpeg calls it.
    """

    name: TrackName
    codec: Codec
    fps: Fraction
    asked: Asked
    encoder: str = SOFTWARE


@dataclass(frozen=True)
class VideoPlan:
    """What a video file holds.

    Attributes:
        fps: Nominal frames per second, for players that show it; time comes from the PTS.
        quality: H.264 constant rate factor.
        tracks: Video tracks; players show the first.
        ir_codec: Of the infrared track; ``auto`` is FFV1 for 16 bit, H.264 for 8 bit.
        origin_s: PTS that becomes zero; None takes the first frame's.
        audio: The sound that goes with it, if there is any.
        ir_fps: Nominal frames per second of the infrared track; None: as all.
        encoder: Of H.264: ``software`` is the same on every machine, ``auto`` the machine's own where that is faster.
        preset: H.264 effort in x264's words (measured: docs/adr/0027). At one quality ``ultrafast`` takes six tenths of
            the time of ``superfast``, and its files are a third larger.
    """

    fps: float
    quality: int
    tracks: tuple[TrackName, ...] = ("fused",)
    ir_codec: Literal["auto", "ffv1", "h264"] = "auto"
    origin_s: float | None = None
    audio: Sound | None = None
    preset: Literal["ultrafast", "superfast"] = "superfast"
    ir_fps: float | None = None
    encoder: str = "software"

    def track(self, name: TrackName, form: Form) -> TrackPlan:
        """Return how the track ``name`` of pictures of ``form`` is encoded.

        Raises:
            RecordingError: An encoder that was asked for by name does not open here.
        """
        is_lossless = form.dtype.itemsize == 2 or (name == "ir" and self.ir_codec == "ffv1")
        fps = self.ir_fps or self.fps if name == "ir" else self.fps
        codec: Codec = "ffv1" if is_lossless else "h264"
        asked, encoder = Asked(self.quality, self.preset), SOFTWARE
        if codec == "h264" and form.coded is None:
            encoder = encoder_for(self.encoder, Size(form.shape[1], form.shape[0]), asked)
        return TrackPlan(name, codec, Fraction(fps).limit_denominator(1001), asked, encoder)

    def is_like(self, other: "VideoPlan") -> bool:
        """Tell whether one file holds what both plans ask for; they may differ in nominal rates and in their origin."""
        mine = replace(self, fps=other.fps, ir_fps=other.ir_fps, origin_s=other.origin_s)
        return mine == other
