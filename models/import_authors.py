"""Read the authors' checkpoint, a pickled module, without executing it.

`torch.load(weights_only=True)` rebuilds objects of listed classes only. The authors' own two classes are stood in for
by empty modules, so that their attributes arrive and none of their code is needed. The activation's slope is read from
the pickled layers: their published source says ReLU, the checkpoint holds LeakyReLU(0.01), and a network built from the
source alone loads these weights without complaint and is wrong by 5 to 8 grey levels.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.cs2fusion import Backbone, BackboneConfig
from models.weights import MAX_WEIGHTS_BYTES, WeightsFormatError, read_bytes


class _PickledBackbone(nn.Module):
    """Stands in for the authors' network class: attributes only."""


class _PickledGate(nn.Module):
    """Stands in for the authors' gate class: attributes only."""


_ALLOWED: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
    (_PickledBackbone, "net.AutoEncoder"),
    (_PickledGate, "net.SA"),
    nn.AdaptiveAvgPool2d,
    nn.AdaptiveMaxPool2d,
    nn.Conv2d,
    nn.LeakyReLU,
    nn.ReLU,
    nn.Sequential,
    nn.Sigmoid,
    set,
]

_LAYERS = {
    **{f"con{level}.0": f"vis_encoder.block{level}.0" for level in (1, 2, 3, 4)},
    **{f"con{level}_1.0": f"ir_encoder.block{level}.0" for level in (1, 2, 3, 4)},
    **{f"decon{stage}.0": f"decode{stage}.0" for stage in (1, 2, 3)},
    "decon4.0": "reconstruct",
    **{f"cov{stage}.0": f"ddm.{stage - 1}.supply.0" for stage in (1, 2, 3)},
    **{f"ca{stage}.cov.0": f"ddm.{stage - 1}.gate.conv" for stage in (1, 2, 3)},
}


def read_authors_checkpoint(path: Path) -> Backbone:
    """Return the backbone of the authors' ``Backbone Network.pth``.

    Raises:
        WeightsFormatError: The file is missing, holds anything but that network, or would need code to run.
    """
    pickled = _unpickle(path)
    if not isinstance(pickled, _PickledBackbone):
        raise WeightsFormatError(f"{path} holds no CS2Fusion network; give the authors' file 'Backbone Network.pth'")
    try:
        state = {_rename(name): value for name, value in pickled.state_dict().items()}
        model = Backbone(BackboneConfig(negative_slope=_negative_slope(pickled)))
        _load(model, state)
    except (KeyError, ValueError, RuntimeError, AttributeError, TypeError) as error:
        raise WeightsFormatError(f"{path} is not the CS2Fusion network of the paper: {error}") from error
    return model.eval().requires_grad_(False)


def _unpickle(path: Path) -> object:
    data = read_bytes(path, MAX_WEIGHTS_BYTES)
    try:
        with torch.serialization.safe_globals(_ALLOWED):
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # damage makes the unpickler trip over anything
        raise WeightsFormatError(
            f"{path} was refused: it is damaged or holds objects other than a CS2Fusion network, and nothing in it was "
            "executed; give the authors' file 'Backbone Network.pth'"
        ) from error


def _rename(name: str) -> str:
    layer, _, kind = name.rpartition(".")
    if layer not in _LAYERS:
        raise ValueError(f"it has a layer {layer!r} that the paper's network lacks")
    return f"{_LAYERS[layer]}.{kind}"


def _negative_slope(pickled: nn.Module) -> float:
    slopes = {
        float(getattr(layer, "negative_slope", 0.0))
        for layer in pickled.modules()
        if isinstance(layer, nn.LeakyReLU | nn.ReLU)
    }
    if len(slopes) != 1:
        raise ValueError(f"it should have one activation slope and has {sorted(slopes)}")
    return slopes.pop()


def _load(model: Backbone, state: dict[str, Tensor]) -> None:
    for name, value in state.items():
        if not torch.isfinite(value).all():
            raise ValueError(f"{name} is not finite")
    model.load_state_dict(state)
