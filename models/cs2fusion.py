"""The CS2Fusion backbone: two dense encoders, a decoder, and the demand-driven module (DDM).

Source: Wang et al., "CS2Fusion: Contrastive learning for Self-Supervised infrared and visible image fusion by
estimating feature compensation map", Information Fusion 102 (2024). Where the paper and the released code differ, the
released code decides; docs/paper.md lists the differences.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.decision import DECISIONS, Decision

LEVEL_CHANNELS = 16
FEATURE_CHANNELS = 4 * LEVEL_CHANNELS
DECODER_CHANNELS = (64, 32, 16)
CONVOLUTIONS_IN_A_ROW = 8
DEMAND_WINDOW = 32  # the side of what a demand map calls a place, pixels

DECISION_SCALE = 16.0  # what the last convolution gives per unit of a logit: features are of the size of grey levels

Gates = Literal["image", "channel", "map", "none"]
Output = Literal["luma", "decision"]

IDLE_GATE = 1e-6
"""A gate below it adds less than float32 can tell apart: what it would weigh need not be computed."""


@dataclass(frozen=True)
class BackboneConfig:
    """What distinguishes one backbone from another.

    Attributes:
        negative_slope: Slope of the LeakyReLU below zero; 0.01 in the released weights, 0 would be a ReLU.
        shared_encoder: One encoder for both sources instead of one each (a published summary says so; the paper's
            figure and the released code have two).
        gates: How the DDM weighs what the encoders offer: ``image``, one scalar per decoder stage and image (released
            code); ``channel``, one per channel (the channel attention of the paper's text); ``map``, one per channel
            and window of 32×32 pixels, enlarged smoothly (the demand *map* of the text), after the first stage only; it
            sees farther and stays local; ``none``, no DDM, which makes the network purely local.
        output: What the last convolution gives: ``luma``, the fused image (paper); ``decision``, how much of each
            source to take and what to add (`Decision`), which copies a source exactly where that is wanted.
    """

    negative_slope: float = 0.01
    shared_encoder: bool = False
    gates: Gates = "image"
    output: Output = "luma"

    def __post_init__(self) -> None:
        if self.output not in get_args(Output):
            raise ValueError(f"output must be one of {', '.join(get_args(Output))}, not {self.output!r}")
        if self.gates not in get_args(Gates):
            raise ValueError(f"gates must be one of {', '.join(get_args(Gates))}, not {self.gates!r}")
        if not isinstance(self.negative_slope, float | int) or not 0 <= self.negative_slope < 1:
            raise ValueError(f"negative_slope must be a number from 0 to 1, not {self.negative_slope!r}")


def conv_block(in_channels: int, out_channels: int, negative_slope: float) -> nn.Sequential:
    """Return the paper's CB: 3×3 convolution with zero padding, then LeakyReLU; no normalisation."""
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.LeakyReLU(negative_slope))


