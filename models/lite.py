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
CONTEXT_CELL = 8  # the side of what context calls a place, pixels
_CELL_BLOCKS = CONTEXT_CELL // BLOCK


@dataclass(frozen=True)
class LiteConfig:
    """What distinguishes one student from another.

    Attributes:
        channels: Width of the hidden layers, a multiple of 16 (a whole number of vector registers).
        dilations: One hidden 3×3 convolution each; larger ones see farther at the same cost.
        context: Width of the context branch, a multiple of 16; 0 for none. It looks at cells of 8×8 pixels, nine of
            them to either side, so that a white sky and a bank of haze look different.
        context_dilations: One 3×3 convolution over the cells each.
    """

    channels: int = 32
    dilations: tuple[int, ...] = (1, 1)
    context: int = 0
    context_dilations: tuple[int, ...] = (1, 2, 4)

    def __post_init__(self) -> None:
        if not isinstance(self.channels, int) or not 0 < self.channels <= MAX_CHANNELS or self.channels % 16:
            raise ValueError(f"channels must be a multiple of 16 up to {MAX_CHANNELS}, not {self.channels!r}")
        if not isinstance(self.context, int) or not 0 <= self.context <= MAX_CHANNELS or self.context % 16:
            raise ValueError(f"context must be 0 or a multiple of 16 up to {MAX_CHANNELS}, not {self.context!r}")
        for name in ("dilations", "context_dilations"):
            steps = getattr(self, name)
            is_list = isinstance(steps, list | tuple)
            if not is_list or not all(isinstance(step, int) and step > 0 for step in steps):
                raise ValueError(f"{name} must be a list of whole numbers from 1, not {steps!r}")
            object.__setattr__(self, name, tuple(steps))
        if self.context and len(self.context_dilations) < 2:
            raise ValueError("context_dilations must name at least two convolutions")

    @property
    def mac_per_pixel(self) -> float:
        """Multiply-accumulates per full-resolution pixel."""
        ends = (2 + DECISIONS) * BLOCK_PIXELS * self.channels
        inner = self.context * (len(self.context_dilations) - 2)
        of_cells = self.context * (2 * self.channels + inner)
        local = 9 * (ends + len(self.dilations) * self.channels**2) / BLOCK_PIXELS
        return local + 9 * of_cells / CONTEXT_CELL**2

    @property
    def grid(self) -> int:
        """What the first row and column of a tile have to be a multiple of to give the pixels of the whole image."""
        return CONTEXT_CELL if self.context else BLOCK

    @property
    def halo(self) -> int:
        """Pixels beyond its own place that a fused pixel can depend on."""
        if not self.context:
            return BLOCK * (2 + sum(self.dilations)) + BLOCK - 1
        # After the branch joins; the bilinear enlargement and the cells' convolutions; the first convolution; a place
        # in the first half of its cell looks back, one in the second half ahead.
        cells = 1 + sum(self.context_dilations)
        return BLOCK * (1 + sum(self.dilations)) + CONTEXT_CELL * cells + BLOCK + CONTEXT_CELL // 2 - 1


LITE_CONFIGS = {
    "lite-2k": LiteConfig(16, (1, 1, 1)),
    "lite-6k": LiteConfig(32, (1, 1)),
    "lite-20k": LiteConfig(48, (1, 2, 1), context=32),
    "lite-25k": LiteConfig(48, (1, 2, 2, 1)),
}


