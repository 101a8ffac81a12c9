"""How far a mean can be trusted: bootstrap intervals over the pairs, the same draws for all that are compared."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

DRAWS = 2000
SEED = 2026
CONFIDENCE = 0.95


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
    means = [figures[rng.integers(0, len(figures), len(figures))].mean() for _ in range(DRAWS)]
    low, high = np.quantile(means, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return Interval(mean, float(low), float(high))
