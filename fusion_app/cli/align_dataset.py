"""``align --dataset``: a whole data set put in order, with figures before and after."""

import argparse
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import get_args

from fusion_app.cli.options import THERMAL_CHOICES, THERMAL_NUMBERS, THERMAL_SWITCHES, run_options, settings_from
from fusion_app.cli.progress import ProgressBar, interruptible
from fusion_app.cli.startup import say
from fusion_app.datasets import Aligning, Clip, Per, Plan, find_clips, has_one_size, summary, where, write_report
from fusion_app.errors import CalibrationError

USED = {"pairs", "quiet"}
"""Options of a run that a data set heeds, beside those of infrared."""


def add_dataset_options(parser: argparse.ArgumentParser) -> None:
    """Add what puts a data set in order."""
    group = parser.add_argument_group("a whole data set, with -o FOLDER")
    group.add_argument("--dataset", type=Path, metavar="DIR", help="folder with pairs of videos or pictures")
    group.add_argument(
        "--per",
        choices=get_args(Per),
        help="one homography for each rig, or for each pair; else by rig, if pictures are of one size",
    )
    group.add_argument("--time", action="store_true", help="look for the time offsets of videos, too")


def align_dataset(options: argparse.Namespace) -> int:
    """Put a data set in order and return the exit code."""
    folder, output = _places(options)
    settings = settings_from(options)
    clips, told = find_clips(folder, output, settings.thermal, settings.sources.pairs)
    if not options.quiet:
        print(*told, sep="\n", end="\n" * bool(told), file=sys.stderr)
    per = _per(options, clips)
    thermal = ", ".join(f"{name} {value}" for name, value in asdict(settings.thermal).items())
    plan = Plan(str(folder.resolve()), per, options.time, settings.sources.pairs, thermal)
    aligning = Aligning(plan, clips, output, overwrite=options.overwrite)
    try:
        is_whole = _run(aligning, quiet=options.quiet)
        rows = aligning.rows
        write_report(output, str(folder), rows, per=per)
    finally:
        aligning.close()
    if not is_whole:
        print("interrupted; give the same command again to go on", file=sys.stderr)
        return 130
    if not options.quiet:
        say(*summary(rows, per=per), *where(output))
    return int(any(row.failed for row in rows))


def _run(aligning: Aligning, *, quiet: bool) -> bool:
    cancel = threading.Event()
    progress = ProgressBar(quiet=quiet, unit="pairs", verb="aligning")
    try:
        with interruptible(cancel):
            return aligning.run(lambda done: progress(done, aligning.steps), lambda: not cancel.is_set())
    finally:
        progress.close()


def _places(options: argparse.Namespace) -> tuple[Path, Path]:
    if options.ir or options.vis:
        raise CalibrationError("--dataset takes a folder and no sources; leave them out")
    if options.output is None:
        raise CalibrationError("say where the data set in order goes: -o FOLDER")
    kept = {*USED, *THERMAL_CHOICES, *THERMAL_NUMBERS, *THERMAL_SWITCHES}
    for name, usual in vars(run_options(fuses=False).parse_args([])).items():
        if name not in kept and getattr(options, name) != usual:
            raise CalibrationError(f"--{name.replace('_', '-')} says nothing to a data set; leave it out")
    for name in ("preview", "name", "json"):
        if getattr(options, name):
            raise CalibrationError(f"--{name} is for two sources; a data set has its report instead")
    return options.dataset, options.output


def _per(options: argparse.Namespace, clips: tuple[Clip, ...]) -> Per:
    if options.per is None:
        per: Per = "rig" if has_one_size(clips) else "pair"
        why = "pictures are of one size" if per == "rig" else "pictures of one clip are of several sizes"
        if not options.quiet:
            print(f"one homography for each {per}, because {why}; --per says otherwise", file=sys.stderr)
        return per
    if options.per == "rig" and not has_one_size(clips):
        raise CalibrationError("pictures of one clip are of several sizes, each cut in its own way; say --per pair")
    return "rig" if options.per == "rig" else "pair"
