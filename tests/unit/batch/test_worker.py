"""A process at work on a queue, beside others that were faster."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fusion_app.batch.board import Board, State
from fusion_app.batch.claims import Claim, Claims
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.job import Job
from fusion_app.batch.worker import CUT, JOIN, Rules, Worker
from fusion_app.cli import main
from tests.batches import noted, shown, write_pair


def worker_of(folder: BatchFolder, claims: Claims | None = None, kind: type[Worker] = Worker) -> tuple[Worker, Board]:
    jobs, segment_s = folder.jobs()
    board = Board([job.name for job in jobs], lambda _: None)
    return kind(folder, jobs, Rules(segment_s), board, threading.Event(), claims), board


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """The folder of a queue with one short job."""
    write_pair(tmp_path / "in", "night", 5)
    asked = ["batch", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--model", "max", "--quiet", "--queue-only"]
    assert main(asked) == 0
    return tmp_path / "out"


def left_in(output: Path) -> list[str]:
    return [path.name for path in (output / ".batch" / "jobs").rglob("*") if path.is_file()]


class Interrupted(Claims):
    """Claims of a process beside which something happens as it claims what has a name that ends in ``suffix``."""

    def __init__(self, suffix: str, before: Callable[[], object], behind: Callable[[Path], object]) -> None:
        super().__init__()
        self._suffix = suffix
        self._before = before
        self._behind = behind

    def take(self, base: Path) -> Claim | None:
        is_it = base.name.endswith(self._suffix)
        if is_it:
            self._before()
        claim = super().take(base)
        if is_it:
            self._behind(base)
        return claim


def test_a_result_that_another_process_has_finished_since_the_journals_were_read_is_ours(output: Path) -> None:
    late, late_board = worker_of(BatchFolder(output))
    first, _ = worker_of(BatchFolder(output))
    first.run()
    assert (output / "night.mkv").exists()
    late.run()
    assert [row.state for row in late_board.rows] == [State.THERE]
    assert late.journals.errors == {}


def test_a_job_that_others_finish_before_it_is_cut_is_left_as_it_is(output: Path) -> None:
    first, _ = worker_of(BatchFolder(output))
    late, board = worker_of(BatchFolder(output), Interrupted(".cut", first.run, lambda _: None))
    late.run()
    assert [row.state for row in board.rows] == [State.THERE]
    assert late.journals.errors == {}
    assert left_in(output) == []


def test_a_segment_that_others_join_while_one_looks_is_not_fused_again(output: Path) -> None:
    first, _ = worker_of(BatchFolder(output))

    class Slow(Worker):
        """Looks whether the result is there a moment before others have joined it."""

        is_slow = False

        def _is_there(self, job: Job) -> bool:
            found = super()._is_there(job)
            if self.is_slow:
                first.piece("night", JOIN)
            return found

    late, _ = worker_of(BatchFolder(output), kind=Slow)
    assert isinstance(late, Slow)
    assert late.piece("night", CUT) == first.piece("night", CUT) == first.piece("night", 0) == 1
    (opened,) = late._opened.values()
    claim = Claims().take(opened.place / opened.segments[0].name)
    assert claim is not None
    late.is_slow = True
    late._fuse_if_missing(opened, opened.segments[0], claim)
    late.is_slow = False
    claim.release()
    late.run()
    assert len(noted(output)) == 1
    assert len(shown(output / "night.mkv")[0]) == 5


def test_whoever_slept_while_it_joined_and_was_taken_over_names_nothing_and_fails_nothing(output: Path) -> None:
    at_looks: list[bool] = []
    other = output / ".batch" / "jobs" / "night.result.claim-0002"

    def look() -> None:
        at_looks.append((output / "night.mkv").exists())
        other.unlink(missing_ok=True)  # whoever took it over was killed

    def take_over(_: Path) -> None:
        if len(at_looks) == 1:
            other.touch()

    worker, _ = worker_of(BatchFolder(output), Interrupted(".result", look, take_over))
    assert worker.piece("night", CUT) == worker.piece("night", 0) == 1
    worker.piece("night", JOIN)
    assert at_looks[:2] == [False, False]
    assert worker.journals.errors == {}
    assert len(shown(output / "night.mkv")[0]) == 5
