"""The entry points of ``torch.hub.load("PATH/models", NAME, source="local")`` in a checkout at PATH.

torch.hub looks for a file of this name in the folder that it is given, and puts only that folder on the path.
"""

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[1])
if ROOT not in sys.path:
    sys.path.append(ROOT)

from torch import nn  # noqa: E402

try:
    from models.pretrained import load
except ModuleNotFoundError as error:
    if error.name is None or not error.name.startswith("models"):
        raise
    raise ImportError(
        f"a package named models is imported that is not the one in {ROOT}; load the network before importing it"
    ) from None

dependencies = ["torch", "safetensors"]


def cs2fusion() -> nn.Module:
    """Return the network of the paper with the weights trained here; see `models.pretrained.load`."""
    return load("cs2fusion")


def lite_6k() -> nn.Module:
    """Return the compact network of 6,000 operations a pixel."""
    return load("lite-6k")


def lite_2k() -> nn.Module:
    """Return the compact network of 2,000 operations a pixel."""
    return load("lite-2k")
