"""Finished segments become the result: joined aside, noted, then given the name in one step that replaces nothing."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from fusion_app.batch.claims import Claim, ClaimLostError
from fusion_app.batch.cut import OpenJob
from fusion_app.batch.files import flush, remove
from fusion_app.batch.identity import identity_of
from fusion_app.batch.job import Job
from fusion_app.batch.journal import Journal, Journals
from fusion_app.errors import BatchError, PairingError, RecordingError, SourceError
from fusion_app.session.export import nothing_fused, sound_of
from fusion_app.writers.joining import join


def put_together(opened: OpenJob, output: Path, journal: Journal, claim: Claim, *, overwrite: bool) -> int:
    """Make the result of ``opened``, whose segments are all finished, in the folder ``output``.

    Returns:
        Its frames.

    Raises:
        ClaimLostError: Somebody else has taken ``claim`` over.
        FusionAppError: Nothing was fused, or the result cannot be written; the segments stay.
    """
    aside, frames, said = _folder(opened) if opened.job.is_folder else _video(opened, claim)
    if not frames:
        raise PairingError(nothing_fused())
    told = {"identity": opened.identity, "key": opened.key, "size": size_of(aside)}
    journal.note(job=opened.job.name, result=opened.job.result, notes=[said] if said else [], **told)
    if not claim.is_mine():
        raise ClaimLostError(opened.job.name)
    _name(aside, output / opened.job.result, overwrite=overwrite)
    flush(output)
    return frames


def is_there(job: Job, result: Path, journals: Journals, *, overwrite: bool) -> bool:
    """Tell whether ``result``, which ``job`` becomes, is there and up to date.

    Raises:
        BatchError: Something else has its name, and may not be replaced.
    """
    if not os.path.lexists(result):
        return False
    if _is_noted(job, result, journals):
        return True
    journals.update()  # another process may have finished it a moment ago
    if _is_noted(job, result, journals):
        return True
    if overwrite:
        return False
    raise BatchError(
        f"{result} was made when its sources, or their time stamps, were others; move it away, or add --overwrite"
        if _notes_of(job, result, journals)
        else exists(result)
    )


def _is_noted(job: Job, result: Path, journals: Journals) -> bool:
    """Tell whether the journals, as they were read last, know ``result`` and its sources are what they were."""
    known = _notes_of(job, result, journals)
    try:
        return bool(known) and known[-1].get("identity") == identity_of(job)
    except SourceError:
        return True  # the sources were moved away once it was done


def _notes_of(job: Job, result: Path, journals: Journals) -> list[Mapping[str, Any]]:
    """Return what the journals say of a result of this size."""
    return [line for line in journals.results.get(job.name, ()) if line.get("size") == size_of(result)]


def size_of(path: Path) -> int | None:
    """Return the bytes of a file or the images of a folder; None where it is not there."""
    try:
        return len(list(path.glob("*.png"))) if path.is_dir() else path.stat().st_size
    except OSError:
        return None


def _video(opened: OpenJob, claim: Claim) -> tuple[Path, int, str]:
    """Join all segments into a file that nobody else writes, a process that slept and was taken for dead included."""
    for path in opened.place.glob("result-*"):
        remove(path)
    aside = opened.place / f"result-{opened.key[:16]}-{claim.generation:04d}.mkv"
    parts = [path for segment in opened.segments if (path := opened.file(segment)).stat().st_size]
    if not parts:
        return aside, 0, ""
    frames, said = join(parts, aside, sound_of(opened.job.settings), opened.job.start_s)
    flush(aside)
    return aside, frames, said


def _folder(opened: OpenJob) -> tuple[Path, int, str]:
    """Move the images of all segments into one folder; what a kill has left half done is gone on with."""
    aside = opened.place / f"result-{opened.key[:16]}"
    try:
        aside.mkdir(exist_ok=True)
        for segment in opened.segments:
            for image in opened.file(segment).glob("*.png"):
                os.replace(image, aside / image.name)
    except OSError as error:
        raise RecordingError(f"{aside} cannot be written ({error.strerror}); check the disk") from None
    return aside, size_of(aside) or 0, ""


def _name(aside: Path, result: Path, *, overwrite: bool) -> None:
    """Give the result its name.

    Raises:
        BatchError: Somebody else's file has it, or the folder cannot be written to.
    """
    try:
        if overwrite and os.path.lexists(result):
            if result.is_dir() and not result.is_symlink():
                shutil.rmtree(result)
            else:
                result.unlink()
        if aside.is_dir():
            _refuse_existing(result)
            aside.rename(result)
        else:
            _link(aside, result)
    except FileExistsError:
        raise BatchError(exists(result)) from None
    except OSError as error:
        raise BatchError(f"{result} cannot be written ({error.strerror}); check the folder and the disk") from None


def exists(result: Path) -> str:
    """Return what is to be said of a file that has the name of a result."""
    return f"{result} exists already and is no result of this queue; move it away, or add --overwrite"


def _link(aside: Path, result: Path) -> None:
    """Name a file as only one can, where the file system knows links; elsewhere after a look."""
    try:
        os.link(aside, result)
    except FileExistsError:
        raise
    except OSError:
        _refuse_existing(result)
        aside.rename(result)
    else:
        with suppress(OSError):
            aside.unlink()


def _refuse_existing(result: Path) -> None:
    if os.path.lexists(result):
        raise FileExistsError
