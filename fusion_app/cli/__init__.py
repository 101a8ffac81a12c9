"""The command line. Exit codes: 0 done, 1 some items failed, 2 cannot start (one sentence), 130 interrupted.

One module per command: its ``register`` adds the command and its options, the function beside it does the work.
Nothing of them is imported here: Ctrl-C is to be heeded before they are (`startup`).
"""

import os.path
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from fusion_app import __version__
from fusion_app.cli.startup import INTERRUPTED, forgive_streams, leaving_on_interrupt, report_failure, say_interrupted

if TYPE_CHECKING:
    import argparse


INSTALLED = "cs2fusion-live"
"""Name of the command where the program is installed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    with leaving_on_interrupt():
        forgive_streams()
        given = _with_command(sys.argv[1:] if arguments is None else arguments)
        options = _parser(given[0] if given else "view").parse_args(given)
    code = _run(options, given)
    if lost := report_failure():
        print(f"error: what is printed could not be written ({lost})", file=sys.stderr)
        return code or 1
    return code


def run() -> NoReturn:
    """Run the command of the process, and end it, also where a thread hangs in a library."""
    code = main()
    from fusion_app.system.ending import leave  # noqa: PLC0415

    sys.exit(leave(code))


def _with_command(arguments: Sequence[str]) -> Sequence[str]:
    """Return ``arguments`` with the command that they leave out: whoever gives sources wants to see them.

    A command is that, though a folder may have its name; ``./NAME`` is the folder.
    """
    from fusion_app.cli.commands import COMMANDS  # noqa: PLC0415

    first = arguments[0] if arguments else ""
    if first in ("", *COMMANDS):
        return arguments
    if first.startswith("-"):
        return arguments if first in ("-h", "--help", "--version") else ["view", *arguments]
    from fusion_app.sources import is_there  # noqa: PLC0415

    return ["view", *arguments] if ":" in first or "." in first or is_there(first) else arguments


def _run(options: "argparse.Namespace", given: Sequence[str]) -> int:
    from fusion_app.cli.options import as_typed  # noqa: PLC0415
    from fusion_app.errors import FusionAppError  # noqa: PLC0415
    from fusion_app.system import logs  # noqa: PLC0415

    logs.keep_log()
    logs.log.info("CS2Fusion Live %s: %s", __version__, options.command.__name__)
    try:
        return int(options.command(options))
    except FusionAppError as error:
        print(f"error: {as_typed(error, given)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        say_interrupted()
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a fault of the program, told as one
        print(f"error: {_crash(error)}", file=sys.stderr)
        return 1


def _crash(error: Exception) -> str:
    """Return what to tell of an error that nobody expected: where its details are, or the details themselves."""
    from fusion_app.system import logs  # noqa: PLC0415

    details, path = logs.note_crash(error), logs.log_path()
    if path is None:
        return f"something went wrong in the program; report this:\n{details}"
    kind = type(error).__name__
    return f"something went wrong in the program ({kind}); report it with the last lines of {path}"


def _parser(command: str = "") -> "argparse.ArgumentParser":
    """Return the parser of one command, or of all if it is none; without a command the window opens."""
    from fusion_app.cli.commands import register  # noqa: PLC0415
    from fusion_app.cli.options import run_options  # noqa: PLC0415
    from fusion_app.cli.parsing import Parser  # noqa: PLC0415
    from fusion_app.cli.view import view  # noqa: PLC0415

    parser: argparse.ArgumentParser = Parser(
        prog=INSTALLED if os.path.basename(sys.argv[0]).startswith(INSTALLED) else "main.py",
        description="CS2Fusion Live: infrared and visible video become one picture. "
        "Without a command a window opens, on the sources that are given.",
        epilog="A source: a video file, an image, a folder of images, camera:NAME, a URL, split:left:SOURCE.",
    )
    parser.add_argument("--version", action="version", version=f"CS2Fusion Live {__version__}")
    parser.set_defaults(command=view, **vars(run_options().parse_args([])), ir=None, vis=None)
    register(parser.add_subparsers(title="commands", metavar="COMMAND"), command)
    return parser
