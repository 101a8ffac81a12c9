"""How to make the fused luma out of the two sources, pixel by pixel: how much of each, and what to add.

A network that decides instead of painting copies a source exactly where it says so; one that paints has to carry both
through all of its layers, and is a few grey levels off everywhere.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

DECISIONS = 3  # per pixel: weights of IR and of visible, residual
BRIGHTER_LOGIT = 2.0  # start near the brighter source
IDLE_SHARE = 0.05  # a smaller share of a source is none
IDLE_RESIDUAL = 2.0  # grey levels; so much less is added
LEAK = 0.1  # share of the gradient that passes where a decision is idle; a network that begins idle would stay so


@dataclass(frozen=True)
class Decision:
    """Shares of the sources and what to add: three tensors of one shape, that of the sources they are for.

    What holds for a pixel holds for its place in a block: pixels may lie in channels, as long as both sources' do, too.

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
    def of(cls, ir_logits: Tensor, vis_logits: Tensor, residual: Tensor) -> "Decision":
        """Return the decision of a network, its shares stretched and cut, its residual shrunk.

        Source: shares as Louizos et al., "Learning sparse neural networks through L0 regularization", ICLR 2018, eq. 11
        (stretched to reach 0 and 1); soft shrinkage as Donoho, "De-noising by soft-thresholding", 1995.

        Args:
            ir_logits: Of infrared; zeros are near the brighter source.
            vis_logits: Of visible, likewise.
            residual: Grey levels.
        """
        ir_share, vis_share = (_stretched(share) for share in _shares(ir_logits, vis_logits))
        return cls(ir_share, vis_share, _leaking(residual - residual.clamp(-IDLE_RESIDUAL, IDLE_RESIDUAL), residual))

    def apply(self, vis: Tensor, ir: Tensor) -> Tensor:
        """Return the fused luma, unclamped, of sources of the same shape, grey levels 0…255."""
        brighter = torch.maximum(vis, ir)
        return brighter + self.ir_weight * (ir - brighter) + self.vis_weight * (vis - brighter) + self.residual


def _shares(ir_logits: Tensor, vis_logits: Tensor) -> tuple[Tensor, Tensor]:
    """Return the shares of both sources: the softmax of their logits and the brighter source's constant one.

    Whoever compiles the network gets it written out: one kernel then computes it and all that follows, where putting a
    tensor of three together and taking it apart again took longer than the convolutions of a small network.
    """
    if torch.jit.is_tracing():  # type: ignore[attr-defined, no-untyped-call]
        return _written_out(ir_logits, vis_logits)
    constant = torch.full_like(ir_logits, BRIGHTER_LOGIT)
    ir_share, vis_share, _ = torch.softmax(torch.stack((ir_logits, vis_logits, constant)), dim=0)
    return ir_share, vis_share


def _written_out(ir_logits: Tensor, vis_logits: Tensor) -> tuple[Tensor, Tensor]:
    highest = torch.maximum(ir_logits, vis_logits).clamp_min(BRIGHTER_LOGIT)
    of_ir, of_vis = torch.exp(ir_logits - highest), torch.exp(vis_logits - highest)
    whole = of_ir + of_vis + torch.exp(BRIGHTER_LOGIT - highest)
    return of_ir / whole, of_vis / whole


def _stretched(share: Tensor) -> Tensor:
    stretched = (share - IDLE_SHARE) * (1 / (1 - 2 * IDLE_SHARE))
    return _leaking(stretched.clamp(0, 1), stretched)


def _leaking(cut: Tensor, whole: Tensor) -> Tensor:
    """Return ``cut`` to the digit, for the gradient with a little of ``whole`` that it came from."""
    return cut + LEAK * (whole - whole.detach()) if torch.is_grad_enabled() else cut
