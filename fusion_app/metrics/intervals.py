"""How far a mean can be trusted: bootstrap intervals over the pairs, the same draws for all that are compared."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

DRAWS = 2000
SEED = 2026
CONFIDENCE = 0.95
AT_ONCE = 1_000_000
"""So many figures are drawn in one piece: 16 MB."""


class Interval(NamedTuple):
    """A mean and the ends of its 95 % interval; the ends are the mean itself where one pair was measured."""

    mean: float
    low: float
    high: float


def mean_interval(values: ArrayLike) -> Interval:
    """Return the mean of ``(n,)`` figures, n ≥ 1, with its percentile bootstrap interval.

    Seeded: the n-th figure of two sets of equal size is drawn equally often, so that the interval of differences,
    pair by pair, is that of a paired bootstrap. A figure that is infinite (PSNR of a copy) makes the mean so.

    Source: Efron, Ann. Stat. 7 (1979).
    """
    figures = np.asarray(values, np.float64)
    mean = float(figures.mean())
    if len(figures) == 1 or not np.isfinite(figures).all():
        return Interval(mean, mean, mean)
    rng = np.random.default_rng(SEED)
    rows = max(1, AT_ONCE // len(figures))
    counts = [min(rows, DRAWS - begun) for begun in range(0, DRAWS, rows)]
    drawn = (figures[rng.integers(0, len(figures), (count, len(figures)))] for count in counts)
    means = np.concatenate([block.mean(axis=1) for block in drawn])
    low, high = np.quantile(means, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return Interval(mean, float(low), float(high))
