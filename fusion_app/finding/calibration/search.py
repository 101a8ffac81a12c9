"""Where infrared lies, roughly: every size and turn, and every shift at once by the Fourier transform."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.alignment.profile import Matrix, corners
from fusion_app.finding.calibration.fields import Field, Pictures, edges, rescaling, resized, turned
from fusion_app.finding.steps import BetweenSteps, go_on
from fusion_app.frames import FloatImage, Size

WIDTH = 160
"""Width of the visible picture here; wider ones take longer and find the same."""
SCALES = np.geomspace(0.52, 1.65, 25)
TURNS_DEG = np.arange(-6.0, 6.1, 2.0)
MAX_SHIFT = 0.25
"""Of the visible picture's width, to each side."""
LEAST_OVERLAP = 0.3
"""Of the smaller of the two pictures."""
BLUR_PX = 1.0
LEAST_SCORE = 0.02
"""Below it nothing stands out from anything: the pictures are blank."""
APART_PX = 9
DISTINCT = 0.1
"""Placements whose corners are further apart than this, of the visible width, are two."""


@dataclass(frozen=True)
class Place:
    """One placement of infrared: on the visible picture of `WIDTH`.

    Attributes:
        score: How far the edges agree, weighted by how much of the pictures overlaps.
        scale: Width of infrared, of the visible picture's.
        turn_deg: Clockwise.
        x: How far its middle lies right of the visible picture's middle, pixels.
        y: The same downwards.
    """

    score: float
    scale: float
    turn_deg: float
    x: float
    y: float


@dataclass(frozen=True)
class Found:
    """The best placement.

    Attributes:
        matrix: From pixels of the infrared pictures to those of the visible ones.
        margin: How far it stands out from the next best that is another, 0…1.
    """

    matrix: Matrix
    margin: float


def search(pairs: Sequence[Pictures], between: BetweenSteps = go_on) -> Found:
    """Return the best placement of infrared over all ``pairs``; ``between`` is called before each size and turn."""
    ir, vis = pairs[0].ir_size, pairs[0].vis_size
    small = resized(vis, WIDTH)
    canvas = _Canvas(small, [edges(pair.vis, small, BLUR_PX) for pair in pairs])
    best, *others = sorted(_places(canvas, pairs, between), key=lambda place: -place.score)
    matrix = _matrix(best, ir, small)
    rival = next((one.score for one in others if are_distinct(_matrix(one, ir, small), matrix, ir, small)), 0.0)
    margin = 1 - max(0.0, rival) / best.score if best.score > LEAST_SCORE else 0.0
    return Found(rescaling(small, vis) @ matrix, margin)


def are_distinct(one: Matrix, other: Matrix, ir: Size, vis: Size) -> bool:
    """Tell whether two placements are two, and not one of them a little off the other."""
    apart = np.linalg.norm(corners(one, ir) - corners(other, ir), axis=1).mean()
    return bool(apart > DISTINCT * vis.width)