class DenseEncoder(nn.Module):
    """Four densely connected conv blocks of 16 channels, each reading everything before it."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        c, slope = LEVEL_CHANNELS, config.negative_slope
        self.block1 = conv_block(1, c, slope)
        self.block2 = conv_block(c, c, slope)
        self.block3 = conv_block(2 * c, c, slope)
        self.block4 = conv_block(3 * c, c, slope)

    def forward(self, image: Tensor) -> Tensor:
        """Return the features of one source.

        Args:
            image: ``(N, 1, H, W)`` grey levels 0…255.

        Returns:
            ``(N, 64, H, W)``, the deepest level first.
        """
        c1 = self.block1(image)
        c2 = self.block2(c1)
        c3 = self.block3(torch.cat([c2, c1], dim=1))
        c4 = self.block4(torch.cat([c3, c2, c1], dim=1))
        return torch.cat([c4, c3, c2, c1], dim=1)


class DemandGate(nn.Module):
    """How much a decoder stage demands of the encoders, from the image-wide maximum and mean of its own features.

    The 3×3 convolution sees a 1×1 map, so only its centre can act; the released weights have all nine, so ours do too.
    """

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2 * channels, out_channels, 3, padding=1)

    def forward(self, decoded: Tensor) -> Tensor:
        """Return gates in 0…1, ``(N, 1 or C, 1, 1)``, for ``decoded`` ``(N, C, H, W)``."""
        strongest = torch.amax(decoded, dim=(2, 3), keepdim=True)
        mean = torch.mean(decoded, dim=(2, 3), keepdim=True)
        return torch.sigmoid(self.conv(torch.cat([strongest, mean], dim=1)))


class DemandMap(nn.Module):
    """Add to a decoder stage what the encoders have and each *place* demands of it: D + g·P(F_vis + F_ir).

    The demand of a window of `DEMAND_WINDOW` pixels comes from the maximum and the mean of the stage's features in it
    and in the eight windows around. What is supplied is a 1×1 projection of both sources' features, since the demand
    map is there for its far sight, not for another look at what the decoder sees anyway; it begins at zero.
    """

    def __init__(self, channels: int, config: BackboneConfig) -> None:
        super().__init__()
        self.supply = nn.Sequential(nn.Conv2d(FEATURE_CHANNELS, channels, 1), nn.LeakyReLU(config.negative_slope))
        self.gate = nn.Conv2d(2 * channels, channels, 3, padding=1)
        nn.init.zeros_(self.supply[0].weight)  # type: ignore[arg-type]
        nn.init.zeros_(self.supply[0].bias)  # type: ignore[arg-type]
        nn.init.normal_(self.gate.weight, std=0.001)  # features are of the size of grey levels

    def forward(self, decoded: Tensor, vis_features: Tensor, ir_features: Tensor) -> Tensor:
        """Return the compensated stage, same shape as ``decoded`` ``(N, C, H, W)``, the encoders' features detached."""
        supplied = self.supply(vis_features.detach() + ir_features.detach())
        compensated: Tensor = decoded + self.demand(decoded) * supplied
        return compensated

    def demand(self, decoded: Tensor) -> Tensor:
        """Return the demand map, 0…1, of the shape of ``decoded``."""
        height, width = decoded.shape[-2:]
        below, beside = -height % DEMAND_WINDOW, -width % DEMAND_WINDOW
        whole = functional.pad(decoded, (0, beside, 0, below), mode="replicate") if below or beside else decoded
        seen = torch.cat(
            [functional.max_pool2d(whole, DEMAND_WINDOW), functional.avg_pool2d(whole, DEMAND_WINDOW)], dim=1
        )
        windows = torch.sigmoid(self.gate(seen))
        enlarged = functional.interpolate(
            windows, scale_factor=float(DEMAND_WINDOW), mode="bilinear", align_corners=False
        )
        return enlarged[:, :, :height, :width]


class DemandDrivenModule(nn.Module):
    """Add to a decoder stage what the encoders have and the stage demands: D + g·(P(F_vis) + P(F_ir))."""

    def __init__(self, channels: int, config: BackboneConfig) -> None:
        super().__init__()
        self.supply = conv_block(FEATURE_CHANNELS, channels, config.negative_slope)
        self.gate = DemandGate(channels, channels if config.gates == "channel" else 1)

    def forward(self, decoded: Tensor, vis_features: Tensor, ir_features: Tensor) -> Tensor:
        """Return the compensated stage, same shape as ``decoded`` ``(N, C, H, W)``.

        The encoders' features are detached: the DDM chooses among what they offer, it does not train them. Outside of
        training nothing is supplied where nothing is demanded.
        """
        gate = self.gate(decoded)
        is_traced = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
        if not self.training and not is_traced and gate.amax() < IDLE_GATE:
            return decoded
        supplied = self.supply(vis_features.detach()) + self.supply(ir_features.detach())
        compensated: Tensor = decoded + gate * supplied
        return compensated


def _demand_modules(config: BackboneConfig) -> list[nn.Module]:
    """Return the modules that compensate the decoder's stages, from the first stage on."""
    if config.gates == "none":
        return []
    if config.gates == "map":
        return [DemandMap(DECODER_CHANNELS[0], config)]
    return [DemandDrivenModule(channels, config) for channels in DECODER_CHANNELS]


