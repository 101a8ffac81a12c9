"""One offset out of a few seconds of two streams.

The slower stream gives the intervals: motion from one of its frames to a later one, in 40×30 cells. The same intervals,
shifted by every possible offset, are looked up in the faster stream. Both are taken relative to what is usual in a
cell and correlated over time and cells; the parabola through the best shift and its neighbours gives the fraction.

Where small things move in a scene that stands still, a thousand cells of noise drown the few that tell something. So
what all cells cannot tell is asked of the cells in which something passes in both streams, by a stricter rule: of few
cells chance can make more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
import numpy.typing as npt

from fusion_app.finding.steps import BetweenSteps, go_on
from fusion_app.finding.synchronisation.motion import Grid, MotionSample, motion_between

Times = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

MAX_OFFSET_S = 0.6
MIN_MARGIN = 0.04
MIN_MARGIN_OF_FEW = 0.08
"""Of the cells in which something passes; unrelated streams have reached .04 with `FEWEST` and more."""
MIN_AGREEMENT_OF_FEW = 0.3
FEWEST = 3.0
"""Cells in which something passes, at the least."""
STILL, PASSING = 1.6, 3.0
"""Strongest motion of a cell over its usual one: as in noise, and as where something passes."""
STRONGEST = 97
"""Percentile of a cell's motion that counts as its strongest."""
MIN_COVER_S = 1.5
MIN_FRAMES = 8
MIN_SPAN_S = 0.055
"""Shortest interval over which motion is measured; over less, slow things do not stand out from noise."""
MAX_SPAN_S = 0.5
RIVAL_S = 0.125
"""How far from the best shift another one must lie to be a rival rather than the slope of the same peak."""


@dataclass(frozen=True)
class OffsetEstimate:
    """How far two streams are apart in time.

    Attributes:
        offset_ms: What must be added to infrared PTS so that equal PTS mean the same instant; only the best guess
            where the estimate is refused.
        margin: How much better this offset explains the motion than any rival: a difference of correlations, 0…1.
        accepted: The offset may be applied.
        reason: Why it is refused, one sentence, or empty.
    """

    offset_ms: float
    margin: float
    accepted: bool
    reason: str = ""

    @classmethod
    def refused(cls, reason: str, offset_ms: float = 0.0, margin: float = 0.0) -> "OffsetEstimate":
        """Return an estimate that is not to be applied."""
        return cls(offset_ms, margin, accepted=False, reason=reason)


def estimate_offset(
    ir: Sequence[MotionSample],
    vis: Sequence[MotionSample],
    max_offset_s: float = MAX_OFFSET_S,
    between: BetweenSteps = go_on,
) -> OffsetEstimate:
    """Return the offset between two streams over the samples given: 2 s at least, better 5 s.

    Args:
        ir: Infrared samples in order of time; the rates of the two may differ and jitter.
        vis: Visible samples on the same clock.
        max_offset_s: Largest offset looked for, either way, seconds.
        between: Called before each offset that is tried; what it raises ends the search.

    Returns:
        The offset; refused where too little moves, the motion repeats itself, or the true offset is larger.
    """
    if min(_cover_s(ir), _cover_s(vis)) < MIN_COVER_S:
        return OffsetEstimate.refused("both cameras must be watched for a few seconds first")
    is_ir_slower = _period_s(ir) >= 0.99 * _period_s(vis)
    slower, faster = (ir, vis) if is_ir_slower else (vis, ir)
    compared = _compared(slower, faster, max_offset_s, between)
    if len(compared.shifts_s) < 3:
        return OffsetEstimate.refused("the two streams have too little time in common")
    rival_s, sign = max(RIVAL_S, 1.5 * _period_s(slower)), 1 if is_ir_slower else -1
    margin = _margin(compared.shifts_s, compared.agreement, rival_s)
    agreement = compared.agreement
    if margin < MIN_MARGIN and compared.tells_by_few(rival_s):
        agreement = compared.of_few
        margin = _margin(compared.shifts_s, agreement, rival_s)
    offset_ms = 1000 * sign * _peak_s(compared.shifts_s, agreement)
    if margin < MIN_MARGIN:
        return OffsetEstimate.refused("not enough motion that both cameras see in the same place", offset_ms, margin)
    if agreement.argmax() in (0, len(agreement) - 1):
        reason = f"the offset seems to be larger than {1000 * max_offset_s:.0f} ms"
        return OffsetEstimate.refused(reason, offset_ms, margin)
    return OffsetEstimate(offset_ms, margin, accepted=True)


@dataclass(frozen=True)
class _Compared:
    """How well motion agrees at each shift.

    Attributes:
        shifts_s: How far the faster stream was shifted, seconds in even steps.
        agreement: Correlation at each, over all cells.
        of_few: The same over the cells in which something passes in both streams.
        passing: How many these are.
    """

    shifts_s: Times
    agreement: Times
    of_few: Times
    passing: float

    def tells_by_few(self, rival_s: float) -> bool:
        """Tell whether the few cells in which something passes are enough, and agree well enough."""
        is_clear = _margin(self.shifts_s, self.of_few, rival_s) >= MIN_MARGIN_OF_FEW
        return self.passing >= FEWEST and float(self.of_few.max()) >= MIN_AGREEMENT_OF_FEW and is_clear


