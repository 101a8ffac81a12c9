"""Work on a queue by one of three ways, shown and told alike: in this process, in several, or on a Ray cluster."""

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fusion_app.batch.board import Board, Row, State, Totals, duration
from fusion_app.batch.cluster import RayWork, Share, cluster
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.helpers import Helpers
from fusion_app.batch.identity import WAYS
from fusion_app.batch.job import Job
from fusion_app.batch.journal import Journals
from fusion_app.batch.report import Outcome, as_data, outcomes
from fusion_app.batch.watch import Watch
from fusion_app.batch.worker import Rules, Worker
from fusion_app.cli.batch_table import BatchTable
from fusion_app.cli.progress import interruptible
from fusion_app.errors import BatchError
from fusion_app.system.machine import cores
from fusion_app.system.priority import giving_way
from fusion_app.system.whole_files import write_whole

LOOK_S = 0.5
END_WITHIN_S = 30.0


@dataclass(frozen=True)
class Queue:
    """What is worked on.

    Attributes:
        folder: The queue.
        jobs: Those of its jobs that count here.
        segment_s: Length of their segments, seconds, by their names.
    """

    folder: BatchFolder
    jobs: Sequence[Job]
    segment_s: dict[str, float]


@dataclass(frozen=True)
class _Worked:
    """How work on a queue ended.

    Attributes:
        journals: What was noted.
        rows: The jobs, last.
        troubles: What kept it from being done, a sentence each.
    """

    journals: Journals
    rows: Sequence[Row]
    troubles: tuple[str, ...] = ()


def run_queue(options: argparse.Namespace, queue: Queue) -> int:
    """Work on ``queue`` as ``options`` say; tell what became of it, and return the exit code."""
    way = _by_ray if options.ray else _by_helpers if options.jobs > 1 else _here
    cancel, began = threading.Event(), time.monotonic()
    if not options.join and queue.folder.go_on():
        print("note: the queue was paused; it goes on", file=sys.stderr)
    with interruptible(cancel), giving_way(options.nice):
        if options.with_parent:
            _end_with_parent(cancel)
        worked = way(options, queue, cancel)
    found = outcomes(queue.jobs, queue.folder.output, worked.journals, worked.rows)
    is_told = _tell(as_data(found, queue.folder.output, time.monotonic() - began), found, options)
    for text in worked.troubles:
        print(f"error: {text}", file=sys.stderr)
    if cancel.is_set():
        return 130
    return 1 if worked.troubles or not is_told or any(one.error or one.failed for one in found) else 0


def _here(options: argparse.Namespace, queue: Queue, cancel: threading.Event) -> _Worked:
    show = BatchTable(quiet=options.quiet)
    board = Board([job.name for job in queue.jobs], show)
    worker = Worker(queue.folder, queue.jobs, Rules(queue.segment_s, options.overwrite), board, cancel)
    troubles: tuple[str, ...] = ()
    try:
        worker.run()
    except BatchError as error:
        troubles = (str(error),)
    show.close(board)
    return _Worked(worker.journals, board.rows, troubles)


def _by_helpers(options: argparse.Namespace, queue: Queue, cancel: threading.Event) -> _Worked:
    """Start so many processes that each join the queue, and watch them."""
    helpers = Helpers(queue.folder.output, _words(options))
    watch = Watch(queue.folder, queue.jobs, is_start=True)
    helpers.start(options.jobs)
    troubles: tuple[str, ...] = ()
    try:
        last = _watched(watch, lambda: helpers.at_work > 0, cancel, BatchTable(quiet=options.quiet))
    except BatchError as error:
        troubles, last = (str(error),), Totals.of(tuple(Row(job.name) for job in queue.jobs))
    helpers.stop()
    if not helpers.wait(END_WITHIN_S):
        troubles += (f"{helpers.at_work} processes do not end; they do once their frame is done",)
    failed = {row.name for row in last.rows if row.state is State.FAILED}
    troubles += helpers.complaints(failed)
    return _Worked(watch.journals, last.rows, troubles)


def _by_ray(options: argparse.Namespace, queue: Queue, cancel: threading.Event) -> _Worked:
    """Let a Ray cluster work on the jobs, and watch it."""
    fusion, ways = queue.jobs[0].settings.fusion, ways_of(options)
    show = BatchTable(quiet=options.quiet)
    watch = Watch(queue.folder, queue.jobs, is_start=True)
    threads = options.threads or 1
    with cluster(options.ray, cores()) as ray:
        has_gpu = ray.cluster_resources().get("GPU", 0) > 0
        gpus = 1.0 if has_gpu and (options.device or fusion.device) != "cpu" else 0.0
        output = str(queue.folder.output.absolute())
        share = Share(output, ways | {"threads": threads}, options.overwrite, cpus=threads, gpus=gpus)
        RayWork(ray, share, queue.jobs).run(lambda: show(watch.look()), cancel)
    last = watch.look()
    show.close(last)
    return _Worked(watch.journals, last.rows)


def _watched(watch: Watch, is_at_work: Callable[[], bool], cancel: threading.Event, show: BatchTable) -> Totals:
    """Show the queue while somebody is at work on it; return how it is then."""
    while is_at_work() and not cancel.wait(LOOK_S):
        show(watch.look())
    last = watch.look()
    show(last)
    show.close(last)
    return last


def ways_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return what this process was told of how to compute."""
    return {name: value for name in WAYS if (value := getattr(options, name)) is not None}


def _words(options: argparse.Namespace) -> list[str]:
    words = ["--nice", str(options.nice)]
    for name in (*WAYS, "overwrite"):
        value, option = getattr(options, name), "compile" if name == "compiled" else name
        if value is True:
            words.append(f"--{option}")
        elif value not in (None, False):
            words += [f"--{option}", str(value)]
    return words


def _end_with_parent(cancel: threading.Event) -> None:
    """Set ``cancel`` once standard input ends: whoever has started this process has gone, or wants it to."""

    def wait() -> None:
        while os.read(descriptor, 1024):
            pass
        cancel.set()

    descriptor = sys.stdin.fileno()  # its buffer would be locked by this thread when the program ends

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _tell(data: dict[str, Any], found: Sequence[Outcome], options: argparse.Namespace) -> bool:
    """Tell what became of the jobs; return whether the report could be written, if one was asked for."""
    is_written = options.report is None or _write_report(options.report, data)
    for one in found:
        if one.error:
            print(f"error: {one.name}: {one.error}", file=sys.stderr)
    if options.json:
        print(json.dumps(data, indent=1))
    if options.quiet or options.json:
        return is_written
    for one in found:
        print(*(f"note: {one.name}: {note}\n" for note in _notes(one)), sep="", end="")
    fused = f"{data['done']} of {len(found)} jobs done" + (f", {data['failed']} failed" if data["failed"] else "")
    took = "this process" if options.jobs == 1 else f"{options.jobs} processes"
    print(f"{fused}; {data['frames']} frames in all; {took} took {duration(data['seconds'])}")
    return is_written


def _write_report(path: Path, data: dict[str, Any]) -> bool:
    try:
        write_whole(path, json.dumps(data, indent=1).encode())
    except OSError as error:
        print(f"error: {path} cannot be written ({error.strerror})", file=sys.stderr)
        return False
    return True


def _notes(one: Outcome) -> list[str]:
    found = list(one.notes)
    if one.dropped:
        found.append(f"{one.dropped} visible frames were not fused")
    if one.failed:
        found.append(f"{one.failed} images or frames of the sources are missing or damaged")
    return found
