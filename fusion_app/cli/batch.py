"""``batch``: many pairs into one folder, by any number of processes; stopped at any moment, it goes on where it was."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fusion_app.batch.board import duration
from fusion_app.batch.cut import SEGMENT_S
from fusion_app.batch.estimate import Estimate, estimates, lengths_of, pixels_of
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.helpers import CORES, WITH_PARENT
from fusion_app.batch.identity import WAYS
from fusion_app.batch.job import Job, in_own_way
from fusion_app.batch.plan import jobs_of
from fusion_app.batch.report import refuse_report
from fusion_app.cli.batch_run import Queue, run_queue, ways_of
from fusion_app.cli.fuse import settings_of_pair
from fusion_app.cli.options import Commands, add_command, run_options
from fusion_app.errors import BatchError, FusionAppError
from fusion_app.session.segments import Length
from fusion_app.settings import Settings
from fusion_app.system.machine import use_cores
from fusion_app.system.priority import MOST

NICE = 5
"""The window, and whatever else a person waits for, comes first."""
MOST_JOBS = 256


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "batch", batch, "fuse many pairs into a folder; goes on after a crash", run_options()
    )
    parser.add_argument("inputs", nargs="*", type=Path, metavar="PLAN.yaml|DIR", help="plans, or folders with pairs")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help="folder for the results, and for the queue")
    parser.add_argument("--join", type=Path, metavar="OUT", help="help with the queue of this folder, whoever began it")
    parser.add_argument("--queue-only", action="store_true", help="fuse nothing; leave that to those that join")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and how long that takes")
    parser.add_argument("--overwrite", action="store_true", help="replace files that have the names of results")
    parser.add_argument(
        "--segment", type=_segment, default=SEGMENT_S, metavar="S", help="seconds that a crash can cost (60)"
    )
    parser.add_argument("--json", action="store_true", help="print what became of each job as JSON")
    parser.add_argument("--report", type=Path, metavar="F.json", help="write the same into a file")
    parser.add_argument(
        "--jobs", type=_count, default=1, metavar="N", help="processes of this machine that share the queue (1)"
    )
    parser.add_argument(
        "--nice", type=_nice, default=NICE, metavar="N", help=f"how far to give way to other programs, 0 to 19 ({NICE})"
    )
    parser.add_argument(
        "--ray", metavar="local|auto|ADDRESS", help="let a Ray cluster do it: one begun here, this machine's, another"
    )
    parser.add_argument(WITH_PARENT, action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(CORES, type=_count, default=None, help=argparse.SUPPRESS)
    parser.set_defaults(ir=None, vis=None)


def batch(options: argparse.Namespace) -> int:
    """Fuse pairs of recordings, or of folders of images, each into OUT/NAME.mkv or OUT/NAME/.

    Killed and started again with the same words it goes on from the last finished minute. Other processes, also on
    other machines that see the folder, help with `batch --join OUT`. See docs/scale.md.
    """
    output = _output(options)
    use_cores(options.cores)
    if options.ray and options.jobs > 1:
        raise BatchError("--ray and --jobs are two ways; with --ray local, Ray starts a process for each core")
    if options.report and not options.overwrite:
        refuse_report(options.report, output)
    if options.join:
        folder = BatchFolder(output)
        jobs, segments = folder.jobs()
        return run_queue(options, Queue(folder, [in_own_way(job, ways_of(options)) for job in jobs], segments))
    asked = jobs_of(options.inputs, output, _settings_of(options), options.pairs or "")
    if not options.quiet:
        print(*asked.told, sep="\n", end="\n" * bool(asked.told), file=sys.stderr)
    if options.dry_run:
        return _dry_run(options, output, asked.jobs)
    folder = BatchFolder(output)
    folder.add(asked.jobs, options.segment)
    if options.queue_only:
        return _say_how_to_join(options, output, len(asked.jobs))
    return run_queue(options, Queue(folder, asked.jobs, {job.name: options.segment for job in asked.jobs}))


def _output(options: argparse.Namespace) -> Path:
    if options.join:
        if options.inputs or options.output or options.dry_run or options.queue_only:
            raise BatchError("--join takes the folder of a queue and nothing else: its plan is in it")
        _refuse_settings(options)
        return Path(options.join)
    if not options.inputs:
        raise BatchError("say what to fuse: batch PLAN.yaml|DIR -o OUT, or batch --join OUT")
    if options.output is None:
        raise BatchError("say where the results go: -o OUT")
    output: Path = options.output
    if output.exists() and not output.is_dir():
        raise BatchError(f"{output} is no folder; choose another output")
    return output


def _refuse_settings(options: argparse.Namespace) -> None:
    """Refuse settings beside ``--join`` that would have no effect."""
    free = {*WAYS, "quiet"}
    for name, default in vars(run_options().parse_args([])).items():
        if name not in free and getattr(options, name) != default:
            option = "size" if name == "working_size" else name.replace("_", "-")
            raise BatchError(f"--join fuses as the plan in its folder says; leave out --{option}")


def _say_how_to_join(options: argparse.Namespace, output: Path, count: int) -> int:
    if not options.quiet:
        print(f"{count} jobs are in the queue of {output}; fuse them with `batch --join {output}`")
    return 0


def _settings_of(options: argparse.Namespace) -> Any:
    def settings_of(ir: str, vis: str, **more: Any) -> Settings:
        given = {name: value for name, value in more.items() if value is not None}
        return settings_of_pair(argparse.Namespace(**{**vars(options), **given, "ir": ir, "vis": vis or None}))

    return settings_of


def _dry_run(options: argparse.Namespace, output: Path, jobs: Sequence[Job]) -> int:
    lengths = lengths_of(jobs)
    good = [job for job in jobs if isinstance(lengths[job.name], Length)]
    found = estimates(good, lengths)
    rows = [_planned(job, output, lengths[job.name]) for job in jobs]
    if options.json:
        print(json.dumps({"jobs": rows, "on_this_machine": [asdict(one) for one in found]}, indent=1))
        return 0 if len(good) == len(jobs) else 1
    for row in rows:
        frames = "length unknown" if row["frames"] is None else f"{row['frames']} frames"
        print(f"{row['ir']} + {row['vis']} → {row['result']}: {row['error'] or frames}")
    if any(row["pixels"] is None and not row["error"] for row in rows):
        print("note: jobs of unknown length are not counted")
    print(f"{len(jobs)} jobs; on this machine, by a measurement of some seconds:" if good else f"{len(jobs)} jobs")
    for one in found:
        print(f"  {one.model:<12} {_time(one)}")
    return 0 if len(good) == len(jobs) else 1


def _planned(job: Job, output: Path, length: Length | FusionAppError) -> dict[str, Any]:
    is_open = isinstance(length, Length)
    sources = job.settings.sources
    return {
        "name": job.name,
        "ir": sources.ir,
        "vis": sources.vis,
        "result": str(output / job.result),
        "model": job.settings.fusion.model,
        "frames": length.frames if isinstance(length, Length) else None,
        "pixels": pixels_of(job, length) if isinstance(length, Length) else None,
        "error": "" if is_open else str(length),
    }


def _time(one: Estimate) -> str:
    if one.seconds is None:
        return f"could not be measured: {one.error}"
    return f"about {duration(one.seconds)}" + (f"; not all could be measured: {one.error}" if one.error else "")


def _segment(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 86_400:
        raise argparse.ArgumentTypeError("must be 1 to 86400 seconds")
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= MOST_JOBS:
        raise argparse.ArgumentTypeError(f"must be 1 to {MOST_JOBS} processes")
    return value


def _nice(text: str) -> int:
    value = int(text)
    if not 0 <= value <= MOST:
        raise argparse.ArgumentTypeError(f"must be 0 to {MOST}")
    return value
