"""The command line. Exit codes: 0 done, 1 some items failed, 2 cannot start (one sentence), 130 interrupted."""

import argparse
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tqdm import tqdm

from fusion_app import __version__
from fusion_app.bench import options as bench_options
from fusion_app.engine import model_names
from fusion_app.errors import FusionAppError
from fusion_app.processing import FuseJob, FuseReport, fuse_recordings
from fusion_app.settings import Settings, check, load_settings

DEMO_IR, DEMO_VIS = "synthetic:ir", "synthetic:vis"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a path must not end the program because a terminal cannot show it
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except FusionAppError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def fuse(options: argparse.Namespace) -> int:
    """Fuse two recordings, or two folders of images, into a file or folder."""
    job = FuseJob(_settings(options), options.output, options.start, options.end, options.overwrite)
    return _fuse(job, quiet=options.quiet)


def demo(options: argparse.Namespace) -> int:
    """Show the built-in demo pair in a window, or fuse it to a file where there is no display."""
    options.ir, options.vis = DEMO_IR, DEMO_VIS
    if has_display() and can_open_window():
        return view(options)
    output = Path("recordings") / time.strftime("demo-%Y%m%d-%H%M%S.mkv")
    print("There is no display, so the demo pair is fused to a file.")
    return _fuse(FuseJob(_settings(options), output), quiet=options.quiet)


def view(options: argparse.Namespace) -> int:
    """Open the window, on two sources if they are given."""
    from fusion_app.gui.app import run_window  # noqa: PLC0415 - the command line works without Qt

    return run_window(_settings(options))


def import_weights(options: argparse.Namespace) -> int:
    """Turn the authors' checkpoint into a weights file of this application, without executing it."""
    from fusion_app.engine.weights_import import import_authors_weights  # noqa: PLC0415 - needs torch

    card = import_authors_weights(options.file, options.output, overwrite=options.overwrite)
    print(f"{options.output}: {card}")
    return 0


def bench(options: argparse.Namespace) -> int:
    """Measure how fast models, runtimes and whole sessions are on this machine."""

    def say(text: str) -> None:
        if not options.quiet:
            print(f"bench: {text}", file=sys.stderr, flush=True)

    print(bench_options.run_command(options, say))
    return 0


