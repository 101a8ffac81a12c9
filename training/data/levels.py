"""Change the grey levels of training crops as another camera, gain control or time of day would."""

import torch
from torch import Tensor

from training.data.batch import GREY_RANGE

GAMMA_LOG = 0.5  # largest change of the logarithm of gamma
GAIN = (0.5, 1.15)


def vary_levels(images: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Give a share of the images another gamma, gain and offset, each its own.

    A network that meets them looks at what is there; without them it learns the cameras it was trained with.

    Args:
        images: ``(N, 1, H, W)`` grey levels 0…255.
        share: 0…1; 0 draws no random number.
        generator: The only source of randomness, on the CPU.

    Returns:
        Alike; levels that a gain above 1 lifts beyond 255 are clipped, as a camera does.
    """
    if not share:
        return images

    def between(low: float, high: float) -> Tensor:
        drawn = torch.rand((len(images), 1, 1, 1), generator=generator, device=generator.device)
        return low + (high - low) * drawn.to(images)

    gamma = torch.exp(between(-GAMMA_LOG, GAMMA_LOG))
    gain = between(*GAIN)
    offset = between(0, 1) * (1 - gain.clamp(max=1))  # a picture of less contrast may lie anywhere between the ends
    varied = (gain * (images / GREY_RANGE) ** gamma + offset) * GREY_RANGE
    return torch.where(between(0, 1) < share, varied.clamp(0, GREY_RANGE), images)
