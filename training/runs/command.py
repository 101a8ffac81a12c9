"""What `training.train` and `training.distill` do when they are called; only the kind of training differs."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from models.weights import WeightsFormatError
from training.data.dataset import DataError, silent
from training.runs.kinds import Kind
from training.runs.options import add_run_options, device_of, prepare, read_data
from training.runs.parallel import Team
from training.runs.run import Run
from training.runs.state import StateError
from training.settings import SettingsError

DONE, REFUSED, INTERRUPTED = 0, 2, 130
REFUSALS = (SettingsError, DataError, StateError, WeightsFormatError)


def train_by(kind: Kind, parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> int:
    """Run a command; return 0 when the run is complete, 2 when it cannot start, 130 when it was interrupted.

    Args:
        kind: Of training.
        parser: Of the program, without options yet.
        arguments: As given; None: those of the process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    _add_options(parser)
    options = parser.parse_args(given)
    prepare(options.threads)
    try:
        team = Team.joined()
        run, description = _opened(kind, options, team)
    except REFUSALS as error:
        print(error, file=sys.stderr)  # noqa: T201
        return REFUSED
    is_complete = run.train(quiet=options.quiet)
    team.leave()
    if not team.leads:
        return DONE if is_complete else INTERRUPTED
    command = shlex.join([*parser.prog.split(), *given])
    if not is_complete:
        again = command if options.resume else f"{command} --resume"
        print(f"Stopped after {run.learner.steps_done} steps, all saved. Continue with: {again}")  # noqa: T201
        return INTERRUPTED
    print(f"{run.export(description, command)} after {run.seconds:.0f} s of training")  # noqa: T201
    return DONE


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", type=Path, help="YAML file with the recipe; see training/configs")
    add_run_options(parser)
    parser.add_argument("--resume", action="store_true", help="continue the run in this folder")
    parser.add_argument("--start-from", type=Path, help="weights (.safetensors) to begin with instead of random ones")


def _opened(kind: Kind, options: argparse.Namespace, team: Team) -> tuple[Run, str]:
    """Check everything that can be checked before the first step; return the run and what its card says of the data."""
    settings, device = kind.read(options.recipe), device_of(options.device, team)
    pairs, description = read_data(options, print if team.leads and not options.quiet else silent)
    run = Run(kind.learn(settings, pairs, device, team), pairs, options.out)
    if options.resume:
        run.resume()
    elif run.state_path.exists():
        raise StateError(f"{options.out} holds a run already; add --resume or name another folder.")
    elif options.start_from and (new := run.start_from(options.start_from)) and not options.quiet:
        print(f"New beside {options.start_from}, without effect at the start: {', '.join(new)}")  # noqa: T201
    return run, description