def has_display() -> bool:
    """Tell whether a window can be shown."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def can_open_window() -> bool:
    """Tell whether Qt can really open one; where the display is gone it aborts the process that asks, hence a child."""
    command = [sys.executable, "-m", "fusion_app.gui.probe"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - our own module


def _fuse(job: FuseJob, *, quiet: bool) -> int:
    cancel = threading.Event()
    progress = _ProgressBar(quiet=quiet)
    try:
        with _interruptible(cancel):
            report = fuse_recordings(job, progress, cancel)
    finally:
        progress.close()
    if not quiet:
        print(_summary(job, report))
    if not report.is_complete:
        return 130
    return 1 if report.failed else 0


class _ProgressBar:
    """Frames done, frames per second and the time that is left, from the first frame on."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: tqdm[NoReturn] | None = None

    def __call__(self, done: int, expected: int | None) -> None:
        if self._bar is None:
            tqdm.monitor_interval = 0  # with miniters=1 nothing is left for its thread to do
            self._bar = tqdm(unit=" frames", disable=self._quiet, dynamic_ncols=True, desc="fusing", miniters=1)
        bar = self._bar
        bar.total = max(done, expected) if expected else None
        bar.update(done - bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _summary(job: FuseJob, report: FuseReport) -> str:
    lines = [f"note: {notice}" for notice in report.notices]
    if report.dropped:
        lines.append(f"note: {report.dropped} visible frames were not fused")
    fps = report.fused / report.seconds if report.seconds else 0.0
    state = "" if report.is_complete else f"interrupted at {report.reached_s:.2f} s of the source; "
    lines.append(f"{state}{report.fused} frames fused by {report.model} in {report.seconds:.1f} s ({fps:.1f} fps)")
    lines.append(f"written to {job.output.absolute()}")
    return "\n".join(lines)


@contextmanager
def _interruptible(cancel: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C set ``cancel``; a second one interrupts at once."""

    def request(_signal: int, _frame: FrameType | None) -> None:
        cancel.set()
        signal.signal(signal.SIGINT, previous)

    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, request)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _settings(options: argparse.Namespace) -> Settings:
    """Return the rig's settings with what the command line says on top."""
    rig = options.rig
    ir, vis = options.ir, options.vis
    if ir and not vis and Path(ir).suffix.lower() in (".yaml", ".yml"):
        rig, ir = Path(ir), None
    settings = load_settings(rig) if rig else Settings()
    given = {"ir": ir, "vis": vis, "offset_ms": options.offset_ms}
    sources = replace(settings.sources, **{name: value for name, value in given.items() if value is not None})
    names = ("model", "weights", "device", "runtime", "precision", "working_size", "threads")
    fusion = replace(
        settings.fusion, **{name: value for name in names if (value := getattr(options, name)) is not None}
    )
    return check(replace(settings, sources=sources, fusion=fusion))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="CS2Fusion Live: infrared and visible video become one picture. Without a command a window opens.",
        epilog="A source: a video file, an image, a folder of images, camera:0, a URL, synthetic:ir or synthetic:vis.",
    )
    parser.add_argument("--version", action="version", version=f"CS2Fusion Live {__version__}")
    run = _run_options()
    parser.set_defaults(command=view, **vars(run.parse_args([])), ir=None, vis=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_view(commands, run)
    _add_fuse(commands, run)
    _add(commands, "demo", demo, "show or fuse the built-in demo pair", run)
    bench_options.add_options(_add(commands, "bench", bench, "measure how fast this machine fuses"))
    _add_import(commands)
    return parser


Command = Callable[[argparse.Namespace], int]


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Command,
    summary: str,
    *parents: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=summary, description=command.__doc__, parents=list(parents))
    parser.set_defaults(command=command)
    return parser


def _add_view(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: argparse.ArgumentParser) -> None:
    parser = _add(commands, "view", view, "open the window on two sources or a rig", run)
    parser.add_argument("ir", nargs="?", metavar="INFRARED|RIG.yaml", help="infrared source, or a rig file alone")
    parser.add_argument("vis", nargs="?", metavar="VISIBLE", help="visible source")


def _add_fuse(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", run: argparse.ArgumentParser) -> None:
    parser = _add(commands, "fuse", fuse, "fuse two recordings, or two folders of images, into a file or folder", run)
    parser.add_argument("ir", metavar="INFRARED", help="infrared source")
    parser.add_argument("vis", metavar="VISIBLE", help="visible source")
    parser.add_argument("-o", "--output", type=Path, required=True, help=".mkv, .mp4, .png, or a folder for images")
    parser.add_argument("--start", type=_seconds, default=0.0, metavar="S", help="begin at this second")
    parser.add_argument("--end", type=_seconds, default=None, metavar="S", help="end before this second")
    parser.add_argument("--overwrite", action="store_true", help="replace the output if it exists")


def _add_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _add(commands, "import-weights", import_weights, "import the authors' checkpoint, without executing it")
    parser.add_argument("file", type=Path, metavar="FILE.pth", help="the authors' 'Backbone Network.pth'")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.safetensors")
    parser.add_argument("--overwrite", action="store_true", help="replace the output if it exists")


def _run_options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("how to run (stronger than the rig)")
    group.add_argument("--rig", type=Path, metavar="RIG.yaml", help="settings; see assets/default.yaml")
    group.add_argument("--offset-ms", type=float, metavar="N", help="added to every infrared time stamp")
    group.add_argument("--model", metavar="NAME", help=f"auto, {', '.join(model_names())}")
    group.add_argument("--weights", metavar="FILE", help="weights that replace the model's own")
    group.add_argument("--device", metavar="D", help="auto, cpu, cuda, cuda:1, …")
    group.add_argument("--runtime", choices=("auto", "torch", "openvino"), help="what computes the network")
    group.add_argument("--precision", choices=("auto", "fp32", "bf16"), help="of the network's arithmetic")
    group.add_argument("--size", dest="working_size", metavar="WxH", help="fuse larger frames at this size; full, auto")
    group.add_argument("--threads", type=int, metavar="N", help="CPU threads of the network; 0 chooses")
    group.add_argument("--quiet", action="store_true", help="say nothing but errors")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError("must be a number of seconds from the start, 0 or more")
    return value
