"""A process at work on a queue, beside others that were faster."""

import threading
from pathlib import Path

from fusion_app.batch.board import Board, State
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.worker import Rules, Worker
from fusion_app.cli import main
from tests.batches import write_pair


def worker_of(folder: BatchFolder) -> tuple[Worker, Board]:
    jobs, segment_s = folder.jobs()
    board = Board([job.name for job in jobs], lambda _: None)
    return Worker(folder, jobs, Rules(segment_s), board, threading.Event()), board


def test_a_result_that_another_process_has_finished_since_the_journals_were_read_is_ours(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "night", 5)
    output = tmp_path / "out"
    asked = ["batch", str(tmp_path / "in"), "-o", str(output), "--model", "max", "--quiet", "--queue-only"]
    assert main(asked) == 0
    late, late_board = worker_of(BatchFolder(output))
    first, _ = worker_of(BatchFolder(output))
    first.run()
    assert (output / "night.mkv").exists()
    late.run()
    assert [row.state for row in late_board.rows] == [State.THERE]
    assert late.journals.errors == {}
