"""Which encoder of H.264 a recording takes: the machine's own, where a trial shows it to be faster and as good."""

import io
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Any

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType, VideoFrame

from fusion_app.errors import RecordingError
from fusion_app.frames import Size
from fusion_app.system.containers import open_to_read, open_to_write
from fusion_app.writers.base import TICKS
from fusion_app.writers.encoders import OPTIONS, SOFTWARE, Asked, options_of, why_not

TRIAL_FRAMES = 20
WORSE_DB = 0.5
"""So much less PSNR than libx264 at the same factor is the same quality."""
MOST_BYTES = 2.0
"""Times the bytes of libx264, which is fast and coarse here, that the same quality may cost."""

_beginning = threading.Lock()


@dataclass(frozen=True)
class EncoderTrial:
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


Trials = tuple[EncoderTrial, ...]
_outcomes: dict[tuple[Size, Asked], Future[Trials]] = {}


def best(found: Trials) -> str:
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


def _outcome(size: Size, asked: Asked) -> Future[Trials]:
    """Return what the trials come to; whoever asks first begins them."""
    with _beginning:
        is_new = (size, asked) not in _outcomes
        outcome = _outcomes.setdefault((size, asked), Future())
    if is_new:
        _begin(outcome, size, asked)
    return outcome


def _begin(outcome: Future[Trials], size: Size, asked: Asked) -> None:
    """Begin the trials; those of the machine's encoders that open are tried in a thread, beside libx264."""
    found = [EncoderTrial(name, why=why_not(name, size, asked)) for name in OPTIONS if name != SOFTWARE]
    if all(trial.why for trial in found):
        outcome.set_result(tuple(found))
    else:
        arguments = outcome, found, size, asked
        threading.Thread(target=_try_all, args=arguments, name="encoder trials", daemon=True).start()


def _try_all(outcome: Future[Trials], found: list[EncoderTrial], size: Size, asked: Asked) -> None:
    try:
        pictures = _pictures(size)
        software = _try(SOFTWARE, pictures, asked)
        others = [trial if trial.why else _try(trial.name, pictures, asked) for trial in found]
        outcome.set_result((software, *others))
    except BaseException as error:
        outcome.set_exception(error)  # whoever waits must not wait for ever
        raise


def trials(size: Size, asked: Asked) -> Trials:
    """Try all encoders with pictures of ``size``, even sides; libx264 only where another one opens.

    Takes about a tenth of a second where there is no other, and is remembered as long as the program runs.
    """
    return _outcome(size, asked).result()


def best_so_far(size: Size, asked: Asked) -> str:
    """Return which encoder to take; libx264 until the trials are over, which a live recording must not wait for."""
    outcome = _outcome(size, asked)
    return best(outcome.result()) if outcome.done() and outcome.exception() is None else SOFTWARE


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
        found = best_so_far(size, asked)
        # A card may serve a few at a time: what opened in the trial may not open beside two others.
        return SOFTWARE if found != SOFTWARE and why_not(found, size, asked) else found
    if why := why_not(wish, size, asked):
        raise RecordingError(f"{wish} {why}; choose the encoder auto or software (recording.encoder in a rig)")
    return wish


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


def _try(name: str, pictures: list[npt.NDArray[np.uint8]], asked: Asked) -> EncoderTrial:
    target = io.BytesIO()
    size = Size(pictures[0].shape[1], pictures[0].shape[0] * 2 // 3)
    try:
        times = _encode(target, name, size, pictures, asked)
        luma = _decoded(target)
    except (av.error.FFmpegError, ValueError, OSError, MemoryError) as error:
        return EncoderTrial(name, why=f"opens here, but fails ({error})")
    if len(luma) != len(pictures):
        return EncoderTrial(name, why=f"opens here, but {len(luma)} of {len(pictures)} frames came out")
    errors = [
        np.mean((one.astype(np.float32) - picture[: size.height]) ** 2)
        for one, picture in zip(luma, pictures, strict=True)
    ]
    psnr = 10 * np.log10(255**2 / max(float(np.mean(errors)), 1e-6))
    return EncoderTrial(name, median(times) * 1000, float(psnr), target.getbuffer().nbytes)


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
