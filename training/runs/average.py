"""The running mean of a network's weights, which is what a run exports."""

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


class MovingAverage(Generic[Network]):
    """Follows the weights of a network; nothing in it waits for a device.

    Attributes:
        network: A copy of the network with the mean of its weights.
    """

    def __init__(self, network: Network, decay: float, device: torch.device) -> None:
        """Begin with the weights as they are.

        Args:
            network: To follow.
            decay: Of the mean, 0…1.
            device: Where the network lies.
        """
        self.network = copy.deepcopy(network).requires_grad_(False)
        self._decay = decay
        self._follows = torch.zeros((), device=device)  # in a tensor: a captured step reads it

    def expect(self, step: int) -> None:
        """Prepare for the step that makes ``step`` steps (from 1).

        Early on the mean is shorter than its decay says, or the random start would stay in it for long.
        """
        self._follows.fill_(1 - min(self._decay, (1 + step) / (10 + step)))

    @torch.no_grad()
    def follow(self, network: Network) -> None:
        """Take the network's weights in."""
        for mean, last in zip(self.network.parameters(), network.parameters(), strict=True):
            mean.lerp_(last, self._follows)
