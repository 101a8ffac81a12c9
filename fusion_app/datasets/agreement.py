"""How well infrared lies on visible, in figures that need no truth: what agrees, and how far places are off."""

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.alignment.profile import Matrix
from fusion_app.finding.calibration.fields import Field, Pictures, edges, rescaling, resized
from fusion_app.finding.calibration.refine import STEPS, score_at
from fusion_app.frames import FloatImage, Image, Size

WIDTH = 480
"""Width at which places are compared; narrower pictures keep theirs."""
BLUR_PX = 1.5
REACH_PX = 12
"""How far a place can be off, at that width: 16 pixels of a picture 640 wide."""
PLACES = (3, 4)
"""Rows and columns of places."""
LEAST_SIDE = 12
RIVAL_PX = 5
CLEAR = 0.05
"""By how much the best shift of a place must be ahead of any other; else the place does not count."""
LEVELS = 64
BORDER = 0.02
"""Part of the width left aside at the borders, where a warped picture has its last pixels repeated."""


class Agreement(NamedTuple):
    """How far a pair agrees.

    Attributes:
        edges: Correlation of the edges, 0…1; what the estimate itself makes large.
        shared: Normalised mutual information of the grey levels, 1 (none) … 2: a witness that no estimate here looks
            at. Studholme, Hill and Hawkes, "An overlap invariant entropy measure of 3D medical image alignment",
            Pattern Recognition 32 (1999).
    """

    edges: float
    shared: float

    def beats(self, other: "Agreement") -> bool:
        """Tell whether both figures are better."""
        return self.edges > other.edges and self.shared > other.shared


def agreement(pictures: Pictures, matrix: Matrix) -> Agreement:
    """Return how far ``pictures`` agree where ``matrix``, from infrared pixels to visible ones, lays infrared."""
    border = max(1, round(BORDER * pictures.vis_size.width))
    inner = (slice(border, -border),) * 2
    ir, vis = (cv2.GaussianBlur(image, (0, 0), 1.0)[inner] for image in (_laid(pictures, matrix), pictures.vis))
    return Agreement(score_at([pictures], matrix, STEPS[-1]), _shared(ir, vis))


def _shared(one: Image, other: Image) -> float:
    counts = np.histogram2d(one.ravel(), other.ravel(), LEVELS, [[0, 256], [0, 256]])[0]
    joint = counts / counts.sum()
    both = _entropy(joint)
    return (_entropy(joint.sum(axis=0)) + _entropy(joint.sum(axis=1))) / both if both > 0 else 1.0


def _entropy(shares: npt.NDArray[np.float64]) -> float:
    known = shares[shares > 0]
    return float(-(known * np.log2(known)).sum())


def _laid(pictures: Pictures, matrix: Matrix) -> Image:
    return cv2.warpPerspective(pictures.ir, matrix, pictures.vis_size, borderMode=cv2.BORDER_REPLICATE)


Scores = npt.NDArray[np.float32]
"""``(places, shifts, shifts)``: how well the edges of a place agree at each shift, -1…1."""


def scores_of_places(pictures: Pictures, matrix: Matrix) -> tuple[Scores, float]:
    """Return the scores of every place of a picture, and how many visible pixels a shift of one is."""
    size = resized(pictures.vis_size, min(WIDTH, pictures.vis_size.width))
    fields = [edges(image, size, BLUR_PX) for image in (_laid(pictures, matrix), pictures.vis)]
    rows, columns = (_parts(side, count) for side, count in zip(size[::-1], PLACES, strict=True))
    found = [_scores(*(field[row, column] for field in fields)) for row in rows for column in columns]
    return np.stack(found), pictures.vis_size.width / size.width


def _parts(side: int, count: int) -> list[slice]:
    ends = np.linspace(0, side, count + 1).astype(int)
    return [slice(int(one), int(other)) for one, other in pairwise(ends)]


def _scores(ir: Field, vis: Field) -> FloatImage:
    """Return the normalised correlation of the middle of ``ir`` with ``vis`` at each shift."""
    part = ir[REACH_PX:-REACH_PX, REACH_PX:-REACH_PX]
    shifts = 2 * REACH_PX + 1
    if min(part.shape) < LEAST_SIDE:
        return np.zeros((shifts, shifts), np.float32)
    pairs = ((part.real, vis.real), (part.imag, vis.imag))
    across = sum(_correlated(seen, where) for seen, where in pairs)
    energy = _correlated(np.ones(part.shape, np.float32), np.abs(vis) ** 2) * float((np.abs(part) ** 2).sum())
    return np.asarray(across / np.sqrt(energy + 1e-6), np.float32)


def _correlated(part: FloatImage, where: FloatImage) -> FloatImage:
    seen, sought = (np.ascontiguousarray(one, np.float32) for one in (where, part))
    return np.asarray(cv2.matchTemplate(seen, sought, cv2.TM_CCORR), np.float32)


def off_px(before: Scores, after: Scores, px: float) -> tuple[float, float] | None:
    """Return how far places are off on average before and after, visible pixels, over those that are clear in both.

    Args:
        before: Scores of the places, the mean over all pairs of a rig, or of one pair.
        after: The same after the correction.
        px: Visible pixels of a shift of one.
    """
    both = [[_off(one) for one in scores] for scores in (before, after)]
    clear = [(a, b) for a, b in zip(*both, strict=True) if a is not None and b is not None]
    if not clear:
        return None
    mean = np.mean(clear, axis=0) * px
    return float(mean[0]), float(mean[1])


def _off(scores: FloatImage) -> float | None:
    """Return by how many shifts a place is off; None where none stands out."""
    row, column = (int(at) for at in np.unravel_index(int(scores.argmax()), scores.shape))
    rows, columns = np.mgrid[: scores.shape[0], : scores.shape[1]]
    rivals = scores[np.hypot(rows - row, columns - column) > RIVAL_PX]
    last = scores.shape[0] - 1
    if scores[row, column] - rivals.max() < CLEAR or row in (0, last) or column in (0, last):
        return None
    down = row + _fraction(scores[row - 1 : row + 2, column]) - REACH_PX
    right = column + _fraction(scores[row, column - 1 : column + 2]) - REACH_PX
    return float(np.hypot(down, right))


def _fraction(three: FloatImage) -> float:
    """Return where the parabola through three neighbours peaks, -0.5…0.5."""
    bend = 2 * three[1] - three[0] - three[2]
    return float(np.clip(0.5 * (three[2] - three[0]) / bend, -0.5, 0.5)) if bend > 0 else 0.0


def stretched(pictures: Pictures) -> Matrix:
    """Return the homography that stretches infrared to the visible picture: how it lies before."""
    return rescaling(pictures.ir_size, Size(*pictures.vis_size))
