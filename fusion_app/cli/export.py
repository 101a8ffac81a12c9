"""``export``: our networks as ONNX files, for other programs."""

import argparse
from pathlib import Path

from fusion_app.cli.options import Commands, add_command
from fusion_app.cli.startup import say


def register(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "export", export_model, "write a model as an ONNX file, its card inside")
    parser.add_argument("model", metavar="NAME", help="a model of the program, or a .safetensors file")
    parser.add_argument("-o", "--output", type=Path, metavar="F.onnx", help="the file; else NAME.onnx in this folder")
    parser.add_argument("--overwrite", action="store_true", help="replace the file if it exists")


def export_model(options: argparse.Namespace) -> int:
    """Write a model as an ONNX file of any frame size, compared with torch first."""
    from fusion_app.engine.exporting import export  # noqa: PLC0415 - needs torch

    output = options.output or Path(f"{Path(options.model).name.removesuffix('.safetensors')}.onnx")
    made = export(options.model, output, overwrite=options.overwrite)
    say(f"{output}: {len(made.data):,} bytes, {made.card.in_brief()}")
    for runtime, worst in made.off_by.items():
        say(f"computed by {runtime} it is at most {worst:.1g} grey levels off from torch")
    return 0
