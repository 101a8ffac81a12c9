"""Steps of training without waiting: on a GPU, each kind of step is captured once as a CUDA graph and then replayed.

A step of a compact network is some thousand short kernels; launched one by one they take ten times as long as computed.
So nothing in a step may ask the device for a number, and what changes from step to step (rates) lies in tensors there.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

WARM_UP = (
    3  # steps of each kind taken kernel by kernel first: libraries choose their algorithms, optimisers their state
)

_CAPTURING = threading.Lock()  # torch captures one graph at a time in a process

Take = Callable[[bool], Mapping[str, Tensor]]


class Steps:
    """Takes the steps of one run; there are two kinds, full ones and those that leave something out."""

    def __init__(self, take: Take, generator: torch.Generator) -> None:
        """Take steps by ``take(is_full)``, whose randomness all comes from ``generator``, on its device."""
        self._take, self._generator = take, generator
        self._stream: torch.cuda.Stream | None = None
        if generator.device.type == "cuda":
            self._stream = torch.cuda.Stream(generator.device)  # type: ignore[no-untyped-call]
        self._graphs: dict[bool, tuple[torch.cuda.CUDAGraph, Mapping[str, Tensor]]] = {}
        self._taken = {True: 0, False: 0}

    def __call__(self, is_full: bool) -> dict[str, Tensor]:
        """Take a step and return its losses, scalars on the device that later steps do not change."""
        if self._stream is None:
            return dict(self._take(is_full))
        asking = torch.cuda.current_stream(self._stream.device)
        self._stream.wait_stream(asking)
        with torch.cuda.stream(self._stream):
            losses = self._losses(is_full)
            kept = torch.stack(list(losses.values()))
        asking.wait_stream(self._stream)  # who asks sees weights and losses as they are after this step
        kept.record_stream(asking)
        return dict(zip(losses, kept.unbind(), strict=True))

    def _losses(self, is_full: bool) -> Mapping[str, Tensor]:
        self._taken[is_full] += 1
        if self._taken[is_full] <= WARM_UP:
            return self._take(is_full)
        if is_full not in self._graphs:
            self._graphs[is_full] = self._captured(is_full)
        graph, losses = self._graphs[is_full]
        graph.replay()
        return losses

    def _captured(self, is_full: bool) -> tuple[torch.cuda.CUDAGraph, Mapping[str, Tensor]]:
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self._generator)
        with _CAPTURING, torch.cuda.graph(graph, stream=self._stream, capture_error_mode="thread_local"):
            losses = self._take(is_full)
        return graph, losses


def adam(groups: Iterable[Mapping[str, Any]], device: torch.device) -> torch.optim.Adam:
    """Return Adam over parameter groups with their rates ``lr``, on a GPU one that can be captured."""
    if device.type != "cuda":
        return torch.optim.Adam([dict(group) for group in groups])
    resident = [{**group, "lr": torch.tensor(float(group["lr"]), device=device)} for group in groups]
    return torch.optim.Adam(resident, capturable=True)


def set_rate(group: dict[str, Any], rate: float) -> None:
    """Give an optimiser's parameter group another rate, in place where a captured step reads it."""
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate
