"""What a network is trained on in one step: crops of a pair, and what was done to them."""

from dataclasses import dataclass

import torch
from torch import Tensor

GREY_RANGE = 255.0


@dataclass(frozen=True)
class Scene:
    """One training batch, ``(N, 1, H, W)`` each, grey levels 0…255.

    Attributes:
        ir: Infrared.
        vis: Visible luma as recorded.
        impaired: Visible luma as the network sees it, the paper's augmented visible image.
        patch: 0…1, where `impaired` is blind.
        twins: How many of the last crops are the first ones again, with other noise.
    """

    ir: Tensor
    vis: Tensor
    impaired: Tensor
    patch: Tensor
    twins: int = 0

    def to(self, device: torch.device) -> "Scene":
        """Return the same scene on a device."""
        ir, vis, impaired, patch = (image.to(device) for image in (self.ir, self.vis, self.impaired, self.patch))
        return Scene(ir, vis, impaired, patch, self.twins)
