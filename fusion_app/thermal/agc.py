"""Automatic gain control: 16 bit counts to 8 bit grey.

Real scenes fill a tiny part of the counts, so a fixed shift gives black, and stretching every frame by itself flickers.
Here every method gives a curve, grey over counts; the curve in use follows it slowly. Since no point of it moves more
than `MAX_STEP` grey levels from one frame to the next, nothing that keeps its temperature does either, whatever enters
the scene.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from fusion_app.frames import FloatImage, Image
from fusion_app.settings import ThermalSettings
from fusion_app.thermal.moves import Move

Curve = npt.NDArray[np.float32]
"""``(65536,)`` float32: grey level 0…255 of every count, never falling."""

PERCENTILES = (0.5, 99.5)
SMOOTHING = 0.08
"""Part of the way to the new curve that one frame goes, at the most."""

MAX_STEP = 1.5
"""Grey levels that a count moves from one frame to the next, at the most."""

PLATEAU = 1.5
"""How often a count may occur, in means over the counts that occur, before the rest of it earns no more contrast."""

MAX_NOISE = 2.0
"""Grey levels that the plateau's curve makes of the sensor's noise (standard deviation), at the most."""

ROUNDS = 4

COUNTS = np.arange(65536, dtype=np.float32)


class Agc:
    """Counts to grey, with the curve in use as its memory."""

    def __init__(self) -> None:
        self._curve = ramp(0, 65535)
        self._is_first = True

    def __call__(self, counts: Image, settings: ThermalSettings, move: Move) -> Image:
        """Return ``(H, W)`` uint8 of ``(H, W)`` uint16 counts."""
        self._curve, self._is_first = self._next_curve(counts, settings, move), False
        return applied(self._curve, counts)

    def levels(self, counts: FloatImage) -> FloatImage:
        """Return the grey levels, not rounded, that the curve in use gives ``(H, W)`` counts."""
        return self._curve[np.rint(counts).astype(np.intp)]

    @property
    def counts_range(self) -> tuple[float, float]:
        """Counts that are drawn darkest and brightest."""
        black, white = np.searchsorted(self._curve, (self._curve[0] + 0.5, self._curve[-1] - 0.5))
        return float(black), float(white)

    def _next_curve(self, counts: Image, settings: ThermalSettings, move: Move) -> Curve:
        if settings.agc == "manual":
            return ramp(settings.level - settings.span / 2, settings.level + settings.span / 2)
        if not self._is_first and (settings.lock or move is Move.SAME):
            return self._curve
        occurrences = histogram(counts)
        target = _CURVES[settings.agc](occurrences, _least_span(counts, occurrences, settings))
        if self._is_first or move is Move.START or _is_elsewhere(self._curve, occurrences):
            return target
        return followed(self._curve, target)


def histogram(counts: Image) -> npt.NDArray[np.int64]:
    """Return how often each count occurs, ``(65536,)``; large frames are sampled, a quarter is plenty."""
    sample = counts[::2, ::2] if counts.size > 40_000 else counts
    return np.bincount(sample.ravel(), minlength=65536)


def noise(counts: Image) -> float:
    """Return the standard deviation of the noise of ``(H, W)`` counts, told by how rows bend from pixel to pixel."""
    rows = counts[:: max(1, counts.shape[0] // 32)].astype(np.int32)
    if rows.shape[1] < 3:
        return 0.0
    bend = np.abs(rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:])
    # Edges and texture bend more, so the quiet quarter tells; of a normal distribution it lies below 0.3186, and the
    # variances add up to 1 + 4 + 1.
    return float(np.quantile(bend, 0.25)) / (0.3186 * 6**0.5)


def _least_span(counts: Image, occurrences: npt.NDArray[np.int64], settings: ThermalSettings) -> float:
    """Return the counts that the grey range spans at the least; a plateau's slope must not show noise, either."""
    if settings.agc != "plateau":
        return settings.min_span
    low, high = _percentiles(occurrences)
    return max(settings.min_span, min(255.0 * noise(counts) / MAX_NOISE, high - low))


def ramp(black: float, white: float) -> Curve:
    """Return the curve that rises from ``black`` to ``white`` counts in a straight line."""
    scale = np.float32(255.0 / max(white - black, 1.0))
    return np.asarray(np.clip((COUNTS - np.float32(black)) * scale, 0, 255), np.float32)


def percentile_curve(occurrences: npt.NDArray[np.int64], min_span: float) -> Curve:
    """Return the ramp between the percentiles `PERCENTILES`, ``min_span`` counts wide at the least."""
    return _ramp_of_span(*_percentiles(occurrences), min_span)


def linear_curve(occurrences: npt.NDArray[np.int64], min_span: float) -> Curve:
    """Return the ramp from the smallest to the largest count, ``min_span`` counts wide at the least."""
    present = np.flatnonzero(occurrences)
    return _ramp_of_span(float(present[0]), float(present[-1]), min_span)


def plateau_curve(occurrences: npt.NDArray[np.int64], min_span: float) -> Curve:
    """Return the curve of histogram equalisation whose histogram is cut at a plateau (`PLATEAU`).

    It is nowhere steeper than a ramp over ``min_span`` counts; what the grey range then has left over stays half above
    and half below.
    """
    plateau = np.float32(PLATEAU * occurrences.sum() / np.count_nonzero(occurrences))
    slopes = np.minimum(occurrences.astype(np.float32), plateau)
    for _ in range(ROUNDS):  # what is cut from the steep parts goes to the rest
        slopes = np.minimum(slopes * np.float32(255.0 / slopes.sum()), np.float32(255.0 / min_span))
    rising = np.cumsum(slopes, dtype=np.float64) - slopes / 2
    return np.asarray(rising + (255.0 - slopes.sum()) / 2, np.float32)


_CURVES: dict[str, Callable[[npt.NDArray[np.int64], float], Curve]] = {
    "percentile": percentile_curve,
    "linear": linear_curve,
    "plateau": plateau_curve,
}


def followed(curve: Curve, target: Curve) -> Curve:
    """Return ``curve`` moved towards ``target`` by `MAX_STEP` grey levels at the most; it still never falls."""
    step = np.clip((target - curve) * np.float32(SMOOTHING), -MAX_STEP, MAX_STEP)
    return np.asarray(curve + step, np.float32)


def applied(curve: Curve, counts: Image) -> Image:
    """Return ``(H, W)`` uint8 grey of ``(H, W)`` uint16 counts."""
    return np.take(np.rint(curve).astype(np.uint8), counts)


def _percentiles(occurrences: npt.NDArray[np.int64]) -> tuple[float, float]:
    total = np.cumsum(occurrences)
    low, high = np.searchsorted(total, np.array(PERCENTILES) / 100 * total[-1])
    return float(low), float(high)


def _ramp_of_span(low: float, high: float, min_span: float) -> Curve:
    middle, half = (low + high) / 2, max(high - low, min_span) / 2
    return ramp(middle - half, middle + half)


def _is_elsewhere(curve: Curve, occurrences: npt.NDArray[np.int64]) -> bool:
    """Tell whether more than half of the picture would be black or white: another scene, not worth a slow way there."""
    is_clipped = (curve <= curve[0]) | (curve >= curve[-1])
    return bool(2 * occurrences[is_clipped].sum() > occurrences.sum())
