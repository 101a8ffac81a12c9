"""How steady fused videos are beside their sources: the field's figures of motion, and ours of jumps and flicker.

`measure` looks at a run of frames, one or a whole film; `Course` collects what several runs gave. A film in runs gives
the figures of the film as a whole, for each run begins with the frames that the one before has ended with (`LEAD`).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np

from fusion_app.metrics.filters import Image
from fusion_app.metrics.temporal import SIDE_MIN, Flow, Mask, Motion, StepFigures, step_figures, warped

SOURCES = ("ir", "visible")
JUMP = 3.0
"""Grey levels from which on a change of infrared that motion does not explain counts as a jump of the camera."""
LEAD = 2
"""Frames before the first new one that a run needs to go on as if it had not been cut."""
RUN = 16
"""New frames of a run: so many that the two it begins with cost little, so few that several fit into memory."""
CHANNELS = math.sqrt(3)
"""The norm over three equal channels: flowD is defined on colour."""

FIGURES = {
    "jump_p95": "level jump p95",
    "jump_max": "level jump max",
    "jump_at_ir": "… where infrared jumps",
    "warp_error": "warp error",
    "flicker": "flicker at rest",
    "flowD-DIS": "flowD-DIS",
    "BiSWE-DIS": "BiSWE-DIS",
    "MS2R-DIS": "MS2R-DIS",
    "sharpness": "sharpness",
}
"""Every figure of a video, and what tables call it."""


class Run(NamedTuple):
    """Frames that follow one another; of each instant those of all rows. The first ``lead`` are of the run before."""

    frames: list[Sequence[Image]]
    lead: int


def runs(instants: Iterable[Sequence[Image]]) -> Iterator[Run]:
    """Yield a film in runs that `measure` takes one by one, in any order or process."""
    kept: list[Sequence[Image]] = []
    lead = 0
    for instant in instants:
        kept.append(instant)
        if len(kept) == lead + RUN:
            yield Run(kept, lead)
            kept = kept[-LEAD:]
            lead = len(kept)
    if len(kept) > max(lead, 1):
        yield Run(kept, lead)


class Step(NamedTuple):
    """The figures of one row and one step from frame to frame; all but the sharpness are NaN at a cut.

    Attributes:
        plain: See `StepFigures`.
        flow_d: Mean change at every pixel against the frame before, moved as the visible stream moves, norm over three
            equal channels, grey levels.
        self_back: Mean absolute change against the frame before, moved by the video's own flow, at pixels that return
            to their place in both sources, grey levels; NaN where none does.
        self_forth: The same of the earlier frame against the later one.
        unlike: How far the change of motion since the last step differs from that of the sources, pixels; NaN at the
            first step.
    """

    plain: StepFigures
    flow_d: float
    self_back: float
    self_forth: float
    unlike: float


def measure(run: Run) -> list[list[Step]]:
    """Return, for each row, the figures of every step to a new frame of ``run``.

    Args:
        run: Of each instant the ``(H, W)`` uint8 grey frames of infrared, visible, and whatever is compared; all of one
            size, both sides at least `SIDE_MIN`.
    """
    frames, lead = run
    steps: list[list[Step]] = [[] for _ in frames[0]]
    last: list[Motion] | None = None
    for index in range(1, len(frames)):
        before, after = frames[index - 1], frames[index]
        motions = [Motion.between(*pair) for pair in zip(before, after, strict=True)]
        if index >= lead:
            for row, step in zip(steps, _steps(before, after, motions, last), strict=True):
                row.append(step)
        last = motions
    return steps


def _steps(
    before: Sequence[Image], after: Sequence[Image], motions: Sequence[Motion], last: Sequence[Motion] | None
) -> list[Step]:
    is_resting = motions[0].is_still & motions[1].is_still
    returning = [np.logical_and(*both) for both in zip(*(one.returning() for one in motions[:2]), strict=True)]
    is_cut = motions[0].is_cut or motions[1].is_cut
    changes = None if last is None else [_change(*both) for both in zip(motions, last, strict=True)]
    found = []
    for row, (old, new, motion) in enumerate(zip(before, after, motions, strict=True)):
        plain = step_figures(old, new, motion, is_resting)
        unlike = math.nan if changes is None else _unlike(changes, row)
        if is_cut or motion.is_cut:
            found.append(Step(plain, *[math.nan] * 4))
            continue
        flow_d = CHANNELS * float(np.abs(new.astype(np.float32) - warped(old, motions[1].flow)).mean(dtype=np.float64))
        back, forth = (
            _self_error(old, new, motion.flow, returning[0]),
            _self_error(new, old, motion.forth, returning[1]),
        )
        found.append(Step(plain, flow_d, back, forth, unlike))
    return found


def _self_error(other: Image, image: Image, flow: Flow, counts: Mask) -> float:
    """Return how far ``image`` is from ``other``, moved by their own flow, where it counts."""
    change = np.abs(image.astype(np.float32) - warped(other, flow))[counts]
    return float(change.mean(dtype=np.float64)) if change.size else math.nan


def _change(now: Motion, last: Motion) -> Flow:
    """Return how the motion changes from one step to the next, ``(H, W, 2)``; NaN everywhere at a cut."""
    if now.is_cut or last.is_cut:
        return np.full_like(now.forth, np.nan)
    return np.asarray(cv2.subtract(now.forth, last.forth), np.float32)


def _unlike(changes: Sequence[Flow], row: int) -> float:
    """Return the mean absolute difference to both sources' change of motion."""
    return float(np.mean([np.abs(changes[row] - source).mean(dtype=np.float64) for source in changes[:2]]))


