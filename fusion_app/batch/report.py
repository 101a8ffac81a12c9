"""What became of all jobs, as data: for people at the end, and for other programs (`--json`, `--report`)."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fusion_app.batch.board import Row, State
from fusion_app.batch.files import MAX_BYTES
from fusion_app.batch.job import Job
from fusion_app.batch.journal import Journals
from fusion_app.errors import BatchError
from fusion_app.session.export import unmatched
from fusion_app.system.whole_files import read_bounded


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes:
        name: Of the job.
        state: `State` in words.
        result: Where the result is, or is to be.
        segments: Segments that were fused, by whichever process.
        frames: Frames in them.
        seconds: Time of fusing them, seconds, of all processes together.
        fps: Frames in a second of that time.
        dropped: Visible frames that were not fused.
        failed: Images or frames that could not be read.
        model: What fused.
        notes: What the user should know, a sentence each.
        error: Why it failed, or empty.
    """

    name: str
    state: str
    result: str
    segments: int
    frames: int
    seconds: float
    fps: float
    dropped: int
    failed: int
    model: str
    notes: tuple[str, ...]
    error: str


def outcomes(jobs: Sequence[Job], output: Path, journals: Journals, rows: Sequence[Row]) -> tuple[Outcome, ...]:
    """Return what became of ``jobs`` whose results go to ``output``, as ``journals`` and ``rows`` tell."""
    states = {row.name: row.state for row in rows}
    return tuple(_outcome(job, output / job.result, journals, states[job.name]) for job in jobs)


def refuse_report(path: Path, output: Path) -> None:
    """Refuse a report that could not be written, or would replace what is no earlier report of the same queue.

    Raises:
        BatchError: It is so.
    """
    if not path.absolute().parent.is_dir() or path.is_dir():
        raise BatchError(f"{path} cannot be written: there is no such folder, or it is one; choose another --report")
    if not os.path.lexists(path):
        return
    try:
        told = json.loads(read_bounded(path, MAX_BYTES))
    except (OSError, ValueError):
        told = None
    if not isinstance(told, dict) or "jobs" not in told or told.get("output") != str(output.absolute()):
        raise BatchError(
            f"{path} exists already and is no report of this queue; choose another name for --report, "
            "or add --overwrite"
        )


def as_data(found: Sequence[Outcome], output: Path, seconds: float) -> dict[str, Any]:
    """Return all outcomes as plain data, ``seconds`` being the time on the clock."""
    return {
        "output": str(output.absolute()),
        "jobs": [asdict(one) for one in found],
        "done": sum(one.state in (State.DONE.value, State.THERE.value) for one in found),
        "failed": sum(one.state == State.FAILED.value for one in found),
        "frames": sum(one.frames for one in found),
        "seconds": round(seconds, 1),
    }


def _outcome(job: Job, result: Path, journals: Journals, state: State) -> Outcome:
    told = journals.segments_of(job.name)
    frames, seconds = (sum(line.get(key, 0) for line in told) for key in ("frames", "seconds"))
    notes = [*journals.notes.get(job.name, ()), *(note for line in told for note in line.get("notes", ()))]
    if ir_left := sum(line.get("ir_left", 0) for line in told):
        notes.append(unmatched(ir_left))
    failed = [0, *(line.get("failed", 0) for line in told)]
    return Outcome(
        job.name,
        state.value,
        str(result),
        len(told),
        frames,
        round(seconds, 2),
        round(frames / seconds, 1) if seconds else 0.0,
        sum(line.get("dropped", 0) for line in told),
        sum(failed) if job.is_folder else max(failed),  # the end of a video may be seen by two segments
        next((line["model"] for line in told if line.get("model")), ""),
        tuple(dict.fromkeys(notes)),
        journals.errors.get(job.name, "") if state is State.FAILED else "",
    )
