"""A training run's state on disk: tensors and plain data only, so that reading it executes nothing."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from models.weights import load_weights


class StateError(Exception):
    """The state of a run cannot be read or does not belong to this run; the text says what to do."""


def save_state(path: Path, state: Mapping[str, Any]) -> None:
    """Write ``state`` (tensors, numbers, texts, lists and mappings) so that a crash leaves the old file or the new."""
    temporary = path.with_name(path.name + ".partial")
    with temporary.open("wb") as file:
        torch.save(dict(state), file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def load_state(path: Path) -> dict[str, Any]:
    """Return a state written by `save_state`, on the CPU.

    Raises:
        StateError: The file is missing, damaged, or holds anything but tensors and plain data.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises RuntimeError, UnpicklingError, EOFError, OSError … for a damaged file
        raise StateError(f"{path} cannot be read as the state of a run; start again in a new folder.") from error
    if not isinstance(state, dict):
        raise StateError(f"{path} is not the state of a run; start again in a new folder.")
    return state


def begin_with(path: Path, *networks: nn.Module) -> None:
    """Give trained weights to networks of one kind, instead of the random ones that they began with.

    Raises:
        StateError: They are of another network.
        models.weights.WeightsFormatError: The file or its card cannot be used.
    """
    model, card = load_weights(path)
    if any(type(network) is not type(model) or network.config != model.config for network in networks):
        raise StateError(f"{path} is a {card.model} with {dict(card.config)}, not what the settings describe.")
    for network in networks:
        network.load_state_dict(model.state_dict())
