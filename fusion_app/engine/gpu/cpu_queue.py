"""Work that is done at once, on the CPU, as a `DeviceQueue`: what is written for a GPU runs on the CPU as well."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import torch
from torch import Tensor

from fusion_app.engine.gpu.device_queue import LAPS, Computation
from models.denormals import flush_denormals


class CpuQueue:
    """Does everything at once."""

    captures = False

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._marks_s = [0.0] * (len(LAPS) + 1)

    @contextmanager
    def open(self) -> Iterator[None]:
        """See `DeviceQueue`."""
        flush_denormals()  # it holds for the calling thread only
        yield

    def host_buffer(self, like: Tensor) -> Tensor:
        """See `DeviceQueue`."""
        return torch.zeros(like.shape, dtype=like.dtype)

    def captured(self, compute: Computation) -> Computation:
        """See `DeviceQueue`."""
        return compute

    def mark(self, index: int) -> None:
        """See `DeviceQueue`."""
        self._marks_s[index] = time.perf_counter()

    def wait(self) -> None:
        """See `DeviceQueue`."""

    def laps_ms(self) -> dict[str, float]:
        """See `DeviceQueue`."""
        spans = (1000 * (end - begin) for begin, end in pairwise(self._marks_s))
        return dict(zip(LAPS, spans, strict=True))