def _compared(
    slower: Sequence[MotionSample], faster: Sequence[MotionSample], max_offset_s: float, between: BetweenSteps
) -> _Compared:
    intervals = _intervals(slower)
    if not intervals:
        return _Compared(np.array([]), np.array([]), np.array([]), 0.0)
    starts, ends = (np.array([slower[pair[side]].pts_s for pair in intervals]) for side in (0, 1))
    motion = _motion_over(slower, intervals)
    own, other, step_s = _salient(motion), _Motions(faster), _period_s(faster)
    weights = np.sqrt(_passing(motion) * _passing(_motion_over(faster, _intervals(faster))))
    count = int(max_offset_s / step_s + 0.5)
    shifts, agreement, of_few = [], [], []
    for shift_s in np.arange(-count, count + 1) * step_s:
        between()
        inside = other.covers(starts + shift_s) & other.covers(ends + shift_s)
        if inside.sum() < max(MIN_FRAMES, len(intervals) // 3):
            continue
        motion, error_s = other.between(starts[inside] + shift_s, ends[inside] + shift_s)
        shifts.append(shift_s + error_s)
        seen = _salient(motion)
        agreement.append(_correlation(own[inside], seen))
        of_few.append(_correlation(own[inside] * np.sqrt(weights), seen * np.sqrt(weights)))
    return _Compared(np.array(shifts), np.array(agreement), np.array(of_few), float(weights.sum()))


def _motion_over(samples: Sequence[MotionSample], intervals: Sequence[tuple[int, int]]) -> Grid:
    """Return motion ``(n, cells)`` over ``n`` intervals between samples."""
    return np.array([motion_between(samples[first], samples[last]) for first, last in intervals], np.float32)


def _passing(motion: Grid) -> Grid:
    """Return in which cells something passes, ``(cells,)``, 0…1; noise and what moves all the time are not that."""
    if not len(motion):
        return np.zeros(1, np.float32)
    strongest = np.percentile(motion, STRONGEST, axis=0) / (np.median(motion, axis=0) + 1e-6)
    return np.asarray(np.clip((strongest - STILL) / (PASSING - STILL), 0, 1), np.float32)


class _Motions:
    """Motion of a stream between any two times, by its frames nearest to them; each is computed once."""

    def __init__(self, samples: Sequence[MotionSample]) -> None:
        self._samples = samples
        self._times = np.array([sample.pts_s for sample in samples])
        self._margin_s = _period_s(samples) / 2
        self._known: dict[tuple[int, int], Grid] = {}

    def covers(self, times: Times) -> npt.NDArray[np.bool_]:
        """Tell for which of some times there is a frame."""
        first_s, last_s = self._times[0] - self._margin_s, self._times[-1] + self._margin_s
        return np.asarray((times >= first_s) & (times <= last_s), np.bool_)

    def between(self, starts: Times, ends: Times) -> tuple[Grid, float]:
        """Return motion ``(n, cells)`` over ``n`` intervals, and how much too late its frames are on average."""
        first, last = self._nearest(starts), self._nearest(ends)
        error_s = float((self._times[first] - starts + self._times[last] - ends).mean() / 2)
        return np.stack([self._one(int(i), int(j)) for i, j in zip(first, last, strict=True)]), error_s

    def _nearest(self, times: Times) -> Indices:
        after = np.clip(np.searchsorted(self._times, times), 1, len(self._times) - 1)
        return np.asarray(after - (times - self._times[after - 1] < self._times[after] - times), np.intp)

    def _one(self, first: int, last: int) -> Grid:
        if (first, last) not in self._known:
            self._known[first, last] = motion_between(self._samples[first], self._samples[last])
        return self._known[first, last]


def _intervals(samples: Sequence[MotionSample]) -> list[tuple[int, int]]:
    """Return, for each sample, it and the latest one before it from which on motion can be seen."""
    found, first = [], 0
    for last, sample in enumerate(samples):
        while first + 1 < last and sample.pts_s - samples[first + 1].pts_s >= MIN_SPAN_S:
            first += 1
        if MIN_SPAN_S <= sample.pts_s - samples[first].pts_s <= MAX_SPAN_S:
            found.append((first, last))
    return found


def _salient(motion: Grid) -> Grid:
    """Return motion ``(n, cells)`` relative to what is usual in each cell, on a logarithmic scale, mean 0 per cell."""
    usual = motion.mean(axis=0)
    relative = np.log1p(motion / (usual + usual.mean() / 2 + 1e-6))
    return np.asarray(relative - relative.mean(axis=0), np.float32)


def _correlation(a: Grid, b: Grid) -> float:
    return float((a * b).sum() / np.sqrt(float((a * a).sum()) * float((b * b).sum()) + 1e-9))


def _margin(shifts_s: Times, agreement: Times, rival_s: float) -> float:
    """Return how far the best shift is ahead of any that lies at least ``rival_s`` away from it."""
    best = agreement.argmax()
    rivals = agreement[np.abs(shifts_s - shifts_s[best]) >= rival_s]
    return float(agreement[best] - rivals.max()) if rivals.size else 0.0


def _peak_s(shifts_s: Times, agreement: Times) -> float:
    """Return where the parabola through the best shift and its neighbours peaks, seconds."""
    best = int(agreement.argmax())
    if not 0 < best < len(agreement) - 1:
        return float(shifts_s[best])
    before, at, after = agreement[best - 1 : best + 2]
    bend = 2 * at - before - after
    fraction = 0.5 * (after - before) / bend if bend > 0 else 0.0
    return float(shifts_s[best] + fraction * (shifts_s[best + 1] - shifts_s[best - 1]) / 2)


def _cover_s(samples: Sequence[MotionSample]) -> float:
    return samples[-1].pts_s - samples[0].pts_s if len(samples) >= MIN_FRAMES else 0.0


def _period_s(samples: Sequence[MotionSample]) -> float:
    return median(later.pts_s - earlier.pts_s for earlier, later in pairwise(samples))
