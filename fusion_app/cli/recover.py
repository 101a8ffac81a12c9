"""``recover``: recordings whose program was killed get their index and length."""

import argparse
import sys
from pathlib import Path

from fusion_app.cli.options import Commands, add_command
from fusion_app.errors import RecordingError
from fusion_app.recording import recover as recover_one
from fusion_app.recording import unfinished_recordings


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "recover", recover, "finish recordings whose program was killed")
    parser.add_argument("place", type=Path, metavar="RECORDING|DIR", help="one of them, or the folder they lie in")


def recover(options: argparse.Namespace) -> int:
    """Finish recordings whose program was killed: frames are copied as they are, index and chapters made anew.

    Exit codes: 0 done, 1 some could not be read and are as they were, 2 there is nothing of that name to recover.
    """
    failed = 0
    for path in _unfinished(options.place):
        try:
            print(f"recovered: {recover_one(path)}")
        except RecordingError as error:
            failed += 1
            print(f"error: {error}", file=sys.stderr)
    return 1 if failed else 0


def _unfinished(place: Path) -> list[Path]:
    if place.is_dir():
        found = unfinished_recordings(place)
        if not found:
            print(f"{place} holds no unfinished recording")
        return found
    if place not in unfinished_recordings(place.parent):
        raise RecordingError(f"{place} is no unfinished recording; nothing was changed")
    return [place]
