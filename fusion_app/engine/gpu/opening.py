"""Learned models on a GPU. The device may be the CPU, which then computes as a GPU would: tests do that."""

from pathlib import Path

import torch
from torch import nn

from fusion_app.engine.cpu.torch_runtime import load_network
from fusion_app.engine.devices import default_threads, gpu
from fusion_app.engine.folded import FoldedRuntime
from fusion_app.engine.gpu.device_runtime import DeviceRuntime, Form
from fusion_app.engine.network import NetworkEngine, Runtime
from models.folding import fold

__all__ = ["Form", "laps_ms", "open_on_gpu", "runtime_on"]


def open_on_gpu(path: Path, device: str, form: Form, threads: int = 0) -> NetworkEngine:
    """Return the network of a weights file on the GPU that ``device`` names.

    Args:
        path: The weights file.
        device: ``auto``, ``cuda`` or ``cuda:N``.
        form: How to compute.
        threads: Of the CPU, which carries frames to and from where the GPU fetches them; 0 takes all cores but one.

    Raises:
        WeightsError: The file or its card is missing, damaged, or of no known network.
        EngineError: The device is not there or cannot be used.
    """
    place = gpu(device)
    torch.set_num_threads(threads or default_threads())
    model, card = load_network(path)
    runtime = runtime_on(place, model, form)
    return NetworkEngine(card.model, model.halo, runtime, grid=model.grid)  # type: ignore[arg-type]


def runtime_on(device: torch.device, model: nn.Module, form: Form) -> Runtime:
    """Return what computes ``model`` on ``device``; branches that gates shut out are left out as in OpenVINO."""
    folded = fold(model)  # asks the gates, so it comes before the precision changes
    whole = DeviceRuntime(model, device, form)
    return whole if folded is None else FoldedRuntime(DeviceRuntime(folded, device, form), whole)


def laps_ms(engine: object) -> dict[str, float]:
    """Return the milliseconds of upload, compute and download of the last frame; nothing for other engines."""
    runtime = engine.runtime if isinstance(engine, NetworkEngine) else None
    return runtime.laps_ms if isinstance(runtime, DeviceRuntime) else {}
