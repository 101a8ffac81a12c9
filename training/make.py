"""Make a shipped file of weights: all legs and blends of its chain, one command, resumable at any point.

    python -m training.make lite-6k --data msrs/train roadscene/train -o runs/lite-6k
    python -m training.make my-chain.yaml --data DIR -o runs/mine --steps-scale 0.001

Chains lie in training/chains. The folder has the weights in the end, ``MODEL.safetensors`` with its card, and the legs
beside them. The same command continues after a crash or Ctrl-C. The card tells of every leg with its whole recipe.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from training.blend import BlendError
from training.runs.chain import shipped
from training.runs.command import DONE, INTERRUPTED, REFUSALS, REFUSED
from training.runs.making import How, Making
from training.runs.options import add_run_options, device_of, prepare, read_data
from training.settings import SettingsError

CHAINS = Path(__file__).parent / "chains"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 when the weights are made, 2 when they cannot be, 130 when it was interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given)
    prepare(options.threads)
    command = shlex.join(["python", "-m", "training.make", *given])
    try:
        how = How(device_of(options.device), command, options.steps_scale, options.quiet)
        weights = Making(_chain(options.chain), read_data(options), options.out, how).make()
    except (*REFUSALS, BlendError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return REFUSED
    print(weights or f"Stopped, all saved. The same command continues: {command}")  # noqa: T201
    return DONE if weights else INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.make", description="Make a shipped file of weights.")
    names = ", ".join(shipped(CHAINS))
    parser.add_argument("chain", metavar="MODEL", help=f"{names}, or a chain of your own (.yaml)")
    add_run_options(parser)
    parser.add_argument(
        "--steps-scale", type=_share, default=1.0, metavar="SHARE", help="take this share of all steps, to try a chain"
    )
    return parser


def _share(text: str) -> float:
    """Return a share of steps; argparse turns the error into its own message."""
    if not 0 < (share := float(text)) <= 1:
        raise ValueError(text)
    return share


def _chain(name: str) -> Path:
    path = Path(name) if name.endswith((".yaml", ".yml")) else CHAINS / f"{name}.yaml"
    if not path.exists():
        raise SettingsError("MODEL", name, f"allowed are {', '.join(shipped(CHAINS))} and chain files that exist")
    return path


if __name__ == "__main__":
    sys.exit(main())
