"""What this machine has to compute with, found out without importing torch where that is possible."""

import ctypes
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fusion_app.errors import EngineError
from fusion_app.system.machine import cores

if TYPE_CHECKING:
    import torch

GPU_DRIVERS = ("nvcuda.dll",) if sys.platform == "win32" else ("libcuda.so.1",)
ROCM_DEVICE = Path("/dev/kfd")


def default_threads() -> int:
    """Return how many CPU threads a network may use: all cores but one, which decodes, shows and records."""
    return max(1, cores() - 1)


def has_cuda() -> bool:
    """Tell whether torch can use a GPU here. It takes seconds to import, so it is asked only if there is a driver."""
    if not _has_gpu_driver():
        return False
    import torch  # noqa: PLC0415

    return torch.cuda.is_available()


def gpu_absence() -> tuple[str, str] | None:
    """Return why no GPU is used here, and what to do to use one; None if one is."""
    if not _has_gpu_driver():
        drivers = " or ".join((*GPU_DRIVERS, str(ROCM_DEVICE)))
        return (
            f"no driver ({drivers}) was found",
            "nothing needs to be done; an NVIDIA or AMD GPU with its driver would fuse faster",
        )
    import torch  # noqa: PLC0415

    if torch.version.cuda is None and torch.version.hip is None:
        return "this torch was built for the CPU only", "install the build that pytorch.org names for your GPU"
    if not torch.cuda.is_available():
        return "torch finds none that it can use", "see whether nvidia-smi or rocminfo shows one; update its driver"
    return None


def gpu_names() -> list[str]:
    """Return what the GPUs are that torch can use."""
    import torch  # noqa: PLC0415

    return [f"{torch.cuda.get_device_name(index)} (cuda:{index})" for index in range(torch.cuda.device_count())]


def cpu_precision() -> str:
    """Return in which arithmetic OpenVINO computes on this CPU while someone watches."""
    from fusion_app.engine.cpu.openvino_runtime import has_bf16  # noqa: PLC0415 - where it is installed

    return "bf16" if has_bf16() else "fp32"


def gpu(device: str) -> "torch.device":
    """Return the GPU that ``device`` names: ``auto``, ``cuda`` or ``cuda:N``.

    Raises:
        EngineError: It is not there.
    """
    import torch  # noqa: PLC0415

    count = torch.cuda.device_count() if has_cuda() else 0
    index = int(device.partition(":")[2] or 0)
    if index >= count:
        found = f"{count} CUDA devices" if count else "no CUDA device"
        raise EngineError(f"the device {device} is not there ({found} found); use --device auto or cpu")
    return torch.device("cuda", index)


def _has_gpu_driver() -> bool:
    return ROCM_DEVICE.exists() or any(_can_be_loaded(name) for name in GPU_DRIVERS)


def _can_be_loaded(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
