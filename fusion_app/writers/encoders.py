"""The encoders of H.264 that may be in a machine, and how each is asked for the same.

Written by the documentation of these encoders. Which one is taken, a trial decides (`writers/encoder_trials.py`), and a
recording goes on with libx264 where one fails (`writers/encoding.py`).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.error
from av.codec.codec import UnknownCodecError

from fusion_app.frames import Size
from fusion_app.writers.base import TICKS

SOFTWARE = "libx264"

OPTIONS: dict[str, dict[str, str]] = {
    SOFTWARE: {"preset": "{preset}", "tune": "zerolatency", "crf": "{quality}", "forced-idr": "1"},
    "h264_nvenc": {
        "preset": "p3",
        "tune": "ull",
        "rc": "vbr",
        "cq": "{quality}",
        "bf": "0",
        "zerolatency": "1",
        "delay": "0",
        "forced-idr": "1",
    },
    "h264_qsv": {
        "preset": "veryfast",
        "global_quality": "{quality}",
        "bf": "0",
        "async_depth": "1",
        "forced_idr": "1",
    },
    "h264_amf": {
        "usage": "lowlatency",
        "quality": "speed",
        "rc": "cqp",
        "qp_i": "{quality}",
        "qp_p": "{quality}",
        "forced_idr": "1",
    },
    "h264_videotoolbox": {"realtime": "1", "allow_sw": "0", "q:v": "{hundredth}", "bf": "0"},
    "h264_mf": {"hw_encoding": "1", "rate_control": "quality", "quality": "{hundredth}"},
}
"""How each encoder is asked for a quality and for frames at once; the order is that of the trials."""

NAMES = {
    SOFTWARE: "software",
    "h264_nvenc": "NVENC",
    "h264_qsv": "Quick Sync",
    "h264_amf": "AMF",
    "h264_videotoolbox": "VideoToolbox",
    "h264_mf": "Media Foundation",
}
"""As people know them."""
UNTRIED = "not tried by the authors on such a machine"


@dataclass(frozen=True)
class Asked:
    """What an encoder is asked for.

    Attributes:
        quality: Constant rate factor of libx264, or what comes closest to it.
        preset: Effort, in x264's words.
    """

    quality: int
    preset: str


def options_of(name: str, asked: Asked) -> dict[str, str]:
    """Return the options of the encoder ``name``, for `CodecContext.options`."""
    hundredth = max(1, min(100, 100 - 2 * asked.quality))
    told = {"quality": str(asked.quality), "preset": asked.preset, "hundredth": str(hundredth)}
    return {key: text.format(**told) for key, text in OPTIONS[name].items()}


def why_not(name: str, size: Size, asked: Asked) -> str:
    """Return why the encoder ``name`` does not open here, or nothing where it does."""
    try:
        context: Any = av.CodecContext.create(name, "w")
        context.width, context.height, context.pix_fmt = *size, "yuv420p"
        context.time_base, context.framerate = Fraction(1, TICKS), Fraction(30)
        context.options = options_of(name, asked)
        context.open()
    except (av.error.FFmpegError, ValueError, OSError) as error:
        if isinstance(error, UnknownCodecError):
            return "not in this build"
        return f"no device or driver for it here ({getattr(error, 'strerror', None) or error})"
    return ""
