"""Draw what a backbone makes of one pair: the compensation maps M and AM, the SSO features, the gates.

    python -m training.explain IR VIS -o OUT.png --cpn runs/paper
    python -m training.explain IR VIS -o OUT.png --weights FILE.safetensors --cpn runs/paper/state.pt

The CPN is needed in training only, so its weights live in the state of a training run. Without ``--weights`` the
backbone comes from there too, as it was when the state was saved; with neither, the shipped backbone answers, without
maps. AM and AVIS are those of a copy of the pair with a patch impaired as in ``training.evaluate``.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch

from fusion_app.metrics.impairment import KINDS, SEED, Patch, draw_patch, impair
from models.compensation import CompensationPerceptionNetwork
from models.cs2fusion import Backbone, BackboneConfig
from models.weights import WeightsFormatError, load_weights
from training.data.dataset import DataError, PairFiles, Pixels, luma
from training.evaluation.contenders import Case, read_case
from training.evaluation.explanation import Explanation, draw, explain, gate_lines
from training.runs.run import STATE_FILE
from training.runs.state import StateError, load_state
from training.settings import settings_from

SIDE_MIN = 8  # pixels; less leaves nothing of the patch
SIDE_MAX = 1024  # pixels; the features of larger images would take gigabytes, and a panel shows fewer anyway


class Networks(NamedTuple):
    """A backbone and, where one is at hand, the CPN that was trained with it; both in evaluation mode."""

    backbone: Backbone
    cpn: CompensationPerceptionNetwork | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 0 done, 2 cannot start."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        networks = load_networks(options.weights, options.cpn)
        recorded = read_case("", PairFiles(options.ir, options.vis))
        case = _reduced(recorded)
        patch, avis = _augmented(case, options.kind, options.seed)
        explained = explain(*networks, np.stack([luma(case.vis), luma(avis)]), luma(case.ir))
        draw(explained, options.output)
    except (DataError, StateError, WeightsFormatError) as error:
        parser.exit(2, f"{error}\n")
    except ModuleNotFoundError as error:
        parser.exit(2, f"{error.name} is missing; install what training needs: pip install 'cs2fusion-live[train]'.\n")
    except OSError as error:
        parser.exit(2, f"{options.output} cannot be written: {error.strerror or error}.\n")
    note = "" if case is recorded else f" (the pair reduced to {case.ir.shape[1]}×{case.ir.shape[0]} pixels)"
    print("\n".join([f"{options.output}{note}", *_figures(explained, patch)]))  # noqa: T201
    return 0


def load_networks(weights: Path | None, run: Path | None) -> Networks:
    """Return the networks to ask.

    Args:
        weights: Weights file of the backbone; None takes the run's, and without a run the shipped one.
        run: Folder of a training run, or its state, which holds the CPN.

    Raises:
        training.runs.state.StateError: The run has no state that can be used.
        models.weights.WeightsFormatError: The weights cannot be used or are not a backbone's.
    """
    trained = _trained(run / STATE_FILE if run.is_dir() else run) if run else None
    if weights:
        return Networks(_backbone(weights), trained.cpn if trained else None)
    if trained:
        return trained
    with resources.as_file(resources.files("assets") / "weights" / "cs2fusion.safetensors") as shipped:
        return Networks(_backbone(shipped), None)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.explain", description="Draw what a backbone and its CPN make of one pair."
    )
    parser.add_argument("ir", type=Path, help="infrared image, 8 bit")
    parser.add_argument("vis", type=Path, help="visible image of the same size, 8 bit")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.png", help="the picture to write")
    parser.add_argument("--weights", type=Path, help="weights (.safetensors) of the backbone")
    parser.add_argument("--cpn", type=Path, metavar="RUN", help="training run, or its state.pt, that holds the CPN")
    parser.add_argument("--kind", choices=KINDS, default="black", help="what happens to AVIS (default: black)")
    parser.add_argument("--seed", type=_natural, default=SEED, help=f"another seed puts the patch elsewhere ({SEED})")
    parser.add_argument("--threads", type=_natural, default=0, help="CPU threads (default: all)")
    return parser


def _natural(text: str) -> int:
    """Return a number from 0 on; argparse turns the error into its own message."""
    if (number := int(text)) < 0:
        raise ValueError(text)
    return number


def _backbone(path: Path) -> Backbone:
    model, card = load_weights(path)
    if not isinstance(model, Backbone):
        raise WeightsFormatError(f"{path} is a {card.model}, which has no features to explain; give a cs2fusion file.")
    return model


def _trained(path: Path) -> Networks:
    state = load_state(path)
    try:
        parts, config = state["trainer"], settings_from(state["settings"]["backbone"], BackboneConfig)
        map_range = state["settings"]["contrast"]["map_range"]  # as it was trained: another one is another map
        backbone, cpn = Backbone(config), CompensationPerceptionNetwork(config.negative_slope, map_range)
        _load(backbone, parts.get("average", parts["backbone"]))  # the running mean is what a run exports
        _load(cpn, parts["cpn"])
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise StateError(f"{path} holds no CPN; give a run of python -m training.train.") from error
    return Networks(backbone, cpn)


def _load(network: torch.nn.Module, state: Mapping[str, Any]) -> None:
    network.load_state_dict(state)
    network.eval().requires_grad_(False)


def _reduced(case: Case) -> Case:
    """Return the pair, reduced where it is larger than the networks and the picture need."""
    height, width = case.ir.shape
    if min(height, width) < SIDE_MIN:
        raise DataError(f"The pair is {width}×{height} pixels; at least {SIDE_MIN}×{SIDE_MIN} are needed.")
    share = SIDE_MAX / max(height, width)
    if share >= 1:
        return case
    size = max(SIDE_MIN, round(width * share)), max(SIDE_MIN, round(height * share))
    return Case(case.name, _resized(case.ir, size), _resized(case.vis, size))


def _resized(image: Pixels, size: tuple[int, int]) -> Pixels:
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _augmented(case: Case, kind: str, seed: int) -> tuple[Patch, Pixels]:
    rng = np.random.default_rng(seed)
    patch = draw_patch(case.ir.shape, rng)
    return patch, impair(case.vis, kind, patch, rng)


def _figures(explained: Explanation, patch: Patch) -> list[str]:
    lines = gate_lines(explained.gates) or ["gates: none in this backbone"]
    if explained.ir_maps is None:
        return [*lines, "compensation map: none without --cpn"]
    inside = np.zeros(explained.ir.shape, np.bool_)
    inside[patch.region()] = True
    for name, ir_map in zip(("M", "AM"), explained.ir_maps, strict=True):
        means = f"{ir_map[inside].mean():.3f} inside the patch, {ir_map[~inside].mean():.3f} outside"
        lines.append(f"{name}: mean {means}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
