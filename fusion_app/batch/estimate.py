"""How long a batch takes on this machine, by fusing a few seconds of it in earnest with each model.

What a frame takes does not grow with its pixels alone, and a mode without a network takes less. So jobs are told apart
by their size, their mode and what they become, and each of the largest such kinds is measured.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fusion_app.batch.job import Job
from fusion_app.engine import learned_names
from fusion_app.errors import FusionAppError
from fusion_app.session.export import FuseJob
from fusion_app.session.segments import Length, length_of
from fusion_app.session.trial import try_out

TRIAL_S = 4.0
"""Seconds of fusing that a model's measurement takes, the kinds together."""
MOST_KINDS = 3
"""So many are measured; the others count as the one that is nearest in size."""
NETWORK = "network"
Lengths = Mapping[str, Length | FusionAppError]


@dataclass(frozen=True)
class Kind:
    """What jobs have in common that a pixel takes as long in.

    Attributes:
        mode: Of fusion.
        is_folder: Images are written, no video.
        width: Of the visible frames, and
        height: in pixels.
    """

    mode: str
    is_folder: bool
    width: int
    height: int


@dataclass(frozen=True)
class Estimate:
    """How long all jobs take.

    Attributes:
        model: Where a network fuses, this one does; where none does, the name of the mode.
        seconds: Of all jobs whose length is known; None: it could not be measured.
        error: Why not.
    """

    model: str
    seconds: float | None
    error: str = ""


@dataclass(frozen=True)
class _Measured:
    """Visible pixels fused in a second, decoding and encoding included; 0: it could not be measured, and why."""

    pixels_per_s: float
    error: str = ""


def lengths_of(jobs: Sequence[Job]) -> dict[str, Length | FusionAppError]:
    """Return how long each job is, by its name; or why it cannot be opened."""
    found: dict[str, Length | FusionAppError] = {}
    for job in jobs:
        try:
            found[job.name] = length_of(job.settings)
        except FusionAppError as error:
            found[job.name] = error
    return found


def pixels_of(job: Job, length: Length) -> float | None:
    """Return how many visible pixels are to be fused; None where nothing tells."""
    if length.frames is None:
        return None
    part = 1.0
    if length.seconds:
        end_s = length.seconds if job.end_s is None else min(job.end_s, length.seconds)
        part = max(0.0, end_s - job.start_s) / length.seconds
    return length.frames * part * length.width * length.height


def largest_of_kinds(jobs: Sequence[Job], lengths: Lengths) -> dict[Kind, tuple[Job, float]]:
    """Return by kind the largest job, and the pixels of all its jobs; the kind with most pixels comes first."""
    sizes: dict[Kind, dict[str, float]] = {}
    named = {job.name: job for job in jobs}
    for job in jobs:
        if isinstance(length := lengths[job.name], Length):
            kind = Kind(job.settings.fusion.mode, job.is_folder, length.width, length.height)
            sizes.setdefault(kind, {})[job.name] = pixels_of(job, length) or 0.0
    found = {kind: (named[max(of, key=lambda name: of[name])], sum(of.values())) for kind, of in sizes.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1][1]))


def estimates(jobs: Sequence[Job], lengths: Lengths) -> tuple[Estimate, ...]:
    """Return how long ``jobs`` take on this machine, with each model that is worth measuring.

    Args:
        jobs: What is to be done.
        lengths: Of `lengths_of`.
    """
    kinds = largest_of_kinds(jobs, lengths)
    networks = {kind: of for kind, of in kinds.items() if kind.mode == NETWORK}
    others = {kind: of for kind, of in kinds.items() if kind.mode != NETWORK}
    fixed = _seconds(others, "")
    if not networks:
        return (Estimate(", ".join(dict.fromkeys(kind.mode for kind in others)), *fixed),) if others else ()
    found = []
    for model in _models_of(jobs):
        seconds, error = _seconds(networks, model)
        is_known = seconds is not None and fixed[0] is not None
        found.append(Estimate(model, (seconds or 0) + (fixed[0] or 0) if is_known else None, error or fixed[1]))
    return tuple(found)


def _models_of(jobs: Sequence[Job]) -> tuple[str, ...]:
    """Return the models that are worth measuring: those the jobs name, and all that are shipped."""
    named = (job.settings.fusion for job in jobs if job.settings.fusion.mode == NETWORK)
    return tuple(dict.fromkeys([*(one.model for one in named if not one.weights), *learned_names()]))


def _seconds(kinds: Mapping[Kind, tuple[Job, float]], model: str) -> tuple[float | None, str]:
    """Return how long all kinds take, or None, and why one could not be measured; it counts as what is nearest."""
    chosen = dict(list(kinds.items())[:MOST_KINDS])
    speeds = {kind: _measured(job, model, TRIAL_S / len(chosen)) for kind, (job, _) in chosen.items()}
    known = {kind: one.pixels_per_s for kind, one in speeds.items() if one.pixels_per_s}
    error = next((one.error for one in speeds.values() if one.error), "")
    if kinds and not known:
        return None, error
    return sum(pixels / known[_nearest(kind, known)] for kind, (_, pixels) in kinds.items()), error


def _nearest(kind: Kind, known: Mapping[Kind, float]) -> Kind:
    def distance(other: Kind) -> tuple[bool, bool, float]:
        ratio = kind.width * kind.height / (other.width * other.height)
        return other.mode != kind.mode, other.is_folder != kind.is_folder, max(ratio, 1 / ratio)

    return min(known, key=distance)


def _measured(job: Job, model: str, trial_s: float) -> _Measured:
    """Fuse with ``model`` (empty: as the job says) for so long. Opening is left out: it is done once for all jobs."""
    fusion = job.settings.fusion
    settings = replace(job.settings, fusion=replace(fusion, model=model, weights="") if model else fusion)
    try:
        length = length_of(settings)
        asked = FuseJob(settings, Path(job.result), job.start_s, job.end_s)
        trial = try_out(asked, threading.Event(), trial_s)
    except (FusionAppError, OSError) as error:
        return _Measured(0.0, str(error))
    if trial is None or trial.fps is None:
        return _Measured(0.0, f"{job.name} is too short to be measured with")
    return _Measured(trial.fps * length.width * length.height)
