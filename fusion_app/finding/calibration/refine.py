"""From a rough placement to a fine one: enhanced correlation of the edges of all pairs at once.

Source: Evangelidis and Psarakis, "Parametric image alignment using enhanced correlation coefficient maximization", IEEE
Trans. PAMI 30 (2008), in its forward additive form, here for two-part fields and several pairs. The placement is an
affinity: cameras that look the same way show hardly any perspective, and what parallax does no homography undoes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.alignment.profile import Matrix
from fusion_app.finding.calibration.fields import Field, Pictures, edges, rescaling, resized, turned
from fusion_app.finding.steps import BetweenSteps, go_on
from fusion_app.frames import FloatImage, Size

STEPS = ((160, 1.5), (320, 2.0))
"""Width of the visible picture and blur, pixels, one after the other."""
MAX_ROUNDS = 25
STILL = 0.01
"""A round that moves infrared by less, pixels, is the last."""
LEAST_PIXELS = 200
BORDER_PX = 2

Grid = tuple[FloatImage, FloatImage]
"""Columns and rows of infrared pixels, in units in which the picture is about 2 wide."""


def refined(
    pairs: Sequence[Pictures],
    matrix: Matrix,
    steps: Sequence[tuple[int, float]] = STEPS,
    between: BetweenSteps = go_on,
) -> tuple[Matrix, float]:
    """Return the placement near ``matrix`` at which the edges agree best, and how far they do, 0…1.

    ``between`` is called before each step and each of its rounds.
    """
    vis, score = pairs[0].vis_size, 0.0
    for width, blur_px in steps:
        between()
        small = resized(vis, width)
        fine, score = _Level(pairs, rescaling(vis, small) @ matrix, small, blur_px).climb(between)
        matrix = rescaling(small, vis) @ fine
    return matrix / matrix[2, 2], score


def score_at(pairs: Sequence[Pictures], matrix: Matrix, step: tuple[int, float] = STEPS[0]) -> float:
    """Return how far the edges agree where ``matrix`` lays infrared, 0…1."""
    width, blur_px = step
    vis = pairs[0].vis_size
    small = resized(vis, width)
    return _Level(pairs, rescaling(vis, small) @ matrix, small, blur_px).score()


@dataclass
class _Sums:
    """What a round adds up over pixels, parts and pairs: ``G`` is how the visible field changes with each number."""

    gg: npt.NDArray[np.float64]
    gi: npt.NDArray[np.float64]
    gt: npt.NDArray[np.float64]
    ii: float = 0.0
    tt: float = 0.0
    ti: float = 0.0

    def add(self, change: FloatImage, vis: FloatImage, ir: FloatImage) -> None:
        """Add one part of one pair: ``(n, 6)``, ``(n,)``, ``(n,)``."""
        self.gg += change.T @ change
        self.gi += change.T @ vis
        self.gt += change.T @ ir
        self.ii += float(vis @ vis)
        self.tt += float(ir @ ir)
        self.ti += float(vis @ ir)

    @property
    def correlation(self) -> float:
        """How far infrared and visible agree, -1…1."""
        return self.ti / float(np.sqrt(self.ii * self.tt + 1e-9))

    def step(self) -> npt.NDArray[np.float64]:
        """Return what to add to the numbers, equations 18 to 21 of the paper."""
        inverse = np.linalg.inv(self.gg + 1e-6 * np.trace(self.gg) / 6 * np.eye(6) + 1e-9 * np.eye(6))
        divisor = self.ti - self.gt @ inverse @ self.gi
        factor = (self.ii - self.gi @ inverse @ self.gi) / divisor if divisor > 0 else 1.0
        return np.asarray(inverse @ (factor * self.gt - self.gi), np.float64)


class _Level:
    """One resolution of the refinement."""

    def __init__(self, pairs: Sequence[Pictures], matrix: Matrix, vis: Size, blur_px: float) -> None:
        ir = pairs[0].ir_size
        scale = np.sqrt(abs(np.linalg.det(matrix[:2, :2] / matrix[2, 2])))
        size = resized(ir, max(24, round(ir.width * scale)))
        self._vis = vis
        self._ir_fields = [edges(pair.ir, size, blur_px) for pair in pairs]
        self._vis_parts = [_parts(edges(pair.vis, vis, blur_px)) for pair in pairs]
        columns, rows = np.arange(size.width, dtype=np.float32), np.arange(size.height, dtype=np.float32)
        unit = size.width / 2
        middle = (size.width - 1) / 2, (size.height - 1) / 2
        grid = np.meshgrid((columns - middle[0]) / unit, (rows - middle[1]) / unit)
        self._grid: Grid = (grid[0], grid[1])
        self._to_grid = np.linalg.inv(np.array([[unit, 0, middle[0]], [0, unit, middle[1]], [0, 0, 1]]))
        self._to_grid = self._to_grid @ rescaling(ir, size)
        self._start = matrix @ np.linalg.inv(self._to_grid)

    def score(self) -> float:
        """Return how far the edges agree at the start."""
        sums, covered = self._sums((self._start / self._start[2, 2])[:2].ravel())
        return 0.0 if sums is None else max(0.0, float(sums.correlation * np.sqrt(covered)))

    def climb(self, between: BetweenSteps) -> tuple[Matrix, float]:
        """Return the best placement of all rounds, and its score."""
        numbers = (self._start / self._start[2, 2])[:2].ravel()
        best, best_score = numbers, -1.0
        for _ in range(MAX_ROUNDS):
            between()
            sums, covered = self._sums(numbers)
            if sums is None:
                break
            score = sums.correlation * np.sqrt(covered)
            if score > best_score:
                best, best_score = numbers, score
            step = sums.step()
            numbers = numbers + step
            if np.abs(step).max() < STILL:
                break
        matrix = np.vstack([best.reshape(2, 3), (0, 0, 1)]) @ self._to_grid
        return np.asarray(matrix, np.float64), max(0.0, float(best_score))

    def _sums(self, numbers: npt.NDArray[np.float64]) -> tuple[_Sums | None, float]:
        """Return what a round adds up, None where the pictures do not overlap; and how much of visible is covered."""
        x, y = self._grid
        a, b, c, d, e, f = (np.float32(number) for number in numbers)
        at = a * x + b * y + c, d * x + e * y + f
        width, height = self._vis
        low, high = BORDER_PX, BORDER_PX + 1
        inside = (at[0] > low) & (at[0] < width - high) & (at[1] > low) & (at[1] < height - high)
        if np.count_nonzero(inside) < LEAST_PIXELS or not np.isfinite(numbers).all():
            return None, 0.0
        sums = _Sums(np.zeros((6, 6)), np.zeros(6), np.zeros(6))
        turn_deg = float(np.degrees(np.arctan2(d, a)))
        for ir, parts in zip(self._ir_fields, self._vis_parts, strict=True):
            seen = turned(ir, turn_deg)[inside]
            for part, target in zip(parts, (seen.real, seen.imag), strict=True):
                vis, by_x, by_y = (cv2.remap(one, *at, cv2.INTER_LINEAR)[inside] for one in part)
                change = (by_x * x[inside], by_x * y[inside], by_x, by_y * x[inside], by_y * y[inside], by_y)
                sums.add(np.asarray(np.stack(change, axis=1), np.float32), np.asarray(vis, np.float32), target)
        return sums, np.count_nonzero(inside) / (width * height)


def _parts(field: Field) -> list[tuple[FloatImage, FloatImage, FloatImage]]:
    """Return the real and the imaginary part of a field, each with its derivatives to the right and downwards."""
    found = []
    for part in (np.ascontiguousarray(field.real), np.ascontiguousarray(field.imag)):
        slopes = (cv2.Sobel(part, cv2.CV_32F, *order, scale=1 / 8) for order in ((1, 0), (0, 1)))
        by_x, by_y = (np.asarray(slope, np.float32) for slope in slopes)
        found.append((part, by_x, by_y))
    return found
