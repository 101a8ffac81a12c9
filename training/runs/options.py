"""The options that every program of training has, and what they mean."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from models.denormals import flush_denormals
from training.data.dataset import DataError, ImagePair, Tell, describe_data, load_pairs
from training.runs.parallel import Team
from training.settings import SettingsError


class Data(NamedTuple):
    """The pairs of a run, and what its card says of them."""

    pairs: Sequence[ImagePair]
    description: str


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Add what names the pairs."""
    parser.add_argument(
        "--data", type=Path, nargs="+", action="extend", default=[], metavar="DIR", help="folders with pairs"
    )
    parser.add_argument("--ir", type=Path, action="append", default=[], help="folder of infrared images, with --vis")
    parser.add_argument("--vis", type=Path, action="append", default=[], help="folder of visible images")
    parser.add_argument(
        "--pairs",
        default="",
        metavar="A,B",
        help="how names belong together, like '{}_ir.png,{}_co.png'; else the program finds it",
    )


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add what names the pairs, the folder of a run, and how it is computed."""
    add_data_options(parser)
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="folder of the run")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N (default: CUDA where there is one)")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 leaves the choice to torch")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def read_data(options: argparse.Namespace, tell: Tell = print) -> Data:
    """Return the pairs that the options name; ``tell`` is told by which rule they were found.

    Raises:
        DataError: There are none, or one cannot be used.
    """
    if len(options.ir) != len(options.vis):
        raise DataError("Every --ir folder needs its --vis folder.")
    if not options.data and not options.ir:
        raise DataError("No folder with training pairs was given; name one by --data.")
    pairs = load_pairs(*options.data, *zip(options.ir, options.vis, strict=True), rule=options.pairs, tell=tell)
    return Data(pairs, describe_data(pairs, [*options.data, *options.ir]))


def device_of(name: str, team: Team | None = None) -> torch.device:
    """Return the device of a name; ``auto`` is a GPU where there is one, but for processes that train together.

    Raises:
        SettingsError: There is no such device.
    """
    has_cuda = torch.cuda.is_available()
    if name == "auto":
        return torch.device("cuda" if has_cuda and (team is None or team.size == 1) else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise SettingsError("--device", name, "allowed are auto, cpu, cuda and cuda:N") from None
    if device.type == "cuda" and not has_cuda:
        raise SettingsError("--device", name, "this torch sees no CUDA device; name another or leave the option out")
    return device


def prepare(threads: int) -> None:
    """Set torch up for training."""
    if threads:
        torch.set_num_threads(threads)
    flush_denormals()
