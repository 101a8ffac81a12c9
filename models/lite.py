"""The compact student: real-time fusion without a GPU, by deciding at half resolution how to mix the two sources.

Every 2×2 block of both sources becomes eight channels; a few dense 3×3 convolutions look at them and decide, for every
full-resolution pixel, how much to take of infrared, of visible and of the brighter of the two, and what to add. Nothing
in it is global, so tiles do not show and a video does not flicker.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.decision import DECISIONS, Decision

GREY_RANGE = 255.0
BLOCK = 2  # the side of the block that becomes channels
BLOCK_PIXELS = BLOCK * BLOCK
MAX_CHANNELS = 512


@dataclass(frozen=True)
class LiteConfig:
    """What distinguishes one student from another.

    Attributes:
        channels: Width of the hidden layers, a multiple of 16 (a whole number of vector registers).
        dilations: One hidden 3×3 convolution each; larger ones see farther at the same cost.
    """

    channels: int = 32
    dilations: tuple[int, ...] = (1, 1)

    def __post_init__(self) -> None:
        if not isinstance(self.channels, int) or not 0 < self.channels <= MAX_CHANNELS or self.channels % 16:
            raise ValueError(f"channels must be a multiple of 16 up to {MAX_CHANNELS}, not {self.channels!r}")
        is_list = isinstance(self.dilations, list | tuple)
        if not is_list or not all(isinstance(step, int) and step > 0 for step in self.dilations):
            raise ValueError(f"dilations must be a list of whole numbers from 1, not {self.dilations!r}")
        object.__setattr__(self, "dilations", tuple(self.dilations))

    @property
    def mac_per_pixel(self) -> float:
        """Multiply-accumulates per full-resolution pixel."""
        ends = (2 + DECISIONS) * BLOCK_PIXELS * self.channels
        return 9 * (ends + len(self.dilations) * self.channels**2) / BLOCK_PIXELS

    @property
    def halo(self) -> int:
        """Pixels beyond its own place that a fused pixel can depend on."""
        return BLOCK * (2 + sum(self.dilations)) + BLOCK - 1


LITE_CONFIGS = {
    "lite-2k": LiteConfig(16, (1, 1, 1)),
    "lite-6k": LiteConfig(32, (1, 1)),
    "lite-25k": LiteConfig(48, (1, 2, 2, 1)),
}


class Lite(nn.Module):
    """A student network: same inputs and output as the backbone, 10 to 100 times cheaper."""

    def __init__(self, config: LiteConfig | None = None) -> None:
        super().__init__()
        self.config = config or LiteConfig()
        channels = self.config.channels
        layers: list[nn.Module] = [nn.Conv2d(2 * BLOCK_PIXELS, channels, 3, padding=1), nn.ReLU()]
        for dilation in self.config.dilations:
            layers += [nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Conv2d(channels, DECISIONS * BLOCK_PIXELS, 3, padding=1)
        nn.init.normal_(self.head.weight, std=0.01)

    @property
    def halo(self) -> int:
        """Pixels beyond its own place that a fused pixel can depend on."""
        return self.config.halo

    def decide(self, blocks: Tensor) -> Decision:
        """Return the decision for the blocks of a batch of pairs.

        Args:
            blocks: ``(N, 8, H/2, W/2)`` grey levels 0…255: the four pixels of each block, of visible, then of infrared.

        Returns:
            Tensors ``(N, 4, H/2·W/2)``, for the four pixels of each block. Flat, because each then lies in one piece:
            OpenVINO's convolutions give the channels of a place side by side, and take long to be separated.
        """
        decided = self.head(self.body(blocks * (1 / GREY_RANGE))).to(blocks.dtype)
        ir_logits, vis_logits, residual = decided.flatten(2).chunk(DECISIONS, dim=1)
        return Decision.of(ir_logits, vis_logits, residual * GREY_RANGE)

    def forward(self, vis: Tensor, ir: Tensor) -> Tensor:
        """Fuse a batch of pairs.

        Args:
            vis: ``(N, 1, H, W)`` visible luma, grey levels 0…255, any size.
            ir: ``(N, 1, H, W)`` infrared, grey levels 0…255, aligned to ``vis``.

        Returns:
            ``(N, 1, H, W)`` fused luma, grey levels, unclamped.
        """
        height, width = vis.shape[-2:]
        pair = torch.cat([vis, ir], dim=1)
        is_odd = height % BLOCK or width % BLOCK
        if is_odd:
            pair = functional.pad(pair, (0, width % BLOCK, 0, height % BLOCK), mode="replicate")
        blocks = functional.pixel_unshuffle(pair, BLOCK)
        of_vis, of_ir = blocks.chunk(2, dim=1)
        fused = self.decide(blocks).apply(of_vis.flatten(2), of_ir.flatten(2)).view_as(of_vis)
        whole = functional.pixel_shuffle(fused, BLOCK)
        return whole[:, :, :height, :width] if is_odd else whole
