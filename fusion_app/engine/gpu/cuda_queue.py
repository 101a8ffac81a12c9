"""A GPU's stream as a `DeviceQueue`: pinned memory, events, and CUDA graphs. The only place that needs a GPU to run."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise

import torch
from torch import Tensor

from fusion_app.engine.gpu.device_queue import LAPS, Computation

_CAPTURING = threading.Lock()
"""torch captures one graph at a time in a process."""


class CudaQueue:
    """A stream of its own, so that two engines on one GPU do not wait for each other."""

    captures = True

    def __init__(self, device: torch.device) -> None:
        """Take a device that is there.

        Raises:
            RuntimeError: The driver does not fit, or no memory is left.
        """
        self.device = device
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        # Blocking events let the waiting thread sleep: decoding and the window need the core more than 30 µs matter.
        self._marks = [
            torch.cuda.Event(enable_timing=True, blocking=True)  # type: ignore[no-untyped-call]
            for _ in range(len(LAPS) + 1)
        ]

    @contextmanager
    def open(self) -> Iterator[None]:
        """See `DeviceQueue`."""
        with torch.cuda.device(self.device), torch.cuda.stream(self._stream):
            yield

    def host_buffer(self, like: Tensor) -> Tensor:
        """See `DeviceQueue`."""
        return torch.zeros(like.shape, dtype=like.dtype, pin_memory=True)

    def captured(self, compute: Computation) -> Computation:
        """See `DeviceQueue`. The graph owns the memory between its kernels."""
        graph, pool = torch.cuda.CUDAGraph(), torch.cuda.graph_pool_handle()
        try:
            # thread_local: the window's run goes on in another thread while the next engine is prepared in this one.
            with _CAPTURING, torch.cuda.graph(graph, pool, self._stream, capture_error_mode="thread_local"):
                outputs = compute()
        except RuntimeError:
            _end_capture(self.device, pool)
            raise

        def replay() -> tuple[Tensor, ...]:
            graph.replay()
            return outputs

        return replay

    def mark(self, index: int) -> None:
        """See `DeviceQueue`."""
        self._marks[index].record(self._stream)

    def wait(self) -> None:
        """See `DeviceQueue`."""
        self._marks[-1].synchronize()

    def laps_ms(self) -> dict[str, float]:
        """See `DeviceQueue`."""
        spans = (begin.elapsed_time(end) for begin, end in pairwise(self._marks))
        return dict(zip(LAPS, spans, strict=True))


def _end_capture(device: torch.device, pool: tuple[int, int]) -> None:
    """Tell torch's allocator that a capture into ``pool`` is over.

    A capture that fails leaves that out (torch 2.11), and while one is under way no memory is given back to the device:
    the next engine would run out of it.
    """
    with suppress(RuntimeError):  # it has ended already
        torch._C._cuda_endAllocateToPool(device.index or 0, pool)
        torch._C._cuda_releasePool(device.index or 0, pool)
