"""The tensors of a network from outside, whichever runtime reads it, and whether they are what its card says."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fusion_app.engine.added.card import OUTPUT_CHANNELS, NetworkCard
from fusion_app.errors import EngineError
from fusion_app.frames import FloatImage, Size


@dataclass(frozen=True)
class TensorInfo:
    """A tensor that a network reads or gives.

    Attributes:
        name: What the file calls it.
        dims: Its sides, None where any will do; None where not even their number is known.
    """

    name: str
    dims: tuple[int | None, ...] | None

    def __str__(self) -> str:
        sides = "any" if self.dims is None else "×".join("?" if side is None else str(side) for side in self.dims)
        return f"{self.name or 'unnamed'} ({sides})"


def input_order(there: Sequence[TensorInfo], card: NetworkCard) -> list[int]:
    """Return the place in the file of each input of the card.

    Raises:
        EngineError: The card does not fit the network.
    """
    if len(there) != len(card.inputs):
        raise EngineError(f"the network has {len(there)} inputs and its card {len(card.inputs)}: {listed(there)}")
    places = [place_of(there, item.tensor, number, "input") for number, item in enumerate(card.inputs)]
    if len(set(places)) != len(places):
        raise EngineError(f"two inputs of the card are one of the network; there are {listed(there)}")
    for place, item in zip(places, card.inputs, strict=True):
        dims = there[place].dims
        if dims is not None and (len(dims) != 4 or dims[1] not in (None, item.channels)):
            raise EngineError(f"the input {there[place]} is not 1×{item.channels}×H×W, as its card says")
    return places


def place_of(there: Sequence[TensorInfo], name: str, otherwise: int, kind: str) -> int:
    """Return the place of the tensor called ``name``; ``otherwise`` where it is empty.

    Raises:
        EngineError: There is none of that name.
    """
    if not name:
        return otherwise
    for place, item in enumerate(there):
        if item.name == name:
            return place
    raise EngineError(f"the network has no {kind} {name}, which its card names; there are {listed(there)}")


def listed(there: Sequence[TensorInfo]) -> str:
    """Return the tensors in words."""
    return ", ".join(map(str, there[:8])) or "none"


def checked(name: str, card: NetworkCard, output: FloatImage, size: Size) -> FloatImage:
    """Return ``(C, H, W)`` of what the network called ``name`` gave for frames of ``size``.

    Raises:
        EngineError: It is not what its card says, or no picture.
    """
    channels = OUTPUT_CHANNELS[card.output.kind]
    if output.ndim != 4 or output.shape[0] != 1 or output.shape[1] not in channels:
        gives = "×".join(map(str, output.shape))
        allowed = " or ".join(map(str, channels))
        raise EngineError(f"{name} gives {gives} where its card promises 1×{allowed} channels of a picture")
    if output.shape[2:] != (size.height, size.width):
        found = Size(output.shape[3], output.shape[2])
        raise EngineError(f"{name} gives a picture of {found} for frames of {size}; its size must stay")
    if not np.isfinite(output).all():
        raise EngineError(f"{name} gives values that are no numbers (NaN) for frames of {size}")
    return np.asarray(output[0], np.float32)
