"""What a compact model needs to be computed in int8: ``python -m training.input_ranges WEIGHTS... --data ROOT...``.

How large the inputs of its convolutions become on real pairs is written beside the weights, as ``NAME.int8.json``, with
the hash of the weights it is true of. Whoever computes the network rounds its weights himself.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from models.weights import WeightsFormatError, load_weights
from training.data.dataset import DataError, ImagePair, luma
from training.runs.options import add_data_options, read_data

SUFFIX = ".int8.json"


@torch.inference_mode()
def input_ranges(model: nn.Module, pairs: Sequence[ImagePair]) -> dict[str, float]:
    """Return by name of each convolution the largest value that came into it on ``pairs``.

    The mean over pairs of each pair's largest came a decibel nearer to float32 on average, but twice as far at single
    pixels.
    """
    largest: dict[str, list[float]] = {}
    layers = [(name, layer) for name, layer in model.named_modules() if isinstance(layer, nn.Conv2d)]
    hooks = [layer.register_forward_pre_hook(_noting(largest.setdefault(name, []))) for name, layer in layers]
    for pair in pairs:
        model(*(torch.from_numpy(luma(image))[None, None] for image in (pair.vis, pair.ir)))
    for hook in hooks:
        hook.remove()
    return {name: max(found) for name, found in largest.items()}


def _noting(found: list[float]) -> Callable[[nn.Module, tuple[Tensor]], None]:
    def note(_layer: nn.Module, inputs: tuple[Tensor]) -> None:
        found.append(float(inputs[0].amax()))

    return note


def write_ranges(weights: Path, pairs: Sequence[ImagePair], data: str) -> Path:
    """Write the ranges of a weights file beside it, in place of earlier ones, and return where.

    Raises:
        WeightsFormatError: The weights cannot be used.
    """
    model, card = load_weights(weights)
    sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    content = {"model": card.model, "sha256": sha256, "data": data, "ranges": input_ranges(model, pairs)}
    path = weights.with_suffix(SUFFIX)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 when done, 2 when it cannot."""
    parser = argparse.ArgumentParser(prog="python -m training.input_ranges", description=__doc__.partition("\n")[0])
    parser.add_argument("weights", nargs="+", type=Path, help="weights files of compact models")
    add_data_options(parser)
    options = parser.parse_args(arguments)
    try:
        data = read_data(options)
        for weights in options.weights:
            print(write_ranges(weights, *data))  # noqa: T201
    except (DataError, WeightsFormatError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
