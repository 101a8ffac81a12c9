"""Where a runtime's work waits in line: on the stream of a GPU, or nowhere, on the CPU.

Both keep the same promises, so what is written for a GPU runs on the CPU as well, only at once.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

Computation = Callable[[], tuple[Tensor, ...]]

LAPS = ("upload", "compute", "download")


class DeviceQueue(Protocol):
    """Does work in the order in which it is put in; the host need not wait for it.

    Attributes:
        device: Where.
        captures: Work can be captured, see `captured`.
    """

    device: torch.device
    captures: bool

    @contextmanager
    def open(self) -> Iterator[None]:
        """Put in line what is computed or copied inside."""
        yield

    def host_buffer(self, like: Tensor) -> Tensor:
        """Return memory of the host like ``like`` (shape and type) that the device can read and write by itself."""

    def captured(self, compute: Computation) -> Computation:
        """Return ``compute`` as one piece of work, on the same tensors; its results are overwritten by each call.

        Raises:
            RuntimeError: It cannot be captured.
        """

    def mark(self, index: int) -> None:
        """Note when the work so far is done, as the begin (0) or end of the lap of that number."""

    def wait(self) -> None:
        """Wait until the last mark is reached."""

    def laps_ms(self) -> dict[str, float]:
        """Return the time between the marks of the last frame, milliseconds, by the names of `LAPS`."""


class CpuQueue:
    """Does everything at once."""

    captures = False

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._marks_s = [0.0] * (len(LAPS) + 1)

    @contextmanager
    def open(self) -> Iterator[None]:
        """See `DeviceQueue`."""
        torch.set_flush_denormal(True)  # it holds for the calling thread only
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


def queue_for(device: torch.device) -> DeviceQueue:
    """Return a queue of its own on ``device``."""
    if device.type == "cpu":
        return CpuQueue(device)
    from fusion_app.engine.gpu.cuda_queue import CudaQueue  # noqa: PLC0415 - where there is a GPU

    return CudaQueue(device)
