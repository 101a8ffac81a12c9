"""The output folder as the queue: which jobs there are, where their parts lie, which results are ours."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from fusion_app.batch.files import read_json, write_json
from fusion_app.batch.identity import digest_of, what_matters
from fusion_app.batch.job import Job
from fusion_app.errors import BatchError, SettingsError
from fusion_app.settings import OutputSettings, Settings, check
from fusion_app.system.yaml_files import from_mapping

QUEUE = ".batch"
"""Folder within the output folder; it may be removed when nothing is in work, and then nothing is remembered."""


class BatchFolder:
    """The queue within the output folder ``output``.

    Attributes:
        output: Where results go.
        journals: Folder of the journals.
        jobs_folder: Folder of the folders of all jobs' segments.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.journals = output / QUEUE / "journal"
        self._plans = output / QUEUE / "plans"
        self.jobs_folder = output / QUEUE / "jobs"
        self._pause = output / QUEUE / "paused"

    @property
    def is_there(self) -> bool:
        """Nobody has removed the queue."""
        return self._plans.is_dir() and self.journals.is_dir()

    @property
    def is_paused(self) -> bool:
        """Somebody wants all that work on the queue to wait."""
        return self._pause.exists()

    def pause(self) -> None:
        """Let all that work on the queue wait, on whatever machine, behind the frame at hand.

        Raises:
            BatchError: The folder cannot be written to.
        """
        write_json(self._pause, {})

    def go_on(self) -> bool:
        """Let them go on; tell whether they waited.

        Raises:
            BatchError: The folder cannot be written to.
        """
        try:
            was_paused = self.is_paused
            self._pause.unlink(missing_ok=True)
        except OSError as error:
            raise BatchError(f"{self._pause} cannot be removed ({error.strerror}); check the folder") from None
        return was_paused

    def place(self, job: Job) -> Path:
        """Return the folder of the segments of ``job``."""
        return self.jobs_folder / job.name

    def add(self, jobs: Sequence[Job], segment_s: float) -> None:
        """Put ``jobs`` into the queue; those that are in it already are the same or refused.

        Args:
            jobs: What is to be done.
            segment_s: Length of their segments, seconds.

        Raises:
            BatchError: Another plan calls another job by one of their names, or the folder cannot be written to.
        """
        try:
            for folder in (self._plans, self.journals, self.jobs_folder):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BatchError(
                f"{self.output} cannot be written ({error.strerror}); choose a folder that you may write to"
            ) from None
        told = {job.name: asdict(_unsent(job)) | {"segment_s": segment_s} for job in jobs}
        path = self._plans / f"{digest_of(told)[:16]}.json"
        self._refuse_others(told)
        is_new = read_json(path) is None  # a power cut may have left one that is empty
        if is_new:
            write_json(path, {"jobs": list(told.values())})
        try:
            self._refuse_others(told)  # somebody may have done the same at the same time
        except BatchError:
            if is_new:  # else others work by it already
                path.unlink(missing_ok=True)
            raise

    def _refuse_others(self, told: dict[str, Any]) -> None:
        for name, other in self._told().items():
            if name in told and _digest(told[name]) != _digest(other):
                raise BatchError(
                    f"{self.output} has another plan for {name} (other sources or settings): choose another output "
                    "folder, or go on with that plan by --join"
                )

    def jobs(self) -> tuple[tuple[Job, ...], dict[str, float]]:
        """Return all jobs of the queue, and by their names how long their segments are, seconds.

        Raises:
            BatchError: There is no queue, or it was written by a newer version.
        """
        told = self._told()
        if not told:
            raise BatchError(f"{self.output} holds no queue; begin one with `batch PLAN.yaml|DIR -o {self.output}`")
        return tuple(_job(values) for values in told.values()), {name: v["segment_s"] for name, v in told.items()}

    def _told(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path in sorted(self._plans.glob("*.json")):
            for values in (read_json(path) or {}).get("jobs", ()):
                found.setdefault(values["name"], values)
        return found


def _unsent(job: Job) -> Job:
    """Return ``job`` without where its rig sends things: nothing is sent here, and others may read the folder."""
    return replace(job, settings=replace(job.settings, outputs=OutputSettings()))


def _digest(told: dict[str, Any]) -> str:
    return digest_of(told | {"settings": what_matters(told["settings"])})


def _job(values: dict[str, Any]) -> Job:
    try:
        settings = check(from_mapping(Settings, values["settings"]))
        return Job(values["name"], settings, values["start_s"], values["end_s"])
    except (SettingsError, KeyError) as error:
        raise BatchError(
            f"a job of the queue is damaged ({error}); remove {QUEUE} in its folder and start anew"
        ) from None
