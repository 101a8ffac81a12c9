"""Videos as `training.evaluate` reads them: frames with their times, and several videos in step."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import av
import av.error
import numpy as np

from fusion_app.metrics.in_step import InStep
from training.data.dataset import DataError, Pixels

# PyAV 19 opens a file whatever bytes its names hold, and has no argument for it; older releases must be told.
_TEXT: dict[str, Any] = {} if int(av.__version__.split(".")[0]) >= 19 else {"metadata_errors": "surrogateescape"}

PERCENTILES = (0.5, 99.5)
LEAST_SPAN = 64.0
FOLLOWED = 0.08
MAX_STEP = 1.5
MANY_PIXELS = 40_000
"""Of larger pictures every fourth pixel is plenty."""

VIDEO_SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".ts", ".webm"})


class VideoFrame(NamedTuple):
    """A frame: its time, seconds from the first one, and its pixels, ``(H, W)`` grey or ``(H, W, 3)`` BGR, uint8."""

    pts_s: float
    image: Pixels


class Stretch:
    """Counts of a thermal camera, 16 bit, to grey as the application shows them: between percentiles, without flicker.

    The ramp from black to white lies between the percentiles 0.5 and 99.5, `LEAST_SPAN` counts apart at the least. Its
    curve follows the scene: `FOLLOWED` of the way with each frame, no grey level by more than `MAX_STEP`.
    """

    def __init__(self) -> None:
        self._curve: np.ndarray[tuple[int], np.dtype[np.float32]] | None = None

    def __call__(self, counts: np.ndarray[Any, np.dtype[np.uint16]]) -> Pixels:
        """Return ``(H, W)`` uint8 of ``(H, W)`` uint16."""
        sample = counts[::2, ::2] if counts.size > MANY_PIXELS else counts
        low, high = np.percentile(sample, PERCENTILES, method="inverted_cdf").astype(float)
        middle, half = (low + high) / 2, max(high - low, LEAST_SPAN) / 2
        ramp = np.clip((np.arange(65536) - (middle - half)) * (255 / (2 * half)), 0, 255).astype(np.float32)
        if self._curve is not None and not self._is_elsewhere(sample):
            ramp = self._curve + np.clip((ramp - self._curve) * np.float32(FOLLOWED), -MAX_STEP, MAX_STEP)
        self._curve = ramp
        return np.take(np.rint(ramp).astype(np.uint8), counts)

    def _is_elsewhere(self, sample: np.ndarray[Any, np.dtype[np.uint16]]) -> bool:
        """Tell whether more than half of the picture would be black or white."""
        assert self._curve is not None  # noqa: S101 - the caller has looked
        levels = self._curve[sample]
        return bool(np.mean((levels <= self._curve[0]) | (levels >= self._curve[-1])) > 0.5)


def read_video(path: Path, stretch: Stretch | None = None) -> Iterator[VideoFrame]:
    """Yield the frames of the first video track, in order.

    Args:
        path: The file.
        stretch: Makes grey of more than 8 bit; without one their full range becomes that of grey.

    Raises:
        DataError: The file is not there or is no video.
    """
    try:
        with av.open(str(path), **_TEXT) as container:
            start_s: float | None = None
            for decoded in container.decode(video=0):
                if decoded.time is None:
                    continue  # a frame without a time belongs to nothing
                start_s = decoded.time if start_s is None else start_s
                yield VideoFrame(decoded.time - start_s, _pixels(decoded, stretch))
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        raise DataError(f"{path} cannot be read as a video: {getattr(error, 'strerror', None) or error}.") from error


def _pixels(decoded: av.VideoFrame, stretch: Stretch | None) -> Pixels:
    name = decoded.format.name
    if stretch is not None and name.startswith("gray") and name not in ("gray", "gray8"):
        return stretch(np.asarray(decoded.to_ndarray(format="gray16le"), np.uint16))
    layout = "gray" if name.startswith("gray") else "bgr24"
    return np.asarray(decoded.to_ndarray(format=layout), np.uint8)


class Follower:
    """A video read in step with another: asked for a time, it gives the frame nearest to it."""

    def __init__(self, path: Path, stretch: Stretch | None = None) -> None:
        self._path = path
        self._frames = InStep(read_video(path, stretch))

    def at(self, pts_s: float) -> Pixels:
        """Return the frame nearest to a time; times must not go back.

        Raises:
            DataError: There is none within three periods.
        """
        frame = self._frames.at(pts_s)
        if frame is None:
            raise DataError(f"{self._path} has no frame at {pts_s:.2f} s: it does not belong to the visible video.")
        return frame.image
