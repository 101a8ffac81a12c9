"""``fuse``: two recordings, or two folders of images, into a file or folder."""

import argparse
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fusion_app.cli.options import Commands, add_command, run_options, settings_from
from fusion_app.cli.progress import ProgressBar, interruptible
from fusion_app.cli.startup import say
from fusion_app.errors import RecordingError
from fusion_app.session.export import FuseJob, FuseReport, fuse_recordings
from fusion_app.session.source_pair import may_hold_both, twice
from fusion_app.settings import Settings
from fusion_app.sources import open_source


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "fuse", fuse, "fuse two recordings, or folders of images, into a file or folder", run_options()
    )
    parser.add_argument(
        "ir",
        metavar="INFRARED|RECORDING",
        help="infrared source; alone: a recording, or a folder or radiometric JPEG that holds both",
    )
    parser.add_argument("vis", nargs="?", metavar="VISIBLE", help="visible source")
    parser.add_argument("-o", "--output", type=Path, required=True, help=".mkv, .mp4, .png, or a folder for images")
    parser.add_argument("--start", type=_seconds, default=0.0, metavar="S", help="begin at this second")
    parser.add_argument("--end", type=_seconds, default=None, metavar="S", help="end before this second")
    parser.add_argument(
        "--map",
        type=Path,
        default=None,
        metavar="DIR",
        help="also write what infrared adds to each frame: 16 bit PNG, 32768 + 128 · (fused - visible luma)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the output if it exists")


def fuse(options: argparse.Namespace) -> int:
    """Fuse two recordings, or two folders of images, into a file or folder; or a recording of `record` once more."""
    if options.end is not None and options.end <= options.start:
        raise RecordingError(f"--end {options.end:g} is not after --start {options.start:g}; give a later --end")
    settings = settings_of_pair(options)
    job = FuseJob(settings, options.output, options.start, options.end, options.overwrite, maps=options.map)
    return run_job(job, quiet=options.quiet)


def settings_of_pair(options: argparse.Namespace) -> Settings:
    """Return the settings for ``options.ir`` and ``options.vis``, of which the first may hold both.

    Raises:
        FusionAppError: An option has a value that is not allowed, or a visible source is missing.
    """
    settings = settings_from(options)
    if not settings.sources.vis and may_hold_both(settings.sources.ir):  # if it does not, opening says what is missing
        settings = replace(settings, sources=twice(settings.sources))
    if not settings.sources.vis:
        open_source(settings.sources.ir).close()  # a path that leads nowhere is told as that
        raise RecordingError(f"{options.ir} holds no infrared and visible track; give the visible source as well")
    return settings


def run_job(job: FuseJob, *, quiet: bool) -> int:
    """Do ``job`` with a progress bar and return the exit code; Ctrl-C ends it with a playable output."""
    if job.pair.stills is not None and not quiet:  # before anything is fused: a wrong rule looks plausible afterwards
        print(job.pair.told, flush=True)
    cancel = threading.Event()
    progress = ProgressBar(quiet=quiet)
    try:
        with interruptible(cancel):
            report = fuse_recordings(job, progress, cancel, _teller(quiet=quiet))
    finally:
        progress.close()
    if not quiet:
        say(*_summary(job, report))
    elif report.failed:
        print(f"error: {report.failed} images or frames of the sources are missing or damaged", file=sys.stderr)
    if not report.is_complete:
        return 130
    return 1 if report.failed else 0


def _teller(*, quiet: bool) -> Callable[[str], None]:
    """Return what prints a note at once, or nothing."""
    return (lambda _: None) if quiet else (lambda told: print(f"note: {told}", flush=True))


def _summary(job: FuseJob, report: FuseReport) -> list[str]:
    lines = [f"note: {notice}" for notice in report.notices if notice != job.pair.told]
    if report.dropped:
        lines.append(f"note: {report.dropped} visible frames were not fused")
    fps = report.fused / report.seconds if report.seconds else 0.0
    state = "" if report.is_complete else f"interrupted at {report.reached_s:.2f} s of the source; "
    lines.append(f"{state}{report.fused} frames fused by {report.model} in {report.seconds:.1f} s ({fps:.1f} fps)")
    lines.append(f"written to {job.output.absolute()}")
    if job.maps is not None:
        lines.append(f"what infrared adds is in {job.maps.absolute()}")
    return lines


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError("must be a number of seconds from the start, 0 or more")
    return value
