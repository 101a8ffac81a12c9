"""The figures of one contender over sets of pairs, and the ranks of several."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fusion_app.metrics import evaluate
from fusion_app.metrics.impairment import KINDS, impairment_metrics
from fusion_app.metrics.targets import Target, find_targets, saturation_loss, target_contrast
from training.data.dataset import DataError, PairFiles, Tell, find_pairs, silent
from training.evaluation.contenders import Case, Contender, Fuser, grey, read_case

Figures = dict[str, float]

LOWER_IS_BETTER = frozenset({"Nabf", "Qcv", "MSE", "saturation_loss", "leak"})
RANK10 = ("MI", "VIF", "Qabf", "Qncie", "Qy", "SSIM", "SCD", "VIFF", "Qcb", "Nabf")
RANK12 = (*RANK10, "target_contrast", "kept")
BEYOND = (
    "target_contrast",
    "target_contrast_p10",
    "saturation_loss",
    *(f"kept_{kind}" for kind in KINDS),
    "kept",
    "leak",
)

IMPAIRED_EVERY, IMPAIRED_PER_SET = 5, 4


@dataclass(frozen=True)
class PairSet:
    """A folder of IR and one of visible images that are averaged on their own first.

    Attributes:
        name: What tables call it.
        pairs: Its files, sorted by name.
    """

    name: str
    pairs: tuple[PairFiles, ...]

    @classmethod
    def of(cls, ir_dir: Path, vis_dir: Path, rule: str = "", tell: Tell = silent) -> "PairSet":
        """Return the pairs of two folders, named after the folder that holds both; see `find_pairs`.

        Raises:
            training.data.dataset.DataError: A folder is missing or empty, or a file has no partner.
        """
        parent = ir_dir.resolve().parent
        return cls(f"{parent.parent.name}/{parent.name}", find_pairs((ir_dir, vis_dir), rule=rule, tell=tell))

    def cases(self) -> Iterator[Case]:
        """Read the pairs one by one, in order."""
        for files in self.pairs:
            yield read_case(f"{self.name}/{files.ir.stem}", files)

    def impaired_cases(self) -> Iterator[Case]:
        """Read the few pairs that are impaired: every fifth, at most four, every second pixel of them."""
        for files in self.pairs[::IMPAIRED_EVERY][:IMPAIRED_PER_SET]:
            case = read_case(f"{self.name}/{files.ir.stem}", files)
            yield Case(case.name, np.ascontiguousarray(case.ir[::2, ::2]), np.ascontiguousarray(case.vis[::2, ::2]))


@dataclass
class Scores:
    """What one contender reached.

    Attributes:
        name: The contender.
        cases: Its figures, by case.
        means: Its figures over everything; see `score`.
    """

    name: str
    cases: dict[str, Figures] = field(default_factory=dict)
    means: Figures = field(default_factory=dict)


def score(
    contenders: Sequence[Contender], sets: Sequence[PairSet], on_step: Callable[[], object] = lambda: None
) -> list[Scores]:
    """Return the figures of every contender.

    Metrics and saturation loss are averaged within each set, then over the sets; target contrast (mean and 10 %
    quantile) over all targets of all sets; impairment over a few pairs of each set, for what can fuse them.

    Args:
        contenders: Whom to compare.
        sets: On which pairs.
        on_step: Called after each fused image, and after each contender's impaired pairs.

    Raises:
        training.data.dataset.DataError: A pair or fused image cannot be used.
    """
    collected = [_Collected(Scores(contender.name)) for contender in contenders]
    for pair_set in sets:
        for case in pair_set.cases():
            targets = find_targets(case.ir)
            for contender, result in zip(contenders, collected, strict=True):
                result.add(pair_set.name, case, contender, targets)
                on_step()
    for contender, result in zip(contenders, collected, strict=True):
        result.scores.means = result.means() | _impairment(contender, sets)
        on_step()
    return [result.scores for result in collected]


def steps(contenders: Sequence[Contender], sets: Sequence[PairSet]) -> int:
    """Return how often `score` calls ``on_step``."""
    return len(contenders) * (sum(len(pair_set.pairs) for pair_set in sets) + 1)


def mean_ranks(rows: dict[str, Figures], metrics: Sequence[str]) -> Figures:
    """Return each row's mean rank over some metrics, 1 the best; equal figures share the mean of their ranks.

    Metrics that one of the rows lacks are left out; rows without any common metric get no rank.
    """
    common = [metric for metric in metrics if all(np.isfinite(row.get(metric, np.nan)) for row in rows.values())]
    if not common:
        return {}
    signs = np.array([1 if metric in LOWER_IS_BETTER else -1 for metric in common])
    costs = np.array([[row[metric] for metric in common] for row in rows.values()]) * signs
    better = (costs[np.newaxis] < costs[:, np.newaxis]).sum(axis=1)
    equal = (costs[np.newaxis] == costs[:, np.newaxis]).sum(axis=1)
    ranks = better + (equal + 1) / 2
    return dict(zip(rows, (float(rank) for rank in ranks.mean(axis=1)), strict=True))


def worst_first(scores: Scores) -> list[str]:
    """Return the names of a contender's cases, the one that ranks last among them over the ten metrics first."""
    ranks = mean_ranks(scores.cases, RANK10)
    return sorted(ranks, key=lambda name: (-ranks[name], name))


class _Collected:
    """The figures of one contender while they come in."""

    def __init__(self, scores: Scores) -> None:
        self.scores = scores
        self._sets: dict[str, list[Figures]] = {}
        self._contrasts: list[float] = []

    def add(self, set_name: str, case: Case, contender: Contender, targets: tuple[Target, ...]) -> None:
        fused, vis = contender.fused(case).grey, grey(case.vis)
        contrasts = target_contrast(targets, case.ir, fused)
        try:
            figures = evaluate(case.ir, vis, fused)
        except ValueError as error:
            raise DataError(f"{case.name}: {error}.") from None
        figures["saturation_loss"] = saturation_loss(case.ir, vis, fused)
        self._sets.setdefault(set_name, []).append(figures)
        self._contrasts += contrasts
        self.scores.cases[case.name] = figures | ({"target_contrast": float(np.mean(contrasts))} if contrasts else {})

    def means(self) -> Figures:
        per_set = [{key: float(np.mean([row[key] for row in rows])) for key in rows[0]} for rows in self._sets.values()]
        means = {key: float(np.mean([row[key] for row in per_set])) for key in per_set[0]}
        if self._contrasts:
            means["target_contrast"] = float(np.mean(self._contrasts))
            means["target_contrast_p10"] = float(np.quantile(self._contrasts, 0.1))
        return means


def _impairment(contender: Contender, sets: Sequence[PairSet]) -> Figures:
    if not isinstance(contender, Fuser):
        return {}
    pairs = [(case.ir, case.vis) for pair_set in sets for case in pair_set.impaired_cases()]
    return impairment_metrics(contender, pairs)
