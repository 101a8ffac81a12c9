"""``import-weights``: the authors' checkpoint for users who have it."""

import argparse
from pathlib import Path

from fusion_app.cli.options import Commands, add_command
from fusion_app.cli.startup import say


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(
        commands, "import-weights", import_weights, "import the authors' checkpoint, without executing it"
    )
    parser.add_argument("file", type=Path, metavar="FILE.pth", help="the authors' 'Backbone Network.pth'")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.safetensors")
    parser.add_argument("--overwrite", action="store_true", help="replace the output if it exists")


def import_weights(options: argparse.Namespace) -> int:
    """Turn the authors' checkpoint into a weights file of this application, without executing it."""
    from fusion_app.engine.weights_import import import_authors_weights  # noqa: PLC0415 - needs torch

    card = import_authors_weights(options.file, options.output, overwrite=options.overwrite)
    say(f"{options.output}: {card}")
    return 0
