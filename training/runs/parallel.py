"""Several processes train as one: each sends its part of a batch through the networks, the losses see the whole batch.

The losses compare within a batch (embeddings with each other, one minimum and maximum, one histogram). So what leaves
the networks is gathered from all processes, each computes the same loss, and the gradients of the parts are added up:
they are those of one process with the whole batch.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, distributed
from torch.nn import Parameter


@dataclass(frozen=True)
class Team:
    """The processes that train together, as one of them sees it.

    Attributes:
        rank: Which of them this is, from 0.
        size: How many there are.
    """

    rank: int = 0
    size: int = 1

    @classmethod
    def joined(cls) -> "Team":
        """Return the team that ``torchrun`` started this process in; alone without it."""
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return cls()
        distributed.init_process_group("gloo")
        return cls(distributed.get_rank(), distributed.get_world_size())

    @property
    def leads(self) -> bool:
        """Whether this process writes files and talks."""
        return self.rank == 0

    def leave(self) -> None:
        """Part from the others, at the end."""
        if self.size > 1:
            distributed.destroy_process_group()

    def part(self, batch: Tensor) -> Tensor:
        """Return this process's rows of ``batch``, whose rows the team's size divides."""
        return batch.chunk(self.size)[self.rank]

    def gather(self, part: Tensor) -> Tensor:
        """Return the whole batch, of which each process gives its part; only the own part gets a gradient here."""
        return part if self.size == 1 else _Gathered.apply(part, self)  # type: ignore[no-untyped-call]

    def add_gradients(self, parameters: Iterable[Parameter]) -> None:
        """Add up the gradients of all processes."""
        for parameter in parameters if self.size > 1 else ():
            if parameter.grad is not None:
                distributed.all_reduce(parameter.grad)

    def agrees(self, wish: bool) -> bool:
        """Return whether any process wishes so; all get the same answer."""
        if self.size == 1:
            return wish
        wishes = torch.tensor(float(wish))
        distributed.all_reduce(wishes, distributed.ReduceOp.MAX)
        return bool(wishes)


class _Gathered(torch.autograd.Function):
    """All parts in order. Every process has the same loss, so the own rows of its gradient are the part's gradient."""

    @staticmethod
    def forward(context: Any, part: Tensor, team: Team) -> Tensor:
        context.team = team
        parts = [torch.empty_like(part) for _ in range(team.size)]
        distributed.all_gather(parts, part.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return context.team.part(gradients[0]), None
