"""How long a batch takes on this machine, by fusing a few seconds of it in earnest with each model."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fusion_app.batch.job import Job
from fusion_app.engine import learned_names
from fusion_app.errors import FusionAppError
from fusion_app.session.export import FuseJob
from fusion_app.session.segments import Length, length_of
from fusion_app.session.trial import try_out

TRIAL_S = 4.0
"""Seconds of fusing that a measurement takes, from its first frame on."""


@dataclass(frozen=True)
class Measured:
    """How fast a model fuses the first of the jobs.

    Attributes:
        model: Its name.
        pixels_per_s: Visible pixels fused in a second, decoding and encoding included; 0: it could not be measured.
        error: Why not.
    """

    model: str
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


def measured(job: Job, models: Sequence[str]) -> tuple[Measured, ...]:
    """Return how fast each of ``models`` fuses ``job`` on this machine, measured for some seconds each.

    A job whose mode is not the network's has no model: what is measured then is the mode, by its name.
    """
    if (mode := job.settings.fusion.mode) != "network":
        return (replace(_measured(job, job.settings.fusion.model), model=mode),)
    return tuple(_measured(job, model) for model in models)


def models_of(jobs: Sequence[Job]) -> tuple[str, ...]:
    """Return the models that are worth measuring: those the jobs name, and all that are shipped."""
    named = [job.settings.fusion.model for job in jobs if not job.settings.fusion.weights]
    return tuple(dict.fromkeys([*named, *learned_names()]))


def seconds_of(pixels: float, one: Measured) -> float | None:
    """Return how long so many visible pixels take; None where it was not measured."""
    return pixels / one.pixels_per_s if one.pixels_per_s else None


def pixels_of(job: Job, length: Length) -> float | None:
    """Return how many visible pixels are to be fused; None where nothing tells."""
    if length.frames is None:
        return None
    part = 1.0
    if length.seconds:
        end_s = length.seconds if job.end_s is None else min(job.end_s, length.seconds)
        part = max(0.0, end_s - job.start_s) / length.seconds
    return length.frames * part * length.width * length.height


def _measured(job: Job, model: str) -> Measured:
    """Fuse until `TRIAL_S` are over. Opening is left out: it is done once for all jobs."""
    settings = replace(job.settings, fusion=replace(job.settings.fusion, model=model, weights=""))
    output = Path("images" if job.is_folder else "trial.mkv")
    try:
        length = length_of(settings)
        trial = try_out(FuseJob(settings, output, job.start_s, job.end_s), threading.Event(), TRIAL_S)
    except (FusionAppError, OSError) as error:
        return Measured(model, 0.0, str(error))
    if trial is None or trial.fps is None:
        return Measured(model, 0.0, "the first pair is too short to be measured with")
    return Measured(model, trial.fps * length.width * length.height)
