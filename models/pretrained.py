"""Shipped networks with their weights, for programs of others."""

from importlib.resources import as_file, files
from pathlib import Path

from torch import nn

from models.weights import WeightsCard, WeightsFormatError, load_weights


def shipped_names() -> tuple[str, ...]:
    """Return the names of the networks whose weights are shipped."""
    names = (item.name for item in (files("assets") / "weights").iterdir())
    return tuple(sorted(name.removesuffix(".safetensors") for name in names if name.endswith(".safetensors")))


def load(name: str | Path = "lite-6k") -> nn.Module:
    """Return a network with its weights, on the CPU, in evaluation mode, its gradients switched off.

    It maps ``(vis, ir)``, each ``(N, 1, H, W)`` float32 grey levels 0…255 of any size, to the fused luma of that shape,
    unclamped.

    Args:
        name: A shipped one of `shipped_names`, or a file that ends in ``.safetensors``, its card beside it.

    Raises:
        models.weights.WeightsFormatError: There is none of that name, or the file cannot be used.
    """
    return loaded(name)[0]


def loaded(name: str | Path) -> tuple[nn.Module, WeightsCard]:
    """Return what `load` returns, and the card of the weights.

    Raises:
        models.weights.WeightsFormatError: See `load`.
    """
    if str(name).endswith(".safetensors"):
        return load_weights(Path(name))
    if name not in shipped_names():
        raise WeightsFormatError(f"there are no weights called {name}; there are {', '.join(shipped_names())}")
    with as_file(files("assets") / "weights" / f"{name}.safetensors") as path:
        return load_weights(path)
