"""One answer out of several windows of the same two streams: their common offset, and how it drifts over minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from fusion_app.finding.synchronisation.offset import OffsetEstimate

MIN_WINDOWS = 4
MIN_MINUTES = 1.0
TOLERANCE_MS = 35.0
"""How far a window may lie from the others' trend and still confirm it: about a frame."""
AGREEING_SHARE = 2 / 3


@dataclass(frozen=True)
class WindowOffset:
    """The offset found in one window.

    Attributes:
        at_s: The middle of the window, seconds on the clock of the visible stream.
        estimate: What was found in it.
    """

    at_s: float
    estimate: OffsetEstimate


@dataclass(frozen=True)
class Drift:
    """How the offset changes with time.

    Attributes:
        ms_per_minute: What must be added to the offset for every minute that passes, milliseconds.
        windows: Out of how many windows this was found.
    """

    ms_per_minute: float
    windows: int


def estimate_drift(windows: Sequence[WindowOffset]) -> Drift | None:
    """Return the drift, or None where less than four accepted windows over a minute can tell.

    The slope is the median of the slopes between all pairs of windows (Theil, 1950; Sen, 1968), so that a few wrong
    windows do not count.
    """
    accepted = _accepted(windows)
    if len(accepted) < MIN_WINDOWS or accepted[-1].at_s - accepted[0].at_s < 60 * MIN_MINUTES:
        return None
    return Drift(60 * _slope_ms_per_s(accepted), len(accepted))


def combined(windows: Sequence[WindowOffset]) -> OffsetEstimate:
    """Return the offset at the middle of the accepted windows, refused where there is none or they contradict."""
    accepted = _accepted(windows)
    if not accepted:
        best = max(windows, key=lambda window: window.estimate.margin, default=None)
        return best.estimate if best is not None else OffsetEstimate.refused("there is nothing to compare")
    slope = _slope_ms_per_s(accepted) if estimate_drift(accepted) is not None else 0.0
    middle_s = (accepted[0].at_s + accepted[-1].at_s) / 2
    level = [window.estimate.offset_ms - slope * (window.at_s - middle_s) for window in accepted]
    offset_ms, margin = median(level), median(window.estimate.margin for window in accepted)
    agreeing = sum(abs(value - offset_ms) <= TOLERANCE_MS for value in level)
    if agreeing < AGREEING_SHARE * len(level):
        return OffsetEstimate.refused("different parts of the recordings ask for different offsets", offset_ms, margin)
    return OffsetEstimate(offset_ms, margin, accepted=True)


def _accepted(windows: Sequence[WindowOffset]) -> list[WindowOffset]:
    return sorted((window for window in windows if window.estimate.accepted), key=lambda window: window.at_s)


def _slope_ms_per_s(windows: Sequence[WindowOffset]) -> float:
    return median(
        (b.estimate.offset_ms - a.estimate.offset_ms) / (b.at_s - a.at_s)
        for a, b in combinations(windows, 2)
        if b.at_s > a.at_s
    )
