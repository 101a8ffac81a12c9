"""The Compensation Perception Network (CPN): where does infrared add to visible? Used in training only.

From the encoders' features the CPN estimates the compensation map and embeds both sources under it; the
self-correlation and saliency operation (SSO) turns the same features, without parameters, into the descriptions that
the contrastive loss compares these embeddings with.

Source: Wang et al., Information Fusion 102 (2024), sections on the CPN and the SSO; the released code decides details.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from models.cs2fusion import FEATURE_CHANNELS, LEVEL_CHANNELS, conv_block

_SALIENCY_FLOOR = 1e-10
_SMALLEST_RANGE = 1e-12
OUTLIERS = 0.02  # share of an image's pixels at either end that do not set the range of its map

MapRange = Literal["batch", "image", "percentile", "sigmoid"]


@dataclass(frozen=True)
class Compensation:
    """What the CPN says about a batch of pairs.

    Attributes:
        ir_map: ``(N, 1, H, W)`` in 0…1, the compensation map M: what infrared adds; visible's share is ``1 - ir_map``.
        vis_embedding: ``(N, 64·H·W)``, the common features weighed by visible's share.
        ir_embedding: ``(N, 64·H·W)``, the common features weighed by the map.
    """

    ir_map: Tensor
    vis_embedding: Tensor
    ir_embedding: Tensor


def stretch(values: Tensor, over: MapRange = "batch") -> Tensor:
    """Return ``values`` ``(N, …)`` stretched to 0…1.

    Args:
        values: Of any range.
        over: ``batch``, by the least and greatest of the whole tensor (released code): a few dark pixels let all others
            be 1; ``image``, of each image; ``percentile``, by the 2nd and 98th percentile of each image, clipped;
            ``sigmoid``, by no range at all, so that an image may be of one kind as a whole.
    """
    if over == "sigmoid":
        return torch.sigmoid(values)
    low, high = _range(values, over)
    stretched = (values - low) / (high - low).clamp_min(_SMALLEST_RANGE)
    return stretched.clamp(0, 1) if over == "percentile" else stretched


def _range(values: Tensor, over: MapRange) -> tuple[Tensor, Tensor]:
    if over == "batch":
        return values.min(), values.max()
    each = values.flatten(1)
    if over == "image":
        ends = each.amin(dim=1), each.amax(dim=1)
    else:
        outside = round(OUTLIERS * (each.shape[1] - 1))
        ends = each.kthvalue(1 + outside, dim=1).values, each.kthvalue(each.shape[1] - outside, dim=1).values
    low, high = (end.view(-1, *[1] * (values.dim() - 1)) for end in ends)
    return low, high


class CompensationPerceptionNetwork(nn.Module):
    """Compensation map and embeddings of a batch of pairs, from the features of both encoders."""

    def __init__(self, negative_slope: float = 0.01, map_range: MapRange = "batch") -> None:
        super().__init__()
        if map_range not in get_args(MapRange):
            raise ValueError(f"map_range must be one of {', '.join(get_args(MapRange))}, not {map_range!r}")
        self.map_range: MapRange = map_range
        self.common = conv_block(2 * FEATURE_CHANNELS, FEATURE_CHANNELS, negative_slope)
        self.map = nn.Conv2d(FEATURE_CHANNELS, 1, 3, padding=1)

    def forward(self, vis_features: Tensor, ir_features: Tensor) -> Compensation:
        """Perceive what infrared adds: `compensate` of `perceive`."""
        return compensate(*self.perceive(vis_features, ir_features), self.map_range)

    def perceive(self, vis_features: Tensor, ir_features: Tensor) -> tuple[Tensor, Tensor]:
        """Return the common features ``(N, 64, H, W)`` and the map before it is stretched ``(N, 1, H, W)``.

        Args:
            vis_features: ``(N, 64, H, W)`` from the visible encoder; detached, the encoders learn nothing from it.
            ir_features: ``(N, 64, H, W)`` from the infrared encoder; detached as well.
        """
        common = self.common(torch.cat([vis_features.detach(), ir_features.detach()], dim=1)).float()
        return common, self.map(common).float()


def compensate(common: Tensor, raw_map: Tensor, over: MapRange = "batch") -> Compensation:
    """Return the compensation that `perceive` found; its map is stretched as `stretch` says."""
    ir_map = stretch(raw_map, over)
    return Compensation(ir_map, ((1 - ir_map) * common).flatten(1), (ir_map * common).flatten(1))


def self_correlate(level: Tensor) -> Tensor:
    """Return ``(N, C, H, W)`` features mixed by the softmax of their channel Gram matrix (over its first axis)."""
    channels = level.flatten(2)
    correlation = torch.softmax(channels @ channels.transpose(1, 2), dim=1)
    return (correlation @ channels).view_as(level)


def saliency(level: Tensor) -> Tensor:
    """Return in 0…1 what stands out above the mean of the whole batch, shape of ``level``."""
    return stretch((level - level.mean()).clamp_min(_SALIENCY_FLOOR))


def describe(features: Tensor, feature_range: float = 1.0) -> Tensor:
    """Apply the SSO to each level of one encoder and flatten: what the source itself shows.

    Args:
        features: ``(N, 64, H, W)`` from an encoder, four levels of 16 channels; detached here.
        feature_range: What the features are divided by first. With 1, as released, features of grey levels 0…255 make
            the correlation's softmax choose a single channel and saliency vanish beside them; 255 avoids both.

    Returns:
        ``(N, 64·H·W)``: per level x, ``x + self_correlate(x) + saliency(x)``.
    """
    levels = torch.split(features.detach().float() / feature_range, LEVEL_CHANNELS, dim=1)
    return torch.cat([level + self_correlate(level) + saliency(level) for level in levels], dim=1).flatten(1)
