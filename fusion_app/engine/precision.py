"""Networks in another precision than the one they were trained in, and networks that torch compiles."""

from typing import Any

import torch
from torch import Tensor, nn

OUT_OF_MEMORY = ("can't allocate", "out of memory")


def computing_in(model: nn.Module, dtype: torch.dtype) -> nn.Module:
    """Return ``model``, changed: its weights are ``dtype``, and so is whatever one of its convolutions reads.

    What lies between convolutions follows. A network that decides brings its last convolution back to the type of its
    input, so its blend of the two sources stays float32.
    """
    if dtype == torch.float32:
        return model.float()
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_pre_hook(_as_weights)
    return model.to(dtype)


def _as_weights(layer: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    dtype = layer.weight.dtype
    return tuple(tensor.to(dtype) for tensor in inputs)  # type: ignore[arg-type]


class Compiled:
    """A network that torch compiles at its first frame; as it is, and saying so, where that fails."""

    def __init__(self, network: nn.Module) -> None:
        self.fallback_reason = ""
        self._network = network
        self._compiled = torch.compile(network, dynamic=False)

    def __call__(self, vis: Tensor, ir: Tensor) -> Any:
        """Compute; see the network."""
        if not self.fallback_reason:
            try:
                return self._compiled(vis, ir)
            except RuntimeError as error:  # no compiler here, or none that copes; torch's own errors are of this class
                if is_out_of_memory(error):
                    raise
                cause = getattr(error, "inner_exception", error)  # torch wraps what its compiler says
                self.fallback_reason = f"torch.compile failed ({first_line(cause)}), so the network runs uncompiled"
        return self._network(vis, ir)


def is_out_of_memory(error: RuntimeError) -> bool:
    """Tell whether torch ran out of memory; it has no class of its own for that of the CPU, nor for pinned memory."""
    return isinstance(error, torch.OutOfMemoryError) or any(sign in str(error) for sign in OUT_OF_MEMORY)


def first_line(error: Exception) -> str:
    """Return what an error of torch says before it explains at length."""
    return str(error).strip().partition("\n")[0]
