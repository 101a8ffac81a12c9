"""One process at work on the queue: claims, fuses, joins, until nothing is left that it could do."""

import json
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fusion_app.batch.board import Board, State
from fusion_app.batch.claims import Claim, ClaimLostError, Claims
from fusion_app.batch.commit import Made, aside_of, commit
from fusion_app.batch.cut import OpenJob, open_job
from fusion_app.batch.engines import KeptEngines
from fusion_app.batch.files import remove
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.fusing import fuse_segment
from fusion_app.batch.job import Job, Segment
from fusion_app.batch.journal import Journal, Journals
from fusion_app.batch.result import is_there, put_together
from fusion_app.errors import BatchError, FusionAppError
from fusion_app.system import logs

POLL_S = 0.5
PAUSE_LOOK_S = 1.0
CUT, JOIN = -1, -2
"""Stand for the cutting of a job and the joining of its segments, where the number of one is asked for."""
LEAST_FREE = 8 << 20
"""Bytes; a disk with less is full."""


@dataclass(frozen=True)
class Rules:
    """How a worker works.

    Attributes:
        segment_s: Length of the segments of each job, seconds, by its name.
        overwrite: Results that exist and are not this queue's are replaced.
    """

    segment_s: dict[str, float]
    overwrite: bool = False


class Worker:
    """Works on ``jobs`` of the queue ``folder``, beside any number of others.

    Attributes:
        journals: What all processes have noted.
    """

    def __init__(
        self,
        folder: BatchFolder,
        jobs: Sequence[Job],
        rules: Rules,
        board: Board,
        cancel: threading.Event,
        claims: Claims | None = None,
    ) -> None:
        """Read what is noted of earlier starts.

        Raises:
            BatchError: The queue was written by a newer version of the program.
        """
        self.journals = Journals(folder.journals)
        self.journals.begin()
        self._has_failed = False
        self._looked_at = -PAUSE_LOOK_S
        self._folder = folder
        self._jobs = {job.name: job for job in jobs}
        self._rules = rules
        self._board = board
        self._cancel = cancel
        self._claims = claims or Claims()
        self._journal = Journal(folder.journals, self.journals)
        self._engines = KeptEngines()
        self._opened: dict[str, OpenJob] = {}
        self._current = ""

    def run(self) -> None:
        """Work until all jobs are done or have failed, or until it is cancelled.

        Raises:
            BatchError: The folder is gone or the disk is full; nothing else could be done.
        """
        left = list(self._jobs)
        while left and not self._cancel.is_set():
            self._wait_while_paused()
            did = any(self._advanced(name) for name in self._in_order(left))
            self._check_folder()
            left = [name for name in left if self._board.row(name).state not in (State.DONE, State.THERE, State.FAILED)]
            if left and not did:
                self._cancel.wait(POLL_S)

    def piece(self, name: str, number: int) -> int:
        """Do one piece of a job, waiting while another process has it: a segment by its number, `CUT` or `JOIN`.

        Returns:
            How many segments the job has; 0 where its result is there, or where it has failed, which is noted.
        """
        self._wait_while_paused()
        while not self._cancel.is_set():
            try:
                opened = self._opened.get(name) or self._open(self._jobs[name])
                if opened is None or self._is_there(opened.job):
                    return 0
                if number == CUT or self._has(opened, number):
                    return len(opened.segments)
            except ClaimLostError:
                pass
            except (FusionAppError, OSError, MemoryError) as error:
                self._fail(name, str(error) or "there is too little memory")
                return 0
            self._cancel.wait(POLL_S)
        return 0

    def _has(self, opened: OpenJob, number: int) -> bool:
        """Try to make a piece of a job; tell whether it is there, whoever made it."""
        if number == JOIN:
            return self._join(opened)
        segment = opened.segments[number]
        if not opened.file(segment).exists():
            with self._claimed(opened.place / segment.name) as claim:
                if claim is not None:
                    self._fuse_if_missing(opened, segment, claim)
        return opened.file(segment).exists()

    def _in_order(self, left: Sequence[str]) -> Iterator[str]:
        """Yield jobs in the order in which they are tried: the one at hand, those nobody works on, the others.

        Of ten thousand jobs only those are looked at that come before the first with something to do.
        """
        if self._current in left:
            yield self._current
        busy = []
        for name in left:
            if any(self._folder.place(self._jobs[name]).glob("*.claim-*")):
                busy.append(name)
            elif name != self._current:
                yield name
        yield from busy

    def _advanced(self, name: str) -> bool:
        """Do the next piece of a job; tell whether there was one."""
        if self._cancel.is_set() or self._board.row(name).state in (State.DONE, State.THERE, State.FAILED):
            return False
        try:
            return self._advance(self._jobs[name])
        except ClaimLostError:
            return False
        except OSError as error:
            self._fail(name, f"{self._folder.output} cannot be read or written ({error.strerror}); check the disk")
        except (FusionAppError, MemoryError) as error:
            self._fail(name, str(error) or "there is too little memory")
        except Exception as error:  # noqa: BLE001 - a fault of the program in one job is no reason to leave the others
            logs.note_crash(error)
            self._fail(name, f"something went wrong in the program ({type(error).__name__}: {error})")
        return True

    def _fail(self, name: str, text: str) -> None:
        self._has_failed = True
        self._board.set(name, State.FAILED)
        try:
            self._journal.note(job=name, error=text)
            self.journals.update(self._journal)
        except BatchError:  # the folder may be what is the matter
            self.journals.errors[name] = text

    def _advance(self, job: Job) -> bool:
        opened = self._opened.get(job.name) or self._open(job)
        if opened is None:
            return True
        missing = opened.missing()
        for segment in missing:
            with self._claimed(opened.place / segment.name) as claim:
                if claim is not None:
                    self._fuse_if_missing(opened, segment, claim)
                    return True
        if missing:
            self._board.set(job.name, State.ELSEWHERE, self._frames_done(opened))
            return False
        return self._join(opened)

    def _fuse_if_missing(self, opened: OpenJob, segment: Segment, claim: Claim) -> None:
        """Fuse a claimed segment, unless another process has finished it, or the whole job, a moment before.

        The order matters: segments go once the result is there. So one that is not there was either not fused, and
        nobody else can do that now, or the result is there by the time one looks for it.
        """
        if opened.file(segment).exists():
            return
        self.journals.update()
        if self._is_there(opened.job):
            self._board.set(opened.job.name, State.DONE)
            self._tidy(opened.job)
            return
        self._current = opened.job.name
        self._fuse(opened, segment, claim)

    def _open(self, job: Job) -> OpenJob | None:
        """Return the job cut into segments; None where its result is there."""
        if self._is_there(job):
            self._found(job)
            return None
        with self._claimed(self._folder.place(job).with_name(f"{job.name}.cut")) as claim:
            if claim is None:
                raise ClaimLostError(job.name)
            if self._is_there(job):  # others may have cut, fused and joined it since
                self._found(job)
                return None
            opened = open_job(job, self._folder.place(job), self._rules.segment_s[job.name])
        self._note_opened(opened)
        self._opened[job.name] = opened
        self._board.set(job.name, State.WAITING, self._frames_done(opened), opened.frames)
        return opened

    def _found(self, job: Job) -> None:
        self._tidy(job)
        self._board.set(job.name, State.THERE)

    def _note_opened(self, opened: OpenJob) -> None:
        """Note what a job depends on now, for whoever tells of it."""
        told = list(opened.said)
        if opened.voided:
            told.append(
                f"its sources, model or settings are not those of an earlier start: {opened.voided} finished segments "
                "are void and are fused anew"
            )
        self._journal.note(job=opened.job.name, key=opened.key, notes=told)
        self.journals.update(self._journal)

    def _is_there(self, job: Job) -> bool:
        return is_there(job, self._folder.output / job.result, self.journals, overwrite=self._rules.overwrite)

    @contextmanager
    def _claimed(self, base: Path) -> Iterator[Claim | None]:
        """Claim what ``base`` names, for a while; yields None where somebody else holds it.

        Raises:
            ClaimLostError: Something failed, and somebody has taken it over meanwhile, and the files with it.
        """
        claim = self._claims.take(base)
        try:
            yield claim
        except (FusionAppError, OSError) as error:
            if claim is not None and claim.is_taken_over():
                raise ClaimLostError(base.name) from error
            raise
        finally:
            if claim is not None:
                claim.release()

    def _frames_done(self, opened: OpenJob) -> int:
        told = self.journals.segments.get(opened.job.name, {})
        return sum(
            int(told.get(segment.name, {}).get("frames", 0))
            for segment in opened.segments
            if opened.file(segment).exists()
        )

    def _fuse(self, opened: OpenJob, segment: Segment, claim: Claim) -> None:
        name = opened.job.name
        before = self._frames_done(opened)

        def progress(done: int, _expected: int | None) -> None:
            self._board.frame(name, before, done)
            claim.told = json.dumps([done, round(self._board.row(name).fps, 1)])
            self._wait_while_paused(name)
            if claim.is_lost:
                raise ClaimLostError(name)

        self._board.begin_segment(name)
        aside = aside_of(opened, segment, claim)
        try:
            report = fuse_segment(opened, segment, aside, self._engines, progress, self._cancel)
            if report.is_complete:
                commit(Made(opened, segment, aside, report), claim, self._journal)
                self.journals.update(self._journal)
                self._board.set(name, State.FUSING, self._frames_done(opened))
        finally:
            remove(aside)

    def _wait_while_paused(self, name: str = "") -> None:
        """Wait while the queue is paused; claims are kept meanwhile. It is looked for every `PAUSE_LOOK_S`."""
        now = time.monotonic()
        if now - self._looked_at < PAUSE_LOOK_S:
            return
        self._looked_at = now
        if not self._folder.is_paused:
            return
        if name:
            self._board.set(name, State.PAUSED)
        while self._folder.is_paused and not self._cancel.wait(POLL_S):
            pass
        if name:
            self._board.begin_segment(name)

    def _join(self, opened: OpenJob) -> bool:
        job = opened.job
        with self._claimed(opened.place.with_name(f"{job.name}.result")) as claim:
            if claim is None:
                self._board.set(job.name, State.JOINING)
                return False
            self.journals.update()
            if not self._is_there(job):
                self._board.set(job.name, State.JOINING)
                overwrite = self._rules.overwrite
                frames = put_together(opened, self._folder.output, self._journal, claim, overwrite=overwrite)
                self.journals.update(self._journal)
                self._board.set(job.name, State.DONE, frames, frames)
            else:
                self._board.set(job.name, State.DONE)
        self._tidy(job)
        return True

    def _tidy(self, job: Job) -> None:
        """Remove the segments of a job whose result is there; whoever looks for them finds the result first."""
        with suppress(OSError):
            for path in self._folder.place(job).iterdir():
                remove(path)

    def _check_folder(self) -> None:
        """Refuse to go on where nothing could be written.

        Raises:
            BatchError: The folder is gone, or its disk is full.
        """
        output = self._folder.output
        if not self._folder.is_there:
            raise BatchError(f"{output} is gone or its queue was removed, so nothing more can be written; start again")
        with suppress(OSError):
            if self._has_failed and shutil.disk_usage(output).free < LEAST_FREE:
                raise BatchError(f"the disk of {output} is full; free some space and start again: what is done is kept")
