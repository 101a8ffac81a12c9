"""The command line. Exit codes: 0 done, 1 some items failed, 2 cannot start (one sentence), 130 interrupted.

One module per command: its ``register`` adds the command and its options, the function beside it does the work.
"""

import argparse
import io
import sys
from collections.abc import Sequence

from fusion_app import __version__
from fusion_app.cli import align, bench, desktop_entry, devices, doctor, fuse, record, recover, sync, view, weights
from fusion_app.cli.options import run_options
from fusion_app.errors import FusionAppError
from fusion_app.system import logs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a path must not end the program because a terminal cannot show it
    options = _parser().parse_args(arguments)
    logs.keep_log()
    logs.log.info("CS2Fusion Live %s: %s", __version__, options.command.__name__)
    try:
        return int(options.command(options))
    except FusionAppError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - a fault of the program, told as one
        print(f"error: {_crash(error)}", file=sys.stderr)
        return 1


def _crash(error: Exception) -> str:
    """Return what to tell of an error that nobody expected: where its details are, or the details themselves."""
    details, path = logs.note_crash(error), logs.log_path()
    if path is None:
        return f"something went wrong in the program; please report this:\n{details}"
    kind = type(error).__name__
    return f"something went wrong in the program ({kind}); please report it with the last lines of {path}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="CS2Fusion Live: infrared and visible video become one picture. Without a command a window opens.",
        epilog="A source: a video file, an image, a folder of images, camera:NAME, a URL, split:left:SOURCE.",
    )
    parser.add_argument("--version", action="version", version=f"CS2Fusion Live {__version__}")
    parser.set_defaults(command=view.view, **vars(run_options().parse_args([])), ir=None, vis=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for part in (view, fuse, record, recover, align, sync, devices, doctor, bench, weights, desktop_entry):
        part.register(commands)
    return parser
