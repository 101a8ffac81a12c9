"""How sure a rank is: the same comparison on pairs drawn anew, the same draws for all that are compared."""

from collections.abc import Sequence

import numpy as np

from fusion_app.metrics.intervals import CONFIDENCE, DRAWS, SEED, Interval
from training.evaluation.scores import RANK10, Scores, mean_ranks

LEAST_PAIRS = 2


def rank_intervals(results: Sequence[Scores], metrics: Sequence[str] = RANK10) -> dict[str, Interval]:
    """Return each contender's mean rank over ``metrics`` with its 95 % interval: a paired bootstrap within each set.

    Nothing is returned where a set has one pair, which tells nothing about others, or where contenders were measured
    on different pairs.
    """
    names = list(results[0].cases)
    if any(list(result.cases) != names for result in results) or not names:
        return {}
    sets = _by_set(names)
    if min(map(len, sets)) < LEAST_PAIRS:
        return {}
    figures = np.array([[[result.cases[name][key] for key in metrics] for name in names] for result in results])
    rng = np.random.default_rng(SEED)
    drawn = [_ranks(results, figures, [rng.choice(one, len(one)) for one in sets], metrics) for _ in range(DRAWS)]
    whole = _ranks(results, figures, sets, metrics)
    low, high = np.quantile(drawn, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2), axis=0)
    rows = zip(results, whole, low, high, strict=True)
    return {result.name: Interval(rank, float(least), float(most)) for result, rank, least, most in rows}


def _by_set(names: Sequence[str]) -> list[np.ndarray]:
    sets: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        sets.setdefault(name.rpartition("/")[0], []).append(place)
    return [np.array(places) for places in sets.values()]


def _ranks(
    results: Sequence[Scores], figures: np.ndarray, places: Sequence[np.ndarray], metrics: Sequence[str]
) -> list[float]:
    means = np.mean([figures[:, one].mean(axis=1) for one in places], axis=0)
    rows = {result.name: dict(zip(metrics, row, strict=True)) for result, row in zip(results, means, strict=True)}
    ranks = mean_ranks(rows, metrics)
    return [ranks[result.name] for result in results]


def as_text(intervals: dict[str, Interval]) -> str:
    """Return a line for each contender, the best first; empty where there are no intervals."""
    if not intervals:
        return ""
    width = max(map(len, intervals))
    lines = [
        f"{name.ljust(width)}  {one.mean:5.2f}  ({one.low:.2f} to {one.high:.2f})"
        for name, one in sorted(intervals.items(), key=lambda item: item[1].mean)
    ]
    return "\n".join(["rank over the ten metrics, with its 95 % interval (pairs drawn anew):", *lines])
