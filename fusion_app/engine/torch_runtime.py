"""Plain torch, on the CPU or a CUDA device."""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fusion_app.engine.devices import default_threads, has_cuda
from fusion_app.errors import EngineError, WeightsError
from fusion_app.frames import FloatImage
from models.weights import WeightsCard, WeightsFormatError, load_weights


class TorchRuntime:
    """Computes in float32, channels last.

    Denormals are flushed to zero: they have slowed networks of this kind 25-fold.
    """

    strip_pixels = 640 * 96
    """On a CPU features of this size stay in the cache: whole frames took 1.5 times as long."""

    def __init__(self, model: nn.Module, device: str, threads: int, *, is_plain: bool = False) -> None:
        """Move ``model`` to ``device``; ``threads`` 0 takes all cores but one.

        ``is_plain`` computes whole frames in torch's own layout, as the network's authors do: what the benchmark
        compares everything else to.

        Raises:
            EngineError: The device is not there, or cannot be used.
        """
        self._device = _resolve(device)
        self.device = str(self._device)
        if self._device.type == "cpu":
            torch.set_num_threads(threads or default_threads())
            self.description = "CPU"
        else:
            self.description = torch.cuda.get_device_name(self._device)
            self.strip_pixels = 4096 * 2304  # a GPU wants work in one piece; 4K fits
        if is_plain:
            self.strip_pixels = sys.maxsize
        layout = torch.contiguous_format if is_plain else torch.channels_last
        try:
            self._model = model.to(self._device, memory_format=layout)  # type: ignore[call-overload]
        except RuntimeError as error:  # a driver that does not fit, or no memory left
            reason = str(error).strip().partition("\n")[0]
            raise EngineError(f"{self.device} cannot be used ({reason}); use --device cpu") from error

    @torch.inference_mode()
    def __call__(self, vis_luma: FloatImage, ir: FloatImage) -> FloatImage:
        """See `Runtime`."""
        torch.set_flush_denormal(True)  # it holds for the calling thread only
        try:
            fused = self._model(self._tensor(vis_luma), self._tensor(ir))
            return np.asarray(fused[0, 0].cpu().numpy(), np.float32)
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise MemoryError(str(error)) from error
        except RuntimeError as error:
            if "can't allocate" in str(error):  # torch has no class of its own for the CPU's memory
                raise MemoryError(str(error)) from error
            raise

    def _tensor(self, image: FloatImage) -> Tensor:
        tensor = torch.from_numpy(np.array(image, np.float32, order="C"))  # a copy: frames are read-only
        return tensor[None, None].to(self._device)


def load_network(path: Path) -> tuple[nn.Module, WeightsCard]:
    """Return the network of a weights file and its card.

    Raises:
        WeightsError: The file or its card is missing, damaged, or of no known network.
    """
    try:
        return load_weights(path)
    except WeightsFormatError as error:
        raise WeightsError(str(error)) from error


def _resolve(device: str) -> torch.device:
    if device == "auto":
        return torch.device("cuda" if has_cuda() else "cpu")
    if device.startswith("cuda"):
        count = torch.cuda.device_count() if has_cuda() else 0
        if int(device.partition(":")[2] or 0) >= count:
            found = f"{count} CUDA devices" if count else "no CUDA device"
            raise EngineError(f"the device {device} is not there ({found} found); use --device auto or cpu")
    return torch.device(device)
