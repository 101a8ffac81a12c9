"""``recover``: recordings whose program was killed get their index and length."""

import argparse
import sys
from contextlib import suppress
from pathlib import Path

from fusion_app.cli.options import Commands, add_command
from fusion_app.cli.startup import say
from fusion_app.errors import RecordingError
from fusion_app.recording import recover as recover_one
from fusion_app.recording import unfinished_recordings
from fusion_app.recording.removal import finish_removals
from fusion_app.sources import is_image_folder, is_there


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "recover", recover, "finish recordings whose program was killed")
    parser.add_argument(
        "place", type=Path, metavar="RECORDING|DIR", help="an unfinished recording, or the folder it lies in"
    )


def recover(options: argparse.Namespace) -> int:
    """Finish recordings whose program was killed: frames are copied as they are, index and chapters made anew.

    In a folder, removals that were broken off are finished or taken back, too.

    Exit codes: 0 done, 1 some could not be read and are as they were, 2 there is nothing of that name to recover.
    """
    failed = 0
    for path in _unfinished(options.place):
        try:
            is_whole = recover_one(path) is not None
            say(f"recovered: {path}" if is_whole else f"{path}: nothing was recorded before its program ended")
        except RecordingError as error:
            failed += 1
            print(f"error: {error}", file=sys.stderr)
    return 1 if failed else 0


def _unfinished(place: Path) -> list[Path]:
    if is_image_folder(str(place)):
        with suppress(OSError):
            say(*finish_removals(place))
        found = unfinished_recordings(place)
        if not found:
            say(f"{place} holds no unfinished recording")
        return found
    if place not in unfinished_recordings(place.parent):
        why = (
            "is no unfinished recording; nothing was changed"
            if is_there(str(place))
            else "does not exist; check the path"
        )
        raise RecordingError(f"{place} {why}")
    return [place]
