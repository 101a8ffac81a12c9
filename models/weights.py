"""Weights on disk: a safetensors file and a JSON card beside it that says what the numbers are and proves it.

Nothing read here is ever executed: safetensors holds numbers only, the card is plain JSON, and a hash ties the two.
`models.import_authors` turns the authors' pickled module into such a pair.
"""

import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from models import build


class WeightsFormatError(ValueError):
    """A weights file or its card cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class WeightsCard:
    """What a weights file is, where it comes from, and how well it does.

    Attributes:
        model: Name for `models.build`.
        config: Configuration of that model, complete.
        data: What it was trained on.
        command: The command that made it.
        commit: Commit of the code that made it.
        device: The machine's processor or GPU.
        duration_s: Training time in seconds.
        quality: Measured figures, by data set or metric.
        notes: Anything a user of these weights should know.
        legs: What the weights went through, in order: runs of training with the whole recipe, and blends.
        sha256: Hash of the safetensors file, filled in when it is written.
    """

    model: str
    config: Mapping[str, Any]
    data: str = ""
    command: str = ""
    commit: str = ""
    device: str = ""
    duration_s: float = 0.0
    quality: Mapping[str, Any] = field(default_factory=dict)
    notes: str = ""
    legs: Sequence[Mapping[str, Any]] = ()
    sha256: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "legs", tuple(self.legs))  # JSON has lists


MAX_WEIGHTS_BYTES = 2**30
MAX_CARD_BYTES = 2**20


def card_path(path: Path) -> Path:
    """Return where the card of a weights file lies: same name, ``.json``."""
    return path.with_suffix(".json")


def save_weights(path: Path, model: nn.Module, card: WeightsCard) -> WeightsCard:
    """Write ``model`` and its card, each through a temporary file: a file is never half written.

    After a crash between the two the hash in the card does not fit, and `load_weights` refuses the pair.

    Returns:
        The card as written, with its hash.
    """
    tensors = {name: value.detach().to("cpu", torch.float32).contiguous() for name, value in _own_state(model).items()}
    data = save_tensors(tensors)
    written = WeightsCard(**{**asdict(card), "sha256": hashlib.sha256(data).hexdigest()})
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, data)
    _replace(card_path(path), (json.dumps(asdict(written), indent=2, ensure_ascii=False) + "\n").encode())
    return written


def load_weights(path: Path) -> tuple[nn.Module, WeightsCard]:
    """Return the model of a weights file, in evaluation mode on the CPU, and its card.

    Raises:
        WeightsFormatError: A file is missing or damaged, the hash is wrong, or the weights do not fit the model.
    """
    card = read_card(path)
    data = read_bytes(path, MAX_WEIGHTS_BYTES)
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise WeightsFormatError(
            f"{path} is not the file its card describes (the SHA-256 differs); get both files again from one place"
        )
    try:
        tensors = load_tensors(data)
        model = build(card.model, card.config)
    except (safetensors.SafetensorError, ValueError, TypeError) as error:
        raise WeightsFormatError(f"{path} cannot be read: {error}; get both files again from one place") from error
    _check_fit(path, _own_state(model), tensors)
    model.load_state_dict(tensors, strict=False)  # _check_fit has compared every key; shared tensors appear once
    return model.eval().requires_grad_(False), card


def read_card(path: Path) -> WeightsCard:
    """Return the card of a weights file without reading the weights.

    Raises:
        WeightsFormatError: The card is missing, is not JSON, or lacks or has unknown fields.
    """
    text = read_bytes(card_path(path), MAX_CARD_BYTES)
    try:
        values = json.loads(text)
        card = WeightsCard(**values)
    except (ValueError, TypeError, RecursionError) as error:
        known = ", ".join(item.name for item in fields(WeightsCard))
        raise WeightsFormatError(f"{card_path(path)} is not a weights card (fields: {known}): {error}") from None
    if not isinstance(card.model, str) or not isinstance(card.config, dict):
        raise WeightsFormatError(f"{card_path(path)} is not a weights card: model must be a name, config a mapping")
    return card


def read_bytes(path: Path, limit: int) -> bytes:
    """Return the content of an ordinary file; a pipe or a device could be without end.

    Args:
        path: The file.
        limit: Bytes that it may have at the most.

    Raises:
        WeightsFormatError: It cannot be read, is no ordinary file, or is larger.
    """
    try:
        state = path.stat()
        is_ordinary = stat.S_ISREG(state.st_mode) and state.st_size <= limit
        data = path.read_bytes() if is_ordinary else b""
    except OSError as error:
        raise WeightsFormatError(f"{path} cannot be read: {error.strerror}; check the path") from None
    if not is_ordinary:
        raise WeightsFormatError(f"{path} is no ordinary file of at most {limit >> 20} MiB; check the path")
    return data


def _own_state(model: nn.Module) -> dict[str, Tensor]:
    """Return the state of ``model`` with tensors that two names share listed once, under the first name."""
    seen: set[int] = set()
    state = {}
    for name, value in model.state_dict().items():
        if value.data_ptr() not in seen:
            seen.add(value.data_ptr())
            state[name] = value
    return state


def _check_fit(path: Path, expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> None:
    missing, extra = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    if missing or extra:
        raise WeightsFormatError(
            f"{path} does not fit its model: {len(missing)} tensors missing ({', '.join(missing[:3])}), "
            f"{len(extra)} unknown ({', '.join(extra[:3])}); check the model and config in its card"
        )
    for name, value in expected.items():
        if found[name].shape != value.shape:
            raise WeightsFormatError(
                f"{path} does not fit its model: {name} is {tuple(found[name].shape)} where the model has "
                f"{tuple(value.shape)}; check the model and config in its card"
            )


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(path.name + ".partial")
    temporary.write_bytes(data)
    os.replace(temporary, path)
