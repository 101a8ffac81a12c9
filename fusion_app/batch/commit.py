"""How a segment comes into being: written aside, flushed, noted, and only then given its name."""

import os
from dataclasses import dataclass
from pathlib import Path

from fusion_app.batch.claims import Claim, ClaimLostError
from fusion_app.batch.cut import OpenJob
from fusion_app.batch.files import flush, remove
from fusion_app.batch.identity import identity_of
from fusion_app.batch.job import Segment
from fusion_app.batch.journal import Journal
from fusion_app.errors import BatchError
from fusion_app.session.export import FuseReport


@dataclass(frozen=True)
class Made:
    """A segment that has been fused.

    Attributes:
        opened: Its job.
        segment: Which one.
        aside: Where it lies.
        report: What became of its frames.
    """

    opened: OpenJob
    segment: Segment
    aside: Path
    report: FuseReport


def aside_of(opened: OpenJob, segment: Segment, claim: Claim) -> Path:
    """Return where a segment is written before it has its name; what a dead process has left there goes."""
    for path in opened.place.glob(f"{segment.name}.partial*"):
        remove(path)
    suffix = "" if opened.job.is_folder else ".mkv"
    aside = opened.place / f"{segment.name}.partial-{claim.generation:04d}{suffix}"
    if opened.job.is_folder:
        aside.mkdir()
    return aside


def commit(made: Made, claim: Claim, journal: Journal) -> None:
    """Note a fused segment, then give it its name: from then on it is finished.

    Raises:
        BatchError: The sources have changed meanwhile, or the journal cannot be written.
        ClaimLostError: Somebody else has taken it over.
        OSError: It cannot be given its name.
    """
    opened, aside, report = made.opened, made.aside, made.report
    if identity_of(opened.job) != opened.identity:
        raise BatchError("its sources have changed while they were fused; start again once they are complete")
    if not aside.exists():
        aside.touch()  # there is no frame in it
    for path in (*(aside.iterdir() if aside.is_dir() else ()), aside):
        flush(path)
    journal.note(
        job=opened.job.name,
        segment=made.segment.name,
        frames=report.fused,
        dropped=report.dropped,
        failed=report.failed,
        ir_left=report.ir_left,
        seconds=round(report.seconds, 3),
        model=report.model,
        notes=list(report.notices),
    )
    if not claim.is_mine():
        raise ClaimLostError(opened.job.name)
    os.replace(aside, opened.file(made.segment))
    flush(opened.place)
