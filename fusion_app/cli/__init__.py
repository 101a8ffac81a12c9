"""The command line. Exit codes: 0 done, 1 some items failed, 2 cannot start (one sentence), 130 interrupted.

One module per command: its ``register`` adds the command and its options, the function beside it does the work.
"""

import argparse
import io
import sys
from collections.abc import Sequence

from fusion_app import __version__
from fusion_app.cli import align, bench, devices, fuse, record, recover, sync, view, weights
from fusion_app.cli.options import run_options
from fusion_app.errors import FusionAppError
from fusion_app.sources import is_there


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a path must not end the program because a terminal cannot show it
    options = _parser().parse_args(_with_command(sys.argv[1:] if arguments is None else arguments))
    try:
        return int(options.command(options))
    except FusionAppError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _with_command(arguments: Sequence[str]) -> Sequence[str]:
    """Return ``arguments`` with the command that they leave out: whoever gives sources wants to see them."""
    first = arguments[0] if arguments else ""
    is_option = first.startswith("-") and first not in ("-h", "--help", "--version")
    is_source = bool(first) and (":" in first or "." in first or is_there(first))
    return ["view", *arguments] if is_option or (is_source and not first.startswith("-")) else arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="CS2Fusion Live: infrared and visible video become one picture. "
        "Without a command a window opens, on the sources that are given.",
        epilog="A source: a video file, an image, a folder of images, camera:NAME, a URL, split:left:SOURCE.",
    )
    parser.add_argument("--version", action="version", version=f"CS2Fusion Live {__version__}")
    parser.set_defaults(command=view.view, **vars(run_options().parse_args([])), ir=None, vis=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for part in (view, fuse, record, recover, align, sync, devices, bench, weights):
        part.register(commands)
    return parser
