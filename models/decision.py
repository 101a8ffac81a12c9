"""How to make the fused luma out of the two sources, pixel by pixel: how much of each, and what to add.

A network that decides instead of painting copies a source exactly where it says so; one that paints has to carry both
through all of its layers, and is a few grey levels off everywhere.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

DECISIONS = 3  # per pixel: weights of IR and of visible, residual
BRIGHTER_LOGIT = 2.0  # start near the brighter source


@dataclass(frozen=True)
class Decision:
    """Shares of the sources and what to add, ``(N, 1, H, W)`` each.

    They vary slowly compared with the sources, so a decision made at a reduced size may be enlarged and applied at full
    resolution; the fused image may not.

    Attributes:
        ir_weight: 0…1, the share of infrared.
        vis_weight: 0…1, the share of visible; what is left of 1 is the share of the brighter source.
        residual: Grey levels to add.
    """

    ir_weight: Tensor
    vis_weight: Tensor
    residual: Tensor

    @classmethod
    def of(cls, logits: Tensor, residual: Tensor) -> "Decision":
        """Return the decision of a network.

        Args:
            logits: ``(N, 2, H, W)``, of infrared and visible; zeros are near the brighter source.
            residual: ``(N, 1, H, W)`` grey levels.
        """
        weights = torch.softmax(functional.pad(logits, (0, 0, 0, 0, 0, 1), value=BRIGHTER_LOGIT), dim=1)
        return cls(weights[:, :1], weights[:, 1:2], residual)

    def apply(self, vis: Tensor, ir: Tensor) -> Tensor:
        """Return the fused luma ``(N, 1, H, W)``, unclamped, of sources of the same shape, grey levels 0…255."""
        brighter = torch.maximum(vis, ir)
        return brighter + self.ir_weight * (ir - brighter) + self.vis_weight * (vis - brighter) + self.residual