class Context(nn.Module):
    """What a place lies in: features of cells of 8×8 pixels, each seeing many cells far, enlarged smoothly.

    Its last convolution begins at zero, so that a trained student without context can go on from where it is.
    """

    def __init__(self, channels: int, config: LiteConfig) -> None:
        super().__init__()
        widths = (channels, *(config.context for _ in config.context_dilations[1:]), channels)
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=step, dilation=step)
            for before, after, step in zip(widths, widths[1:], config.context_dilations, strict=False)
        )
        nn.init.zeros_(self.layers[-1].weight)  # type: ignore[arg-type]
        nn.init.zeros_(self.layers[-1].bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        """Return what to add to ``features`` ``(N, C, H/2, W/2)``, sides multiples of 4."""
        cells = functional.avg_pool2d(features, _CELL_BLOCKS)
        for layer in self.layers[:-1]:
            cells = functional.relu(layer(cells))
        around = self.layers[-1](cells)
        return functional.interpolate(around, scale_factor=float(_CELL_BLOCKS), mode="bilinear", align_corners=False)


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
        self.context = Context(channels, self.config) if self.config.context else None

    @property
    def halo(self) -> int:
        """Pixels beyond its own place that a fused pixel can depend on."""
        return self.config.halo

    @property
    def grid(self) -> int:
        """What the first row and column of a tile have to be a multiple of to give the pixels of the whole image."""
        return self.config.grid

    def decide(self, blocks: Tensor) -> Decision:
        """Return the decision for the blocks of a batch of pairs.

        Args:
            blocks: ``(N, 8, H/2, W/2)`` grey levels 0…255: the four pixels of each block, of visible, then of infrared.
                With context the sides are multiples of 4.

        Returns:
            Tensors ``(N, 4, H/2·W/2)``, for the four pixels of each block. Flat, because each then lies in one piece:
            OpenVINO's convolutions give the channels of a place side by side, and take long to be separated.
        """
        decided = self.head(self._features(blocks * (1 / GREY_RANGE))).to(blocks.dtype)
        ir_logits, vis_logits, residual = decided.flatten(2).chunk(DECISIONS, dim=1)
        return Decision.of(ir_logits, vis_logits, residual * GREY_RANGE)

    def _features(self, blocks: Tensor) -> Tensor:
        if self.context is None:
            return self.body(blocks)  # type: ignore[no-any-return]
        first = self.body[:2](blocks)
        return self.body[2:](first + self.context(first))  # type: ignore[no-any-return]

    def forward(self, vis: Tensor, ir: Tensor) -> Tensor:
        """Fuse a batch of pairs.

        Args:
            vis: ``(N, 1, H, W)`` visible luma, grey levels 0…255, any size.
            ir: ``(N, 1, H, W)`` infrared, grey levels 0…255, aligned to ``vis``.

        Returns:
            ``(N, 1, H, W)`` fused luma, grey levels, unclamped.
        """
        blocks = self._blocks(vis, ir)
        return _whole(_applied(self.decide(blocks), blocks), vis)

    def fuse_and_tell(self, vis: Tensor, ir: Tensor) -> tuple[Tensor, Decision]:
        """Fuse a batch of pairs as `forward` does, and return how: a decision of tensors like the fused luma."""
        blocks = self._blocks(vis, ir)
        decision = self.decide(blocks)
        parts = (decision.ir_weight, decision.vis_weight, decision.residual)
        told = (_whole(part.view_as(blocks[:, :BLOCK_PIXELS]), vis) for part in parts)
        return _whole(_applied(decision, blocks), vis), Decision(*told)

    def _blocks(self, vis: Tensor, ir: Tensor) -> Tensor:
        """Return both sources in blocks, their borders repeated until the grid divides their sides."""
        pair = torch.cat([vis, ir], dim=1)
        below, beside = (-side % self.grid for side in vis.shape[-2:])
        if below or beside:
            pair = functional.pad(pair, (0, beside, 0, below), mode="replicate")
        return functional.pixel_unshuffle(pair, BLOCK)


def _applied(decision: Decision, blocks: Tensor) -> Tensor:
    """Return the fused blocks ``(N, 4, H/2, W/2)``."""
    of_vis, of_ir = blocks.chunk(2, dim=1)
    return decision.apply(of_vis.flatten(2), of_ir.flatten(2)).view_as(of_vis)


def _whole(blocks: Tensor, like: Tensor) -> Tensor:
    """Return the image that lies in blocks, cut to the size of ``like``."""
    image = functional.pixel_shuffle(blocks, BLOCK)
    height, width = like.shape[-2:]
    return image if image.shape[-2:] == (height, width) else image[:, :, :height, :width]
