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
IDLE_SHARE = 0.05  # a smaller share of a source is none
IDLE_RESIDUAL = 2.0  # grey levels; so much less is added
LEAK = 0.1  # share of the gradient that passes where a decision is idle; a network that begins idle would stay so


@dataclass(frozen=True)
class Decision:
    """Shares of the sources and what to add, ``(N, 1, H, W)`` each.

    Next to nothing is nothing: where a network is of no clear opinion, the fused image is the brighter source exactly.
    A share of a hundredth of a much darker source would change smooth places by a grey level here and there, which is
    the noise, the flicker, and the loss of similarity and information that copying avoids.

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
        """Return the decision of a network, its shares stretched and cut, its residual shrunk.

        Source: shares as Louizos et al., "Learning sparse neural networks through L0 regularization", ICLR 2018, eq. 11
        (stretched to reach 0 and 1); soft shrinkage as Donoho, "De-noising by soft-thresholding", 1995.

        Args:
            logits: ``(N, 2, H, W)``, of infrared and visible; zeros are near the brighter source.
            residual: ``(N, 1, H, W)`` grey levels.
        """
        weights = torch.softmax(functional.pad(logits, (0, 0, 0, 0, 0, 1), value=BRIGHTER_LOGIT), dim=1)
        shares = (weights[:, :2] - IDLE_SHARE) * (1 / (1 - 2 * IDLE_SHARE))
        shares = _leaking(shares.clamp(0, 1), shares)
        residual = _leaking(residual - residual.clamp(-IDLE_RESIDUAL, IDLE_RESIDUAL), residual)
        return cls(shares[:, :1], shares[:, 1:], residual)

    def apply(self, vis: Tensor, ir: Tensor) -> Tensor:
        """Return the fused luma ``(N, 1, H, W)``, unclamped, of sources of the same shape, grey levels 0…255."""
        brighter = torch.maximum(vis, ir)
        return brighter + self.ir_weight * (ir - brighter) + self.vis_weight * (vis - brighter) + self.residual


def _leaking(cut: Tensor, whole: Tensor) -> Tensor:
    """Return ``cut`` to the digit, for the gradient with a little of ``whole`` that it came from."""
    return cut + LEAK * (whole - whole.detach()) if torch.is_grad_enabled() else cut
