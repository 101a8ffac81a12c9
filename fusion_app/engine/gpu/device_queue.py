"""Where a runtime's work waits in line: on the stream of a GPU, or nowhere, on the CPU.

Both keep the same promises, so what is written for a GPU runs on the CPU as well, only at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
