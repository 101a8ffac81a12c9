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
STARVED_MS = 1000 / 30
"""Threads of session and cameras that together waited a frame's period for the processor in a second were kept from
working: a frame is lost when the next one is there before it is taken."""
LEAST_CALM = 0.5
"""Of the seconds, for losses in the others to be laid at the door of other programs."""
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
    calm = [count for _, count, waited_ms in lost if waited_ms < STARVED_MS]
    share = calm_share(samples, faults)
    return [
        Check("memory does not grow", f"RSS {slope:+.2f} MB/h over {_span_min(warm):.0f} min", slope < MAX_SLOPE_MB_H),
        *(_steady(warm, name, faults) for name in ("threads", "handles")),
        Check(
            "frames are lost only where faults were forced",
            f"{sum(count for _, count, _ in drops(samples)):.0f} frames lost, {sum(c for _, c, _ in lost):.0f} outside "
            f"faults, {sum(calm):.0f} of them while no other program had the processor ({share:.0%} of the seconds)",
            not lost or (not calm and share >= LEAST_CALM),
        ),
    ]


def slope_per_hour(samples: Sequence[Sample], name: str) -> float:
    """Return the least-squares slope of a value per hour."""
    hours = np.array([sample["elapsed_s"] for sample in samples]) / 3600
    values = np.array([sample[name] for sample in samples])
    return float(np.polyfit(hours, values, 1)[0])


def drops(samples: Sequence[Sample]) -> list[tuple[float, float, float]]:
    """Return each second in which frames were lost: (elapsed seconds, frames, ms waited for the processor)."""
    found, waited_before_ms = [], 0.0
    for before, after in pairwise(samples):
        waited_ms = max(0.0, after["waited_ms"] - before["waited_ms"])
        count = sum(after[name] - before[name] for name in DROPS)
        if count > 0:
            found.append((after["elapsed_s"], count, max(waited_ms, waited_before_ms)))
        waited_before_ms = waited_ms
    return found


def calm_share(samples: Sequence[Sample], faults: Sequence[Fault]) -> float:
    """Return in how much of the time outside faults the processor was free: where it never was, nothing is shown."""
    pairs = [(before, after) for before, after in pairwise(samples) if not in_fault(after["elapsed_s"], faults)]
    calm = sum(after["waited_ms"] - before["waited_ms"] < STARVED_MS for before, after in pairs)
    return calm / max(1, len(pairs))


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
