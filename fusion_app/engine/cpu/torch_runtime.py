"""Plain torch on the CPU."""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fusion_app.engine.devices import default_threads
from fusion_app.engine.precision import Compiled, first_line, is_out_of_memory
from fusion_app.errors import EngineError, WeightsError
from fusion_app.frames import Image
from models.denormals import flush_denormals
from models.weights import WeightsCard, WeightsFormatError, load_weights


class TorchRuntime:
    """Computes in float32, channels last.

    Denormals are flushed to zero: they have slowed networks of this kind 25-fold.
    """

    device = "cpu"
    takes_images = False

    strip_pixels = 640 * 96
    """Features of this size stay in the cache: whole frames took 1.5 times as long."""

    def __init__(self, model: nn.Module, threads: int, *, is_plain: bool = False, is_compiled: bool = False) -> None:
        """Take ``model``; ``threads`` 0 takes all cores but one.

        Args:
            model: The network; it is moved.
            threads: Of the CPU.
            is_plain: Whole frames in torch's own layout, as the network's authors compute: what the benchmark compares
                everything else to.
            is_compiled: torch compiles the network first, where it can.

        Raises:
            EngineError: There is no memory for the network.
        """
        torch.set_num_threads(threads or default_threads())
        self.description = "CPU compiled" if is_compiled else "CPU"
        if is_plain:
            self.strip_pixels = sys.maxsize
        layout = torch.contiguous_format if is_plain else torch.channels_last
        try:
            model = model.to("cpu", memory_format=layout)  # type: ignore[call-overload]
        except RuntimeError as error:
            raise EngineError(f"the network cannot be loaded ({first_line(error)}); close other programs") from error
        self._model = Compiled(model) if is_compiled else model

    @property
    def fallback_reason(self) -> str:
        """See `Runtime`."""
        return self._model.fallback_reason if isinstance(self._model, Compiled) else ""

    @torch.inference_mode()
    def __call__(self, *images: Image) -> Image:
        """See `Runtime`."""
        flush_denormals()  # it holds for the calling thread only
        try:
            fused: Tensor = self._model(*(_tensor(image) for image in images))
            return np.asarray(fused[0, 0].numpy(), np.float32)
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise MemoryError(str(error)) from error
            raise


def load_network(path: Path) -> tuple[nn.Module, WeightsCard]:
    """Return the network of a weights file and its card.

    Raises:
        WeightsError: The file or its card is missing, damaged, or of no known network.
    """
    try:
        return load_weights(path)
    except WeightsFormatError as error:
        raise WeightsError(str(error)) from error


def _tensor(image: Image) -> Tensor:
    return torch.from_numpy(np.array(image, np.float32, order="C"))[None, None]  # a copy: frames are read-only