class Backbone(nn.Module):
    """The fusion network of the paper: luma of a pair in, fused luma out."""

    def __init__(self, config: BackboneConfig | None = None) -> None:
        super().__init__()
        self.config = config or BackboneConfig()
        slope = self.config.negative_slope
        self.vis_encoder = DenseEncoder(self.config)
        self.ir_encoder = self.vis_encoder if self.config.shared_encoder else DenseEncoder(self.config)
        self.decode1 = conv_block(2 * FEATURE_CHANNELS, DECODER_CHANNELS[0], slope)
        self.decode2 = conv_block(DECODER_CHANNELS[0], DECODER_CHANNELS[1], slope)
        self.decode3 = conv_block(DECODER_CHANNELS[1], DECODER_CHANNELS[2], slope)
        decides = self.config.output == "decision"
        self.reconstruct = nn.Conv2d(DECODER_CHANNELS[2], DECISIONS if decides else 1, 3, padding=1)
        if decides:
            nn.init.normal_(self.reconstruct.weight, std=0.003)  # start near the brighter source
            nn.init.zeros_(self.reconstruct.bias)  # type: ignore[arg-type]  # it has one
        self.ddm = nn.ModuleList(_demand_modules(self.config))

    @property
    def halo(self) -> int | None:
        """Pixels beyond its own place that a fused pixel can depend on; None with gates that see the whole image."""
        if self.config.gates == "map":  # a place in the first half of its window looks two windows back
            return CONVOLUTIONS_IN_A_ROW + 2 * DEMAND_WINDOW + DEMAND_WINDOW // 2 - 1
        return CONVOLUTIONS_IN_A_ROW if self.config.gates == "none" else None

    @property
    def grid(self) -> int:
        """What the first row and column of a tile have to be a multiple of to give the pixels of the whole image."""
        return DEMAND_WINDOW if self.config.gates == "map" else 2

    def encode(self, vis: Tensor, ir: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features of both sources, ``(N, 64, H, W)`` each; see `DenseEncoder`."""
        return self.vis_encoder(vis), self.ir_encoder(ir)

    def decode(self, vis_features: Tensor, ir_features: Tensor) -> Tensor:
        """Return the last decoder stage ``(N, 16, H, W)`` of features from `encode`."""
        decoded = torch.cat([vis_features, ir_features], dim=1)
        for stage, decode in enumerate((self.decode1, self.decode2, self.decode3)):
            decoded = decode(decoded)
            if stage < len(self.ddm):
                decoded = self.ddm[stage](decoded, vis_features, ir_features)
        return decoded

    def compose(self, decoded: Tensor, vis: Tensor, ir: Tensor) -> Tensor:
        """Return the fused luma ``(N, 1, H, W)`` of the last decoder stage and the sources it came from."""
        if self.config.output == "decision":
            return self.decide(decoded, vis).apply(vis, ir)
        last: Tensor = self.reconstruct(decoded)
        return last

    def decide(self, decoded: Tensor, like: Tensor) -> Decision:
        """Return the decision of the last decoder stage, of the type of ``like``; only where the network decides."""
        last = self.reconstruct(decoded).to(like.dtype)
        logits = last[:, :2] / DECISION_SCALE
        return Decision.of(logits[:, :1], logits[:, 1:], last[:, 2:])

    def fuse_and_tell(self, vis: Tensor, ir: Tensor) -> tuple[Tensor, Decision]:
        """Fuse a batch of pairs as `forward` does, and return how; of networks that decide and have no gates."""
        decision = self.decide(self.decode(*self.encode(vis, ir)), vis)
        return decision.apply(vis, ir), decision

    def forward(self, vis: Tensor, ir: Tensor) -> Tensor:
        """Fuse a batch of pairs (the paper's figure: encode, decode with compensation).

        Args:
            vis: ``(N, 1, H, W)`` visible luma, grey levels 0…255, not rounded.
            ir: ``(N, 1, H, W)`` infrared, grey levels 0…255, aligned to ``vis``.

        Returns:
            ``(N, 1, H, W)`` fused luma, unclamped: the network overshoots 0…255 a little.
        """
        height, width = vis.shape[-2:]
        below, beside = (-side % self.grid if self.config.gates == "map" else 0 for side in (height, width))
        if below or beside:
            vis, ir = (functional.pad(image, (0, beside, 0, below), mode="replicate") for image in (vis, ir))
        fused = self.compose(self.decode(*self.encode(vis, ir)), vis, ir)
        return fused[:, :, :height, :width] if below or beside else fused
