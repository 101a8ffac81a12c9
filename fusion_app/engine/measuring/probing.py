"""Ask a device what it can do at best: in a matrix product or a convolution, and in a copy that no cache holds.

Neither is the faster one everywhere: on an AMD processor a convolution of oneDNN beats the matrix product of MKL.
"""

import time
from collections.abc import Callable

import torch
from torch import nn

from fusion_app.engine.devices import gpu
from fusion_app.engine.measuring.ceilings import RATED, Ceilings

ROUNDS = 8
SECONDS = 1.0
"""How often each is measured at least, and about how long in all."""

GEMM_SIDE = {"cpu": 1024, "cuda": 8192}
CONV_CHANNELS = (128, 64)
"""Those of the backbone's largest layer."""

CONV_SIDE = {"cpu": 48, "cuda": 1024}
COPY_BYTES = {"cpu": 256 << 20, "cuda": 2 << 30}
TRANSFER_BYTES = 64 << 20
DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def measure_ceilings(device: str, precision: str, threads: int) -> Ceilings:
    """Measure what ``device`` can do, in about two seconds.

    Args:
        device: ``cpu`` or a GPU, in the words of ``--device``.
        precision: ``fp32``, ``fp16`` or ``bf16``.
        threads: Of the CPU.

    Raises:
        EngineError: The device is not there.
    """
    torch.set_num_threads(threads)
    if device == "cpu":
        place = torch.device("cpu")
        return Ceilings("cpu", "CPU", precision, _tflops(place, precision), _copy_gb_per_s(place))
    place = gpu(device)
    name = torch.cuda.get_device_name(place)
    upload, download = (_transfer_gb_per_s(place, is_upload) for is_upload in (True, False))
    tflops, gb_per_s = _tflops(place, precision), _copy_gb_per_s(place)
    return Ceilings(device, name, precision, tflops, gb_per_s, upload, download, RATED.get(name))


@torch.inference_mode()
def _tflops(device: torch.device, precision: str) -> float:
    return max(_product_tflops(device, DTYPES[precision]), _convolution_tflops(device, DTYPES[precision]))


def _product_tflops(device: torch.device, dtype: torch.dtype) -> float:
    side = GEMM_SIDE[device.type]
    left, right = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    result = torch.empty_like(left)
    return 2 * side**3 / _best_s(device, lambda: torch.mm(left, right, out=result)) / 1e12


def _convolution_tflops(device: torch.device, dtype: torch.dtype) -> float:
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    side, (channels, out_channels) = CONV_SIDE[device.type], CONV_CHANNELS
    layer = nn.Conv2d(channels, out_channels, 3, padding=1, bias=False)
    layer = layer.to(device, dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
    image = torch.randn(1, channels, side, side, device=device)
    image = image.to(dtype, memory_format=torch.channels_last)
    operations: int = 2 * side**2 * layer.weight.numel()
    return operations / _best_s(device, lambda: layer(image)) / 1e12


def _copy_gb_per_s(device: torch.device) -> float:
    size = COPY_BYTES[device.type]
    source, target = (torch.ones(size // 4, device=device) for _ in range(2))
    return 2 * size / _best_s(device, lambda: target.copy_(source)) / 1e9


def _transfer_gb_per_s(device: torch.device, is_upload: bool) -> float:
    there = torch.ones(TRANSFER_BYTES, dtype=torch.uint8, device=device)
    here = torch.ones(TRANSFER_BYTES, dtype=torch.uint8, pin_memory=True)
    source, target = (here, there) if is_upload else (there, here)
    return TRANSFER_BYTES / _best_s(device, lambda: target.copy_(source, non_blocking=True)) / 1e9


def _best_s(device: torch.device, call: Callable[[], object]) -> float:
    """Return the shortest time of ``call``, seconds: a ceiling is what is possible, not what is usual."""
    call()
    times_s: list[float] = []
    started = time.perf_counter()
    while len(times_s) < ROUNDS or time.perf_counter() - started < SECONDS:
        _finish(device)
        begin = time.perf_counter()
        call()
        _finish(device)
        times_s.append(time.perf_counter() - begin)
    return min(times_s)


def _finish(device: torch.device) -> None:
    if device.type != "cpu":
        torch.cuda.synchronize(device)
