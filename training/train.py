"""Train the backbone with its Compensation Perception Network: one command, one YAML file, pairs on disk.

    python -m training.train training/configs/quick.yaml --pairs DIR -o runs/first
    python -m training.train training/configs/paper.yaml --ir DIR --vis DIR -o runs/paper --resume
    torchrun --nproc-per-node 2 -m training.train training/configs/paper.yaml --pairs DIR -o runs/both --threads 1

The run's folder holds the weights at the end (``weights.safetensors`` and their card), ``losses.csv`` and
``losses.png``, ``previews/`` and ``state.pt``, from which ``--resume`` continues after a crash or Ctrl-C.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from models.weights import WeightsFormatError
from training.data.dataset import DataError, describe_data, load_pairs, silent
from training.runs.parallel import Team
from training.runs.run import Run
from training.runs.state import StateError
from training.settings import SettingsError, TrainingSettings, read_settings

_DONE, _REFUSED, _INTERRUPTED = 0, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 when the run is complete, 2 when it cannot start, 130 when it was interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)  # values that vanish to denormals slow the CPU down by an order of magnitude
    try:
        team = Team.joined()
        run = _open(options, team)
    except (SettingsError, DataError, StateError, WeightsFormatError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return _REFUSED
    command = shlex.join(["python", "-m", "training.train", *given])
    is_complete = run.train()
    team.leave()
    if not team.leads:
        return _DONE if is_complete else _INTERRUPTED
    if not is_complete:
        again = command if options.resume else f"{command} --resume"
        print(f"Stopped after {run.trainer.steps_done} steps, all saved. Continue with: {again}")  # noqa: T201
        return _INTERRUPTED
    print(run.export(describe_data(run.pairs, [*options.pairs, *options.ir]), command))  # noqa: T201
    return _DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.train", description="Train the CS2Fusion backbone.")
    parser.add_argument("settings", type=Path, help="YAML file with the recipe; see training/configs")
    parser.add_argument("--pairs", type=Path, action="append", default=[], help="folder with ir/ vis/ (or Inf/ Vis/ …)")
    parser.add_argument(
        "--pair-names",
        default="",
        metavar="A,B",
        help="how names belong together, like '{}_ir.png,{}_co.png'; else it is found",
    )
    parser.add_argument("--ir", type=Path, action="append", default=[], help="folder of infrared images, with --vis")
    parser.add_argument("--vis", type=Path, action="append", default=[], help="folder of visible images, same names")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the run")
    parser.add_argument("--resume", action="store_true", help="continue the run in this folder")
    parser.add_argument("--start-from", type=Path, help="weights (.safetensors) to begin with instead of random ones")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 leaves the choice to torch")
    return parser


def _open(options: argparse.Namespace, team: Team) -> Run:
    """Check everything that can be checked before the first step, then return the run."""
    settings = read_settings(options.settings, TrainingSettings)
    if len(options.ir) != len(options.vis):
        raise DataError("Every --ir folder needs its --vis folder.")
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        raise SettingsError("--device", options.device, "this torch sees no CUDA device")
    if settings.batch_size % team.size:
        raise SettingsError("batch_size", settings.batch_size, f"{team.size} processes need a multiple of {team.size}")
    roots = (*options.pairs, *zip(options.ir, options.vis, strict=True))
    pairs = load_pairs(*roots, rule=options.pair_names, tell=print if team.leads else silent)
    run = Run(settings, pairs, options.output, options.device, team)
    if options.resume:
        run.resume()
    elif run.state_path.exists():
        raise StateError(f"{options.output} holds a run already; add --resume or name another folder.")
    elif options.start_from:
        run.start_from(options.start_from)
    return run


if __name__ == "__main__":
    sys.exit(main())
