"""The learned models in plain torch, on the CPU or a CUDA device."""

import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from fusion_app.errors import EngineError, OutOfMemoryError, ShapeMismatchError, WeightsError
from fusion_app.frames import FloatImage
from models.weights import WeightsFormatError, load_weights


class TorchEngine:
    """Runs the model of one weights file.

    Weights are laid out channels-last on the CPU, and denormals are flushed to zero: they have slowed networks of this
    kind 25-fold.
    """

    fallback_reason = ""

    def __init__(self, weights: Path, device: str, threads: int) -> None:
        self._device = _resolve(device)
        torch.set_flush_denormal(True)
        if self._device.type == "cpu":
            torch.set_num_threads(threads or default_threads())
        try:
            model, card = load_weights(weights)
        except WeightsFormatError as error:
            raise WeightsError(str(error)) from error
        self._model = model.to(self._device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.name = card.model
        self.device = str(self._device)
        where = "CPU" if self._device.type == "cpu" else torch.cuda.get_device_name(self._device)
        self.description = f"{card.model} · {where}"

    @torch.inference_mode()
    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """See `Engine.fuse`."""
        if ir.shape != vis_luma.shape:
            raise ShapeMismatchError(f"infrared is {ir.shape} and visible {vis_luma.shape}; align them first")
        try:
            fused = self._model(self._tensor(vis_luma), self._tensor(ir))
            return np.asarray(fused[0, 0].cpu().numpy(), np.float32)
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise OutOfMemoryError(_too_large(ir, self.device)) from error
        except RuntimeError as error:
            if "can't allocate" in str(error) or "not enough memory" in str(error):
                raise OutOfMemoryError(_too_large(ir, self.device)) from error
            raise EngineError(f"{self.name} failed on {self.device}: {error}") from error

    def _tensor(self, image: FloatImage) -> Tensor:
        tensor = torch.from_numpy(np.array(image, np.float32, order="C"))  # a copy: frames are read-only
        return tensor[None, None].to(self._device)


def default_threads() -> int:
    """Return how many CPU threads a network may use: all cores but one, which decodes, shows and records."""
    return max(1, (os.cpu_count() or 2) - 1)


def has_cuda() -> bool:
    """Tell whether torch can use a CUDA device here."""
    return torch.cuda.is_available()


def _resolve(device: str) -> torch.device:
    if device == "auto":
        return torch.device("cuda" if has_cuda() else "cpu")
    if device.startswith("cuda"):
        count = torch.cuda.device_count() if has_cuda() else 0
        if int(device.partition(":")[2] or 0) >= count:
            found = f"{count} CUDA devices" if count else "no CUDA device"
            raise EngineError(f"the device {device} is not there ({found} found); use --device auto or cpu")
    return torch.device(device)


def _too_large(image: FloatImage, device: str) -> str:
    height, width = image.shape
    return f"{device} has too little memory for frames of {width}×{height}; use smaller video, or --device cpu"