@dataclass
class Row:
    """One video and its steps so far.

    Attributes:
        name: What tables call it.
        steps: Figures of each step between frames.
    """

    name: str
    steps: list[Step] = field(default_factory=list)

    def curve(self, figure: str) -> list[float]:
        """Return one figure of every step: a name of `StepFigures` or of `Step`."""
        if figure in StepFigures._fields:
            return [float(getattr(step.plain, figure)) for step in self.steps]
        return [float(getattr(step, figure)) for step in self.steps]

    def means(self, jumping: Sequence[int]) -> dict[str, float]:
        """Return `FIGURES` over all steps; ``jumping`` are those at which infrared jumps. NaN: there is none."""
        jumps = np.abs(np.array(self.curve("level_jump")))
        known = jumps[np.isfinite(jumps)]
        back, forth = self.curve("self_back"), self.curve("self_forth")
        return {
            "jump_p95": float(np.quantile(known, 0.95)) if known.size else math.nan,
            "jump_max": float(known.max()) if known.size else math.nan,
            "jump_at_ir": _mean([float(jumps[index]) for index in jumping]),
            **{name: _mean(self.curve(name)) for name in ("warp_error", "flicker")},
            "flowD-DIS": _mean(self.curve("flow_d")),
            "BiSWE-DIS": _mean([a + b for a, b in zip(back, forth[1:], strict=False)]),
            "MS2R-DIS": _mean(self.curve("unlike")),
            "sharpness": _mean(self.curve("sharpness")),
        }


class Course:
    """What the runs of a film have given so far."""

    def __init__(self, names: Sequence[str]) -> None:
        """Begin with a row for each of ``names``, the first two of which are infrared and visible."""
        self.rows = [Row(name) for name in names]

    def add(self, steps: Sequence[Sequence[Step]]) -> None:
        """Add what `measure` gave of the next run."""
        for row, more in zip(self.rows, steps, strict=True):
            row.steps.extend(more)

    @property
    def jumping(self) -> list[int]:
        """The steps at which infrared jumps."""
        return [index for index, jump in enumerate(self.rows[0].curve("level_jump")) if abs(jump) > JUMP]

    @property
    def cuts(self) -> int:
        """Steps at which a source shows another scene, which no figure of motion counts."""
        both = zip(*(row.curve("warp_error") for row in self.rows[:2]), strict=True)
        return sum(any(math.isnan(value) for value in values) for values in both)

    def means(self) -> dict[str, dict[str, float]]:
        """Return `FIGURES` of every row, by its name."""
        jumping = self.jumping
        return {row.name: row.means(jumping) for row in self.rows}


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return float(np.mean(known)) if known else math.nan


__all__ = ["FIGURES", "JUMP", "LEAD", "SIDE_MIN", "SOURCES", "Course", "Row", "Step", "measure"]
