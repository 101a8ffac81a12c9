"""Jumps of a camera's own gain taken out of its 8 bit picture.

Cameras that deliver 8 bit control their gain by themselves, and jump: what has not changed in the scene changes by ten
levels or more. Such a jump is one gain and one offset for the whole picture, so they are fitted from frame to frame,
and undone only where they explain most of the change: what a moving camera or object changes, no gain explains. The
correction then fades out, so the picture never stays away from the camera's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from fusion_app.frames import FloatImage, Image, Size
from fusion_app.thermal.moves import Move
from fusion_app.thermal.shrinking import shrunk

MAX_RESIDUAL = 0.7
"""Of the change; a fit that leaves more explains nothing."""

MIN_CHANGE = 0.5
"""Grey levels, mean over the picture; less is no jump."""

CUT_CHANGE = 24.0
"""Grey levels of a change that no gain explains and that is another scene."""

FADE_S = 2.0
"""Seconds in which a correction fades to 1/e."""

THUMBNAIL = Size(80, 60)
ROUNDS = 5
SAMPLES = 3
"""Of so many pixels of a thumbnail one is fitted: a gain and an offset are told by far fewer."""
GAINS = (0.4, 2.5)
OFFSETS = (-120.0, 120.0)
NEARLY_WHITE = np.float32(235)
LEVELS = np.arange(256, dtype=np.float32)


Levels = Callable[[FloatImage], FloatImage]


class Gain(NamedTuple):
    """``grey * gain + offset``."""

    gain: float = 1.0
    offset: float = 0.0

    def after(self, other: "Gain") -> "Gain":
        """Return this upon ``other``."""
        return Gain(self.gain * other.gain, self.gain * other.offset + self.offset)

    def inverse(self) -> "Gain":
        """Return what undoes this."""
        return Gain(1 / self.gain, -self.offset / self.gain)

    def faded(self, part: float) -> "Gain":
        """Return this with ``part`` of it gone."""
        return Gain(1 + (self.gain - 1) * (1 - part), self.offset * (1 - part))

    def limited(self) -> "Gain":
        """Return this within `GAINS` and `OFFSETS`."""
        return Gain(float(np.clip(self.gain, *GAINS)), float(np.clip(self.offset, *OFFSETS)))


NOTHING = Gain()


@dataclass(frozen=True)
class Change:
    """What happened from one frame to the next.

    Attributes:
        gain: The gain and offset that explain it best.
        total: Mean absolute change, grey levels.
        residual: Mean absolute change that ``gain`` does not explain, grey levels.
    """

    gain: Gain
    total: float
    residual: float

    @property
    def is_jump(self) -> bool:
        """The change is one of gain."""
        return self.total >= MIN_CHANGE and self.residual < MAX_RESIDUAL * self.total

    @property
    def is_cut(self) -> bool:
        """The change is to another scene."""
        return self.total >= CUT_CHANGE and not self.is_jump


class Deflicker:
    """Grey to grey; its memory is the frame before, made small, and the correction in use."""

    def __init__(self) -> None:
        self._before: FloatImage | None = None
        self._correction = NOTHING

    def __call__(self, grey: Image, small: FloatImage, levels: Levels, move: Move, step_s: float) -> Image:
        """Return ``grey`` without the jumps of its gain; the same array where there is nothing to do.

        Args:
            grey: ``(H, W)`` uint8.
            small: `thumbnail` of the frame, as the camera delivers it.
            levels: Grey levels of such a thumbnail. Asked for both frames anew, so the AGC's own steps are no jumps.
            move: How the frame stands to the one before.
            step_s: Seconds since then.
        """
        if move is not Move.SAME:
            before, self._before = self._before, small
            if before is None or move is Move.START:
                self._correction = NOTHING
            else:
                self._correction = self._followed(fitted(levels(before), levels(small)), abs(step_s))
        return corrected(grey, self._correction)

    def _followed(self, change: Change, step_s: float) -> Gain:
        if change.is_cut:
            return NOTHING
        correction = self._correction
        if change.is_jump:
            correction = correction.after(change.gain.inverse()).limited()
        return correction.faded(1 - np.exp(-step_s / FADE_S))


def thumbnail(image: Image) -> FloatImage:
    """Return a picture or counts small: without their noise, and quick to compare."""
    return shrunk(image, THUMBNAIL)


def fitted(before: FloatImage, now: FloatImage) -> Change:
    """Return the gain that best turns ``before`` into ``now`` (least squares, Cauchy weights), and how well it does.

    Black and white are left out: there the camera has clipped.
    """
    is_open = (np.minimum(before, now) > 2) & (np.maximum(before, now) < 253)
    x, y = before[is_open], now[is_open]
    total = float(np.abs(y - x).mean()) if x.size else 0.0
    if total < MIN_CHANGE or x.size < is_open.size // 10:
        return Change(NOTHING, total, total)
    x, y = x[::SAMPLES], y[::SAMPLES]
    gain = Gain(1.0, float(np.median(y - x)))
    for _ in range(ROUNDS):
        gain = _refined(gain, x, y)
    return Change(gain, total, float(np.abs(y - gain.gain * x - gain.offset).mean()))


def _refined(gain: Gain, x: FloatImage, y: FloatImage) -> Gain:
    residual = np.abs(y - gain.gain * x - gain.offset)
    scale = 2 * float(np.median(residual)) + 0.5
    weights = 1 / (1 + (residual / scale) ** 2)
    weights /= weights.sum()
    mean_x, mean_y = float(weights @ x), float(weights @ y)
    spread = float(weights @ (x - mean_x) ** 2)
    slope = float(weights @ ((x - mean_x) * (y - mean_y))) / spread if spread > 1 else 1.0
    slope = float(np.clip(slope, *GAINS))
    return Gain(slope, mean_y - slope * mean_x)


def corrected(grey: Image, gain: Gain) -> Image:
    """Return ``grey`` under ``gain``; the same array where no level changes. White stays white, being clipped heat."""
    levels = LEVELS * np.float32(gain.gain) + np.float32(gain.offset)
    levels += np.clip((LEVELS - NEARLY_WHITE) / (255 - NEARLY_WHITE), 0, 1) * max(255 - levels[-1], 0)
    table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return grey if np.array_equal(table, LEVELS) else cv2.LUT(grey, table)
