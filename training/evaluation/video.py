"""Videos as `training.evaluate` reads them: frames with their times, and several videos in step."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
import av.error
import numpy as np

from training.data.dataset import DataError, Pixels

VIDEO_SUFFIXES = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".ts", ".webm"})


class VideoFrame(NamedTuple):
    """A frame: its time, seconds from the first one, and its pixels, ``(H, W)`` grey or ``(H, W, 3)`` BGR, uint8."""

    pts_s: float
    image: Pixels


def read_video(path: Path) -> Iterator[VideoFrame]:
    """Yield the frames of the first video track, in order.

    Raises:
        DataError: The file is not there or is no video.
    """
    try:
        with av.open(str(path)) as container:
            start_s: float | None = None
            for decoded in container.decode(video=0):
                if decoded.time is None:
                    continue  # a frame without a time belongs to nothing
                start_s = decoded.time if start_s is None else start_s
                layout = "gray" if decoded.format.name.startswith("gray") else "bgr24"
                yield VideoFrame(decoded.time - start_s, np.asarray(decoded.to_ndarray(format=layout), np.uint8))
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        raise DataError(f"{path} cannot be read as a video: {getattr(error, 'strerror', None) or error}.") from error


class Follower:
    """A video read in step with another: asked for a time, it gives the frame nearest to it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._frames = read_video(path)
        self._now = next(self._frames, None)
        self._next = next(self._frames, None)
        self._period_s = 0.04 if self._now is None or self._next is None else self._next.pts_s - self._now.pts_s

    def at(self, pts_s: float) -> Pixels:
        """Return the frame nearest to a time; times must not go back.

        Raises:
            DataError: There is none within three periods.
        """
        while self._now is not None and self._next is not None and self._is_next_nearer(pts_s):
            self._now, self._next = self._next, next(self._frames, None)
        if self._now is None or abs(self._now.pts_s - pts_s) > 3 * self._period_s + 1e-3:
            raise DataError(f"{self._path} has no frame at {pts_s:.2f} s: it does not belong to the visible video.")
        return self._now.image

    def _is_next_nearer(self, pts_s: float) -> bool:
        assert self._now is not None  # noqa: S101 - the caller has looked
        assert self._next is not None  # noqa: S101
        return abs(self._next.pts_s - pts_s) < abs(self._now.pts_s - pts_s)
