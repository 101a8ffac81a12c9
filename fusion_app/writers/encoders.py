"""Which encoder of H.264 a recording takes: the machine's own, where a trial shows it to be faster at the same quality.

Written by the documentation of these encoders. The trial decides by what it measures, and a recording goes on with
libx264 where one fails (`writers/encoding.py`).
"""

import io
import threading
import time
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from statistics import median
from typing import Any

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.codec.codec import UnknownCodecError
from av.video.frame import PictureType, VideoFrame

from fusion_app.errors import RecordingError
from fusion_app.frames import Size
from fusion_app.system.containers import open_to_read, open_to_write
from fusion_app.writers.base import TICKS

SOFTWARE = "libx264"
TRIAL_FRAMES = 20
WORSE_DB = 0.5
"""So much less PSNR than libx264 at the same factor is the same quality."""
MOST_BYTES = 2.0
"""Times the bytes of libx264, which is fast and coarse here, that the same quality may cost."""

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


@dataclass(frozen=True)
class Trial:
    """What an encoder of this machine did with some frames.

    Attributes:
        name: As ffmpeg calls it.
        ms: A frame takes, median, milliseconds of the clock; 0 if it failed.
        psnr: Of the luma of its frames, decoded again, decibels.
        bytes: Of all its frames.
        why: Why it cannot be used, or empty.
    """

    name: str
    ms: float = 0.0
    psnr: float = 0.0
    bytes: int = 0
    why: str = ""

    @property
    def text(self) -> str:
        """What is to be told of it."""
        return self.why or f"{self.ms:.1f} ms a frame, {self.psnr:.1f} dB"


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


@lru_cache
def trials(size: Size, asked: Asked) -> tuple[Trial, ...]:
    """Try all encoders with pictures of ``size``, even sides; libx264 only where another one opens.

    Takes about a tenth of a second where there is no other, and is remembered as long as the program runs.
    """
    found = [Trial(name, why=why_not(name, size, asked)) for name in OPTIONS if name != SOFTWARE]
    if all(trial.why for trial in found):
        return tuple(found)
    pictures = _pictures(size)
    return (
        _try(SOFTWARE, pictures, asked),
        *(trial if trial.why else _try(trial.name, pictures, asked) for trial in found),
    )


def best(found: tuple[Trial, ...]) -> str:
    """Return which encoder to take after ``found``: the fastest of those as good as libx264."""
    software = next((trial for trial in found if trial.name == SOFTWARE), None)
    if software is None or software.why:
        return SOFTWARE
    as_good = [
        trial
        for trial in found
        if not trial.why
        and trial.psnr >= software.psnr - WORSE_DB
        and trial.bytes <= software.bytes * MOST_BYTES
        and trial.ms <= software.ms
    ]
    return min(as_good, key=lambda trial: (trial.ms, trial.name != SOFTWARE)).name


def encoder_for(wish: str, size: Size, asked: Asked) -> str:
    """Return the encoder to take.

    Args:
        wish: ``auto`` tries those of the machine, once, aside, and is libx264 until that is over; ``software`` is
            libx264, else one of `OPTIONS`.
        size: Of the pictures, pixels; with an odd side only libx264 holds them.
        asked: What quality.

    Raises:
        RecordingError: It is wished for by name and does not open here.
    """
    if wish in ("software", SOFTWARE) or size.width % 2 or size.height % 2:
        return SOFTWARE
    if wish == "auto":
        found = _found_so_far(size, asked)
        # A card may serve a few at a time: what opened in the trial may not open beside two others.
        return SOFTWARE if found != SOFTWARE and why_not(found, size, asked) else found
    if why := why_not(wish, size, asked):
        raise RecordingError(f"{wish} {why}; choose the encoder auto or software (recording.encoder in a rig)")
    return wish


_tried: dict[tuple[Size, Asked], str | None] = {}
_trying = threading.Lock()


def _found_so_far(size: Size, asked: Asked) -> str:
    """Return which encoder to take; libx264 until the trials are over, which a live recording must not wait for."""
    key = size, asked
    with _trying:
        if key in _tried:
            return _tried[key] or SOFTWARE
        _tried[key] = None
    if all(why_not(name, size, asked) for name in OPTIONS if name != SOFTWARE):
        _tried[key] = SOFTWARE
    else:
        threading.Thread(target=_find, args=key, name="encoder trials", daemon=True).start()
    return SOFTWARE


def _find(size: Size, asked: Asked) -> None:
    _tried[size, asked] = best(trials(size, asked))


def _pictures(size: Size) -> list[npt.NDArray[np.uint8]]:
    """Return frames ``(H * 3/2, W)`` of a scene with edges, grain and motion: luma, and no colours."""
    rows, columns = np.mgrid[: size.height, : size.width]
    grain = np.random.default_rng(7).normal(0, 3, (size.height, size.width))
    chroma = np.full((size.height // 2, size.width), 128, np.uint8)
    found = []
    for index in range(TRIAL_FRAMES):
        stripes = 60 * (((columns + 3 * index) // 24 + rows // 24) % 2)
        shade = 90 + 50 * np.sin((rows + 2 * index) / 40)
        luma = np.clip(shade + stripes + np.roll(grain, 5 * index, 1), 16, 235).astype(np.uint8)
        found.append(np.concatenate([luma, chroma]))
    return found


def _try(name: str, pictures: list[npt.NDArray[np.uint8]], asked: Asked) -> Trial:
    target = io.BytesIO()
    size = Size(pictures[0].shape[1], pictures[0].shape[0] * 2 // 3)
    try:
        times = _encode(target, name, size, pictures, asked)
        luma = _decoded(target)
    except (av.error.FFmpegError, ValueError, OSError, MemoryError) as error:
        return Trial(name, why=f"opens here, but fails ({error})")
    if len(luma) != len(pictures):
        return Trial(name, why=f"opens here, but {len(luma)} of {len(pictures)} frames came out")
    errors = [
        np.mean((one.astype(np.float32) - picture[: size.height]) ** 2)
        for one, picture in zip(luma, pictures, strict=True)
    ]
    psnr = 10 * np.log10(255**2 / max(float(np.mean(errors)), 1e-6))
    return Trial(name, median(times) * 1000, float(psnr), target.getbuffer().nbytes)


def _encode(
    target: io.BytesIO, name: str, size: Size, pictures: list[npt.NDArray[np.uint8]], asked: Asked
) -> list[float]:
    times = []
    with open_to_write(target, format="matroska") as container:
        stream: Any = container.add_stream(name, rate=30, options=options_of(name, asked))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS)
        for index, picture in enumerate(pictures):
            frame = VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = index * TICKS // 30, Fraction(1, TICKS)
            frame.pict_type = PictureType.NONE
            began = time.perf_counter()
            packets = stream.encode(frame)
            times.append(time.perf_counter() - began)
            container.mux(packets)
        container.mux(stream.encode(None))
    return times


def _decoded(target: io.BytesIO) -> list[npt.NDArray[np.uint8]]:
    target.seek(0)
    with open_to_read(target) as container:
        frames = [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]
    return [planes[: len(planes) * 2 // 3].astype(np.uint8, copy=False) for planes in frames]
