"""Blend weights of several legs of one run: ``python -m training.blend OUT.safetensors FILE=SHARE FILE=SHARE ...``.

Legs that started from one another lie in one valley of the loss; their weighted mean is often better than each, and its
shares choose between what each does best. Source: Wortsman et al., "Model soups", ICML 2022.
"""

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from models.weights import WeightsCard, WeightsFormatError, load_weights, save_weights
from training.runs.history import blended, name_of, trained_s, united


class BlendError(ValueError):
    """Weights that cannot be blended; the text says why."""


def blend(out: Path, shares: Mapping[Path, float], command: str = "", name: str = "") -> WeightsCard:
    """Write the weighted mean of weights files and return its card.

    Args:
        out: Where to; an existing file is refused.
        shares: Of each file; they sum to 1.
        command: For the card.
        name: What the blend is called in the history of the card; empty: as the file.

    Raises:
        BlendError: The shares do not sum to 1, the networks differ, or the output exists.
        WeightsFormatError: A file cannot be used.
    """
    if abs(sum(shares.values()) - 1) > 1e-6:
        raise BlendError(f"The shares sum to {sum(shares.values()):g}; they have to sum to 1.")
    if out.exists():
        raise BlendError(f"{out} exists already; name another file.")
    loaded = {path: load_weights(path) for path in shares}
    model, card = next(iter(loaded.values()))
    if different := [path for path, other in loaded.items() if other[0].config != model.config]:
        raise BlendError(f"{different[0]} is of another network than the first file.")
    states = [(share, loaded[path][0].state_dict()) for path, share in shares.items()]
    model.load_state_dict({name: sum(share * state[name] for share, state in states) for name in states[0][1]})
    cards = {path: of for path, (_, of) in loaded.items()}
    legs = united(of.legs for of in cards.values())
    legs.append(blended(name or out.stem, {name_of(path, of): shares[path] for path, of in cards.items()}))
    made = replace(card, command=command, duration_s=trained_s(legs), quality={}, notes="Blend of weights", legs=legs)
    return save_weights(out, model, made)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 when done, 2 when it cannot."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="python -m training.blend", description="Blend weights of several legs.")
    parser.add_argument("out", type=Path, metavar="OUT.safetensors", help="a new file")
    parser.add_argument("shares", type=_share, nargs="+", metavar="FILE=SHARE", help="weights, and how much they count")
    options = parser.parse_args(given)
    try:
        with torch.no_grad():
            blend(options.out, dict(options.shares), shlex.join(["python", "-m", "training.blend", *given]))
    except (BlendError, WeightsFormatError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


def _share(text: str) -> tuple[Path, float]:
    name, _, share = text.rpartition("=")
    try:
        return Path(name), float(share)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no FILE=SHARE") from None


if __name__ == "__main__":
    sys.exit(main())
