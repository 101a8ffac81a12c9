"""A queue worked on by a Ray cluster: Ray says which node does what, the queue's folder what is done.

A thin layer: each Ray task cuts a job, fuses one segment or joins a job by the same `Worker` that `batch --join` uses,
under the same claims. So whatever dies, nothing is fused wrongly, and `batch --join` may help at the same time. Every
node has to see the sources and the output folder under the same paths, and to have this program.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fusion_app.batch.board import Board
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.job import Job, in_own_way
from fusion_app.batch.journal import Journal, Journals
from fusion_app.batch.worker import CUT, JOIN, Rules, Worker
from fusion_app.errors import BatchError
from fusion_app.system.machine import install_line, use_cores

LOCAL, AUTO = "local", "auto"
RETRIES = 3
"""So often Ray gives a task to another worker when one dies."""
AHEAD = 4
"""Tasks that wait for each CPU of the cluster; more would only fill Ray's memory."""
WAIT_S = 0.5
QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}
"""It would report to its makers what this process does. What the head of somebody else's cluster reports is theirs."""
LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""On every system: a cluster begun here is reached from here only. Of another one the nodes could not be reached so."""

_opened: dict[str, Worker] = {}
"""Of this process of Ray: models are opened once for all its tasks."""


@dataclass(frozen=True)
class Share:
    """What every task needs to know.

    Attributes:
        output: Folder of the queue.
        ways: How this cluster computes, by the names of fusion settings.
        overwrite: As `Rules.overwrite`.
        cpus: CPUs of a task.
        gpus: GPUs of a task.
    """

    output: str
    ways: dict[str, Any]
    overwrite: bool
    cpus: int = 1
    gpus: float = 0.0


@contextmanager
def cluster(address: str, cpus: int) -> Iterator[Any]:
    """Connect to a Ray cluster, or begin one of this machine, and yield the library; it is left or ended afterwards.

    Args:
        address: ``local``, ``auto`` (the one this machine belongs to), or where one is: ``HOST:PORT``.
        cpus: Of a cluster that is begun here.

    Raises:
        BatchError: Ray is not installed, or there is no such cluster.
    """
    os.environ.update(QUIET | LOOPBACK if address == LOCAL else QUIET)
    try:
        import ray  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise BatchError(f"Ray is not installed; use --jobs, or {install_line('ray')}") from None
    usual: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    begin = {"num_cpus": cpus, "include_dashboard": False} if address == LOCAL else {"address": address}
    try:
        ray.init(**usual, **begin)
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise BatchError(f"no Ray cluster answers at {address} ({reason}); start one with `ray start --head`") from None
    try:
        yield ray
    finally:
        ray.shutdown()


def work(share: Share, name: str, number: int) -> int:
    """Do one piece of the job ``name`` in a process of Ray: the segment ``number``, or `CUT`, or `JOIN`.

    Returns:
        How many segments the job has; 0 where its result is there, or where it has failed, which is noted.
    """
    worker = _opened.get(share.output)
    if worker is None:
        worker = _opened[share.output] = _opened_here(share)
    return worker.piece(name, number)


def _opened_here(share: Share) -> Worker:
    use_cores(share.cpus)
    folder = BatchFolder(Path(share.output))
    jobs, segment_s = folder.jobs()
    own = [in_own_way(job, share.ways) for job in jobs]
    board = Board([job.name for job in own], lambda _: None)
    return Worker(folder, own, Rules(segment_s, share.overwrite), board, threading.Event())


class RayWork:
    """All jobs of a queue as tasks of a Ray cluster: cut, fused segment by segment, joined."""

    def __init__(self, ray: Any, share: Share, jobs: Sequence[Job]) -> None:
        self._ray = ray
        self._share = share
        self._waiting: deque[tuple[str, int]] = deque((job.name, CUT) for job in jobs)
        self._left: dict[str, int] = {}
        self._at: dict[Any, tuple[str, int]] = {}
        self._journals = Journals(BatchFolder(Path(share.output)).journals)
        self._journal = Journal(BatchFolder(Path(share.output)).journals, self._journals)
        self._room = max(2, int(AHEAD * ray.cluster_resources().get("CPU", 1)))
        self._remote = ray.remote(max_retries=RETRIES, num_cpus=share.cpus, num_gpus=share.gpus)(work)

    def run(self, look: Callable[[], None], cancel: threading.Event) -> None:
        """Work until all is done or ``cancel`` is set; ``look`` is called all the time.

        Raises:
            BatchError: The cluster has gone.
        """
        while (self._waiting or self._at) and not cancel.is_set():
            while self._waiting and len(self._at) < self._room:
                piece = self._waiting.popleft()
                self._at[self._remote.remote(self._share, *piece)] = piece
            ready, _ = self._ray.wait(list(self._at), timeout=WAIT_S)
            for reference in ready:
                self._take(reference)
            look()
        for reference in self._at:
            self._ray.cancel(reference, force=True)  # what is half done is void, as after any kill

    def _take(self, reference: Any) -> None:
        name, number = self._at.pop(reference)
        try:
            count = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            self._journals.update()
            self._journal.note(job=name, error=f"Ray gave it up ({type(error).__name__}); start again")
            count = 0
        if number == CUT:
            self._left[name] = count
            self._waiting.extendleft((name, one) for one in reversed(range(count)))
        elif number >= 0:
            self._left[name] = self._left[name] - 1 if count else -1
            if self._left[name] == 0:
                self._waiting.appendleft((name, JOIN))
