"""What a network has to do for one pixel: arithmetic, and memory to read and write."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

PROBE_SIDE = 2048


@dataclass(frozen=True)
class LayerWork:
    """One convolution, per pixel of the frame.

    Attributes:
        mac: Multiply-accumulates.
        values: Numbers that it reads and writes, its weights left out.
    """

    mac: float
    values: float


def layers_of(model: "nn.Module") -> tuple[LayerWork, ...]:
    """Return the convolutions of ``model`` in the order in which a frame meets them.

    They are counted in a pass over shapes alone, with no arithmetic. ``model`` cannot be used after that.
    """
    import torch  # noqa: PLC0415 - it costs seconds
    from torch import nn  # noqa: PLC0415

    found: list[LayerWork] = []

    def count(layer: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        assert isinstance(layer, nn.Conv2d)  # noqa: S101 - registered on convolutions only
        mac = layer.weight.numel() * output.shape[-2] * output.shape[-1]
        found.append(LayerWork(mac / PROBE_SIDE**2, (inputs[0].numel() + output.numel()) / PROBE_SIDE**2))

    model = model.train().to("meta")  # in training nothing is left out, whatever a picture demands
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(count)
    image = torch.empty(1, 1, PROBE_SIDE, PROBE_SIDE, device="meta")
    model(image, image)
    return tuple(found)


def layers_of_weights(path: Path) -> tuple[LayerWork, ...]:
    """Return the convolutions of the network of a weights file, see `layers_of`.

    Raises:
        WeightsError: The file or its card is missing, damaged, or of no known network.
    """
    from fusion_app.engine.cpu.torch_runtime import load_network  # noqa: PLC0415

    return layers_of(load_network(path)[0])
