"""A training run's state on disk: tensors and plain data only, so that reading it executes nothing."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from models.weights import load_weights

EXTENSIONS = {"context", "context_dilations", "gates"}  # fields of a configuration that add parts to a network


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


def begin_with(path: Path, *networks: nn.Module) -> tuple[str, ...]:
    """Give trained weights to networks of one kind, instead of the random ones that they began with.

    A network that has parts beside those of the file keeps them as they began, which is without effect: they end in
    zeros (a context branch, a demand map).

    Returns:
        Names of the parameters that the file does not have.

    Raises:
        StateError: They are of another network.
        models.weights.WeightsFormatError: The file or its card cannot be used.
    """
    model, card = load_weights(path)
    told = f"{path} is a {card.model} with {dict(card.config)}, not what the settings describe."
    missing: set[str] = set()
    for network in networks:
        if type(network) is not type(model):
            raise StateError(told)
        try:
            found = network.load_state_dict(model.state_dict(), strict=False)
        except RuntimeError:  # shapes differ
            raise StateError(told) from None
        added = set(found.missing_keys)
        if found.unexpected_keys or not _is_extended(network, model, added):
            raise StateError(told)
        missing |= added
    return tuple(sorted(missing))


def _is_extended(network: nn.Module, model: nn.Module, added: set[str]) -> bool:
    """Return whether a network is a model, or that and parts with these parameters that change nothing yet.

    Each of these holds a layer of zeros.
    """
    is_as, was_as = (asdict(net.config) for net in (network, model))  # type: ignore[call-overload]
    differ = {name for name, value in is_as.items() if value != was_as[name]}
    if not added or not differ <= EXTENSIONS:
        return not added and not differ
    state = network.state_dict()
    parts = {name.split(".")[0] for name in added}
    return bool(parts) and all(
        any(not state[name].any() for name in added if name.split(".")[0] == part and name.endswith("weight"))
        for part in parts
    )
