"""A stream as motion is measured on it: small pictures of normalised contrast, and the motion between two of them."""

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.frames import Frame, Image

Grid = npt.NDArray[np.float32]

WINDOW_S = 5.0
PICTURE = (160, 120)
CELLS = (40, 30)
JUMP_S = 1.0
"""A longer step in time than this is a seek or a lost source: what was collected before it is of another time."""

SAME_S = 1e-4
"""Two frames less apart than this are one frame, held."""

NEIGHBOURHOOD = (17, 17)
NOISE_LEVELS = 2.0
"""Grey levels of contrast that may be noise; weaker detail is not blown up to full contrast."""
MIN_SPAN_COUNTS = 64.0
"""Raw counts that make the whole grey range at the least, as in the AGC."""


@dataclass(frozen=True, eq=False, slots=True)
class MotionSample:
    """One frame as motion is measured on it.

    Attributes:
        pts_s: Presentation time of the frame, seconds.
        picture: ``(120, 160)`` float32 of mean 0; contrast is normalised locally, so that neither gain nor offset of
            the camera matter.
    """

    pts_s: float
    picture: Grid


class MotionTrack:
    """The latest seconds of one stream, collected frame by frame (about 0.3 ms each)."""

    def __init__(self, window_s: float = WINDOW_S) -> None:
        """Keep the samples of the last ``window_s`` seconds."""
        self._window_s = window_s
        self._samples: deque[MotionSample] = deque()
        self._last: Image | None = None

    def add(self, frame: Frame) -> None:
        """Take a frame into account; a repeated one changes nothing, a jump in time starts afresh."""
        if self._samples:
            step_s = frame.pts_s - self._samples[-1].pts_s
            if abs(step_s) < SAME_S:
                return
            if not 0 < step_s <= JUMP_S:
                self.clear()
        small = _small(frame.image)
        if self._last is not None and np.array_equal(small, self._last):
            return
        self._last = small
        self._samples.append(MotionSample(frame.pts_s, _normalised(small)))
        while self._samples[0].pts_s < frame.pts_s - self._window_s - 1e-6:
            self._samples.popleft()

    def clear(self) -> None:
        """Forget everything."""
        self._samples.clear()
        self._last = None

    def samples(self) -> tuple[MotionSample, ...]:
        """Return what is remembered, the oldest first."""
        return tuple(self._samples)


def motion_between(before: MotionSample, after: MotionSample) -> Grid:
    """Return how much each cell of the grid has changed, ``(1200,)`` float32, 0 for nothing."""
    difference = np.abs(after.picture - before.picture)
    return np.asarray(cv2.resize(difference, CELLS, interpolation=cv2.INTER_AREA), np.float32).ravel()


def _small(image: Image) -> Image:
    """Return a small picture in one channel: green is nearly luma; a large image is thinned out first."""
    step = max(1, image.shape[1] // (4 * PICTURE[0]))
    channel = image[..., 1] if image.ndim == 3 else image
    return cv2.resize(np.ascontiguousarray(channel[::step, ::step]), PICTURE, interpolation=cv2.INTER_AREA)


def _normalised(small: Image) -> Grid:
    picture = small.astype(np.float32) * _levels_per_unit(small)
    detail = picture - cv2.blur(picture, NEIGHBOURHOOD)
    contrast = cv2.blur(np.abs(detail), NEIGHBOURHOOD)
    return np.asarray(detail / (contrast + NOISE_LEVELS), np.float32)


def _levels_per_unit(small: Image) -> np.float32:
    """Return grey levels per unit of the picture: 1 for 8 bit; raw counts are spread over the grey range."""
    if small.dtype == np.uint8:
        return np.float32(1)
    low, high = np.percentile(small, (0.5, 99.5))
    return np.float32(255.0 / max(float(high - low), MIN_SPAN_COUNTS))