class _Canvas:
    """The visible fields, transformed, with room for infrared to be shifted."""

    def __init__(self, vis: Size, fields: Sequence[Field]) -> None:
        self.room = round(MAX_SHIFT * vis.width)
        self.size = Size(vis.width + 2 * self.room, vis.height + 2 * self.room)
        self._area = vis.width * vis.height
        self._fields = [np.conj(_spectrum(self._padded(one))) for one in fields]
        energy = sum(np.abs(one) ** 2 for one in fields)
        self._energy = np.conj(_spectrum(self._padded(np.asarray(energy, np.complex64))))
        self._ones = np.conj(_spectrum(self._padded(np.ones(fields[0].shape, np.complex64))))

    def scores(self, fields: Sequence[Field], covered: FloatImage) -> npt.NDArray[np.float64]:
        """Return how well infrared fits at each shift: the normalised correlation, weighted by the overlap.

        Args:
            fields: Infrared in the middle of the canvas, and
            covered: ``(H, W)`` where it is.
        """
        spectrum, energy = np.zeros(covered.shape, np.complex64), np.zeros(covered.shape, np.float32)
        for vis, ir in zip(self._fields, fields, strict=True):
            spectrum += vis * _spectrum(ir)
            energy += ir.real**2 + ir.imag**2
        across = self._at_shifts(spectrum).real
        # two real correlations at once, as the real and the imaginary part of one
        both = _spectrum(np.asarray(energy + 1j * covered, np.complex64))
        inner = self._at_shifts(self._ones * both)
        vis_energy = self._at_shifts(self._energy * both).imag
        overlap = inner.imag
        scores = across / np.sqrt(np.maximum(vis_energy * inner.real, 1e-3)) * np.sqrt(np.clip(overlap, 0, None))
        scores[overlap < LEAST_OVERLAP * min(self._area, float(covered.sum()))] = -1.0
        return np.asarray(scores / np.sqrt(self._area), np.float64)

    def _padded(self, field: Field) -> Field:
        padded = np.zeros((self.size.height, self.size.width), np.complex64)
        padded[: field.shape[0], : field.shape[1]] = field
        return padded

    def _at_shifts(self, spectrum: Field) -> Field:
        """Return the correlation at every shift that the canvas has room for."""
        shifts = _spectrum(spectrum, cv2.DFT_INVERSE | cv2.DFT_SCALE)
        return shifts[: 2 * self.room + 1, : 2 * self.room + 1]


def _spectrum(field: Field, flags: int = 0) -> Field:
    """Return the Fourier transform of a field; OpenCV's is many times as fast as NumPy's."""
    parts = np.ascontiguousarray(field, np.complex64).view(np.float32).reshape(*field.shape, 2)
    return np.asarray(cv2.dft(parts, flags=flags).view(np.complex64)[..., 0], np.complex64)


def _places(canvas: _Canvas, pairs: Sequence[Pictures], between: BetweenSteps) -> Iterator[Place]:
    ir = pairs[0].ir_size
    for scale in SCALES:
        size = resized(ir, round(WIDTH * scale))
        fields = [edges(pair.ir, size, BLUR_PX) for pair in pairs]
        for turn in TURNS_DEG:
            between()
            onto = _onto(size, canvas.size, turn)
            drawn = [turned(_drawn(one, onto, canvas.size), turn) for one in fields]
            covered = _drawn(np.ones(size[::-1], np.complex64), onto, canvas.size).real
            scores = canvas.scores(drawn, covered)
            for _ in range(2):  # the best, and the best apart from it
                row, column = np.unravel_index(int(scores.argmax()), scores.shape)
                x, y = canvas.room - int(column), canvas.room - int(row)
                yield Place(float(scores[row, column]), float(scale), float(turn), x, y)
                scores[
                    max(0, row - APART_PX) : row + APART_PX + 1, max(0, column - APART_PX) : column + APART_PX + 1
                ] = -1


def _onto(size: Size, canvas: Size, turn_deg: float) -> Matrix:
    """Return ``(2, 3)``: a picture of ``size``, turned, in the middle of the canvas."""
    onto = cv2.getRotationMatrix2D(((size.width - 1) / 2, (size.height - 1) / 2), -turn_deg, 1.0)
    found = np.asarray(onto, np.float64)
    found[:, 2] += np.subtract(canvas, size) / 2
    return found


def _drawn(field: Field, onto: Matrix, canvas: Size) -> Field:
    real, imaginary = (cv2.warpAffine(np.ascontiguousarray(part), onto, canvas) for part in (field.real, field.imag))
    return np.asarray(real + 1j * imaginary, np.complex64)


def _matrix(place: Place, ir: Size, small: Size) -> Matrix:
    """Return the homography of a placement, to pixels of the small visible picture."""
    size = resized(ir, round(WIDTH * place.scale))
    turn = np.eye(3)
    turn[:2] = _onto(size, small, place.turn_deg)
    turn[:2, 2] += place.x, place.y
    return np.asarray(turn @ rescaling(ir, size), np.float64)
