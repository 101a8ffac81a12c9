"""``models``: networks from outside, brought as ONNX files, kept in the user's model folder."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fusion_app.cli.options import Commands, add_command
from fusion_app.cli.startup import say
from fusion_app.engine import learned_names, model_names
from fusion_app.engine.added import store
from fusion_app.engine.added.card import NetworkCard, card_text
from fusion_app.errors import FusionAppError
from fusion_app.writers.images import write_png

RUNTIME_WORDS = {"openvino": "OpenVINO", "onnxruntime": "ONNX Runtime"}

if TYPE_CHECKING:
    from fusion_app.engine.added.trial import NetworkTrial


def register(commands: Commands) -> None:
    """Add the command and what it can do."""
    parser = add_command(commands, "models", list_models, "add a fusion network of your own (ONNX), list, show, remove")
    parts = parser.add_subparsers(title="what to do", metavar="WHAT")
    parser.set_defaults(json=False)
    part = add_command(parts, "add", add_model, "check, try and keep the network of an ONNX file")
    part.add_argument("file", type=Path, metavar="NET.onnx")
    part.add_argument("--card", type=Path, metavar="CARD.yaml", help="what goes in and comes out (docs/networks.md)")
    part.add_argument("--name", metavar="N", help="what --model will call it; else the file's name")
    part.add_argument("--ask", action="store_true", help="without a card: ask how it is read, not take what fits best")
    part.add_argument("--preview", type=Path, metavar="P.png", help="the demo pair as it fuses it, beside both sources")
    part.add_argument("--overwrite", action="store_true", help="replace the file of --preview if it exists")
    part = add_command(parts, "list", list_models, "list the models that there are")
    part.add_argument("--json", action="store_true", help="as JSON")
    part = add_command(parts, "show", show_model, "print the card of an added network, to change and to give to --card")
    part.add_argument("name", metavar="NAME")
    part = add_command(parts, "remove", remove_model, "delete an added network")
    part.add_argument("name", metavar="NAME")


def add_model(options: argparse.Namespace) -> int:
    """Check a network, try it on the demo pair, and keep it: from then on ``--model NAME`` fuses with it."""
    name = options.name or store.usual_name(options.file)
    if options.preview is not None and not options.preview.absolute().parent.is_dir():
        raise FusionAppError(f"{options.preview.parent} is not a folder; create it, or choose another place")
    if options.preview is not None and options.preview.exists() and not options.overwrite:
        raise FusionAppError(f"{options.preview} exists already; choose another name, or add --overwrite")
    trial = store.add(options.file, name, options.card, ("auto", *model_names()), _ask if options.ask else None)
    say(f"{name} is added; use it with --model {name}", f"it is read so: {trial.card.in_brief()}", f"({trial.told})")
    say(f"computed by {RUNTIME_WORDS.get(trial.runtime, trial.runtime)}")
    if trial.card.output.stretch:
        say("its card asks for each frame to be stretched, which flickers in video")
    if options.preview is not None:
        _write_preview(options.preview, trial.fused)
        say(f"how it fuses the demo pair: {options.preview}")
    again = (
        f"models show {name} > CARD.yaml, change it, models remove {name}, models add {options.file} --card CARD.yaml"
    )
    say(f"if colours or brightness are wrong: {again}{f' --name {name}' if options.name else ''}")
    return 0


def _ask(trial: "NetworkTrial") -> NetworkCard:
    """Return the reading that the user chooses; the first one is what fits best."""
    cards = (trial.card, *trial.others)
    say(*(f"{number:3}  {card.in_brief()}" for number, card in enumerate(cards, 1)))
    while True:
        try:
            answer = input("Which reading is meant? The first one fits best. [1] ").strip() or "1"
        except EOFError:
            raise FusionAppError("nobody answers; leave --ask out, or say it with --card") from None
        if answer.isdecimal() and 1 <= int(answer) <= len(cards):
            return cards[int(answer) - 1]
        say(f"{answer} is none of them; type a number from 1 to {len(cards)}")


def list_models(options: argparse.Namespace) -> int:
    """List the models of the program, and the networks that you have added with how they are read."""
    added = [(name, store.show(name)) for name in store.usable_names()]
    troubles = store.troubles()
    if options.json:
        found = [{"name": name, "sha256": kept.sha256, "read": kept.card.in_brief()} for name, kept in added]
        say(
            json.dumps(
                {"shipped": learned_names(), "added": found, "troubles": troubles, "folder": str(store.folder())},
                indent=2,
            )
        )
        return 0
    say(f"of the program: {', '.join(learned_names())}")
    for name, kept in added:
        say(f"added: {name}", f"    {kept.card.in_brief()}")
    say(*(f"cannot be used: {trouble}" for trouble in troubles))
    if not added:
        say("added: none yet; add one with: models add NET.onnx")
    return 0


def show_model(options: argparse.Namespace) -> int:
    """Print the card of an added network; what is no part of it stands behind #."""
    kept = store.show(options.name)
    say(f"# {options.name}: {store.network_path(options.name)}", f"# SHA-256 {kept.sha256}", f"# {kept.told}")
    say(*card_text(kept.card).splitlines())
    return 0


def remove_model(options: argparse.Namespace) -> int:
    """Delete an added network from the model folder; the file that it came from stays."""
    store.remove(options.name)
    say(f"{options.name} is removed")
    return 0


def _write_preview(path: Path, fused: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> None:
    from fusion_app.engine.added.trial import demo_pair  # noqa: PLC0415

    ir, vis = demo_pair()
    write_png(path, np.hstack([np.asarray(cv2.cvtColor(ir, cv2.COLOR_GRAY2BGR)), vis, fused]))
