"""The backbone without what its gates shut out, for runtimes that cannot decide in the middle of a frame.

In the released weights two of the three gates stay at zero on ordinary pictures, and their branches are a third of the
work. On pictures as dark as night they wake, so a folded network says what it left out.
"""

import torch
from torch import Tensor, nn

from models.cs2fusion import IDLE_GATE, Backbone

PROBE_SIDE = 64
PROBE_SEED = 7


class FoldedBackbone(nn.Module):
    """A backbone that leaves out the compensation of some decoder stages."""

    def __init__(self, backbone: Backbone, idle: frozenset[int]) -> None:
        """Share the layers of ``backbone``; ``idle`` are the stages to leave out, 0 to 2."""
        super().__init__()
        self.backbone = backbone
        self.idle = idle

    def forward(self, vis: Tensor, ir: Tensor) -> tuple[Tensor, Tensor]:
        """Return the fused luma like `Backbone`, and the strongest gate of the stages left out, ``(1,)``.

        The luma is the backbone's where that gate is below `IDLE_GATE`.
        """
        net = self.backbone
        features = net.encode(vis, ir)
        decoded = torch.cat(features, dim=1)
        demands = []
        for stage, decode in enumerate((net.decode1, net.decode2, net.decode3)):
            decoded = decode(decoded)
            if stage in self.idle:
                demands.append(net.ddm[stage].gate(decoded).amax().reshape(1))  # type: ignore[operator]
            else:
                decoded = net.ddm[stage](decoded, *features)
        return net.compose(decoded, vis, ir), torch.cat(demands).amax(dim=0, keepdim=True)


def fold(model: nn.Module) -> FoldedBackbone | None:
    """Return ``model`` without the stages that are idle on ordinary pictures; None if there are none to leave out."""
    if not isinstance(model, Backbone) or model.config.gates in ("none", "map"):
        return None
    demands = [_demand(model, *pair) for pair in _probes()]
    idle = frozenset(stage for stage in range(len(model.ddm)) if max(found[stage] for found in demands) < IDLE_GATE)
    return FoldedBackbone(model, idle).eval() if idle else None


@torch.inference_mode()
def _demand(model: Backbone, vis: Tensor, ir: Tensor) -> list[float]:
    """Return the strongest gate of each stage on a pair."""
    features = model.encode(vis, ir)
    decoded = torch.cat(features, dim=1)
    found = []
    for decode, compensate in zip((model.decode1, model.decode2, model.decode3), model.ddm, strict=True):
        decoded = decode(decoded)
        found.append(float(compensate.gate(decoded).amax()))  # type: ignore[operator]
        decoded = compensate(decoded, *features)
    return found


def _probes() -> list[tuple[Tensor, Tensor]]:
    """Return small pairs of fine and of coarse texture, ``(1, 1, H, W)`` grey levels."""
    generator = torch.Generator().manual_seed(PROBE_SEED)
    pairs = []
    for detail in (PROBE_SIDE, PROBE_SIDE // 8):
        textures = 255 * torch.rand(2, 1, 1, detail, detail, generator=generator)
        vis, ir = (nn.functional.interpolate(one, (PROBE_SIDE, PROBE_SIDE), mode="bilinear") for one in textures)
        pairs.append((vis, ir))
    return pairs
