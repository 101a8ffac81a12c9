"""Judges a soak by its samples: no leak, no growth, no loss where nothing was broken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from tests.soak.faults import Fault

MAX_SLOPE_MB_H = 5.0
RECOVERY_S = 20.0
"""How long after a fault is mended frames may still be lost: a reconnecting source waits ever longer between tries."""
DROPS = ("ir_dropped", "vis_dropped", "pair_dropped", "record_dropped")

Sample = dict[str, float]


@dataclass(frozen=True)
class Check:
    """One promise of the soak and what became of it."""

    promise: str
    figure: str
    holds: bool


def judge(samples: Sequence[Sample], faults: Sequence[Fault], warm_up_s: float) -> list[Check]:
    """Return every check over ``samples``, one a second with ``elapsed_s``."""
    warm = [sample for sample in samples if sample["elapsed_s"] >= warm_up_s]
    slope = slope_per_hour(warm, "rss_mb")
    lost = [second for second in drops(samples) if not in_fault(second[0], faults)]
    total = sum(count for _, count in drops(samples))
    return [
        Check("memory does not grow", f"RSS {slope:+.2f} MB/h over {_span_min(warm):.0f} min", slope < MAX_SLOPE_MB_H),
        *(_steady(warm, name, faults) for name in ("threads", "handles")),
        Check(
            "frames are lost only where faults were forced",
            f"{total:.0f} frames lost, {sum(count for _, count in lost):.0f} of them in {len(lost)} s outside faults",
            not lost,
        ),
    ]


def slope_per_hour(samples: Sequence[Sample], name: str) -> float:
    """Return the least-squares slope of a value per hour."""
    hours = np.array([sample["elapsed_s"] for sample in samples]) / 3600
    values = np.array([sample[name] for sample in samples])
    return float(np.polyfit(hours, values, 1)[0])


def drops(samples: Sequence[Sample]) -> list[tuple[float, float]]:
    """Return each second in which frames were lost, as (elapsed seconds, frames)."""
    lost = (
        (after["elapsed_s"], sum(after[name] - before[name] for name in DROPS)) for before, after in pairwise(samples)
    )
    return [(elapsed_s, count) for elapsed_s, count in lost if count > 0]


def in_fault(elapsed_s: float, faults: Iterable[Fault]) -> bool:
    """Tell whether a fault, or the recovery from one, is under way."""
    return any(fault.begin_s <= elapsed_s <= fault.end_s + RECOVERY_S for fault in faults)


def _steady(samples: Sequence[Sample], name: str, faults: Sequence[Fault]) -> Check:
    """Compare the first and last quarter outside faults: reconnecting takes threads and handles for a while."""
    calm = [sample[name] for sample in samples if not in_fault(sample["elapsed_s"], faults)]
    quarter = max(1, len(calm) // 4)
    first, last = median(calm[:quarter]), median(calm[-quarter:])
    return Check(f"{name} do not grow", f"{name} {first:.0f} at first, {last:.0f} at last", last <= first)


def _span_min(samples: Sequence[Sample]) -> float:
    return (samples[-1]["elapsed_s"] - samples[0]["elapsed_s"]) / 60
