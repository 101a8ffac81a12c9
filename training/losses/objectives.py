"""What each network is trained for in one step: the losses of `losses.paper` put together as the settings say."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from models.compensation import Compensation, describe
from training.data.batch import Scene
from training.data.impairment import impair
from training.losses.fusion import fusion_loss
from training.losses.paper import Descriptions, augmented_contrast, map_loss, pair_contrast, pull, structure_loss
from training.settings import AvisSettings, ContrastSettings, FusionSettings

Losses = dict[str, Tensor]

_LEAST_PROBABILITY = 1e-4


@dataclass(frozen=True)
class Features:
    """What the encoders see of a batch, ``(N, 64, H, W)`` each: both visible images and infrared."""

    vis: Tensor
    avis: Tensor
    ir: Tensor


@dataclass(frozen=True)
class Perceived:
    """What the CPN says about the source pair and, where the settings use it, about the augmented pair."""

    source: Compensation
    augmented: Compensation | None


def augment(vis: Tensor, settings: AvisSettings, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return the augmented visible image (AVIS) and its patches (1 = blind), both like ``vis`` ``(N, 1, H, W)``."""
    avis, patches = vis, torch.zeros_like(vis)
    for _ in range(settings.patches):
        avis, patch = impair(avis, settings.patch, generator)
        patches = torch.maximum(patches, patch)
    return (vis * (1 - patches) if settings.erased else avis), patches


def contrast_losses(features: Features, perceived: Perceived, patch: Tensor, settings: ContrastSettings) -> Losses:
    """Return the terms of L_c, which trains the CPN: L_pn and the weighted L_Apn."""
    vis, avis, infrared = (
        describe(source, settings.feature_range) for source in (features.vis, features.avis, features.ir)
    )
    apart = augmented_contrast(perceived.source, Descriptions(avis, infrared))
    if perceived.augmented is not None:
        apart = apart + _augmented_map_loss(perceived.source, perceived.augmented, patch, settings)
    return {
        "pair": pair_contrast(perceived.source, Descriptions(vis, infrared)),
        "augmented_pair": settings.augmented_weight * apart,
    }


def _augmented_map_loss(
    source: Compensation, augmented: Compensation, patch: Tensor, settings: ContrastSettings
) -> Tensor:
    if settings.augmented_map == "embeds":
        return pull(source.ir_embedding, augmented.ir_embedding)
    ir_map = augmented.ir_map.clamp(_LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    return functional.binary_cross_entropy(ir_map, patch)


def backbone_losses(fused: Tensor, scene: Scene, ir_map: Tensor, settings: FusionSettings) -> Losses:
    """Return the weighted terms of the loss that trains the backbone; terms of weight 0 are left out.

    Args:
        fused: ``(N, 1, H, W)``, the fused source or augmented pair, whichever ``settings.input`` says.
        scene: What was fused.
        ir_map: The compensation map of the pair that was fused.
        settings: Weights and conventions.
    """
    return dict(_terms(fused, scene, ir_map, settings))


def _terms(fused: Tensor, scene: Scene, ir_map: Tensor, settings: FusionSettings) -> Iterator[tuple[str, Tensor]]:
    fuses_source = settings.input == "source"
    vis = scene.vis if fuses_source else scene.impaired
    if settings.map_weight:
        yield "map", settings.map_weight * map_loss(fused, vis, scene.ir, ir_map, settings.norm)
    if settings.structure_weight:
        yield "ssim", settings.structure_weight * structure_loss(fused, vis, scene.ir, settings.ssim_range)
    if settings.lend_weight:
        seen = replace(scene, impaired=vis, patch=torch.zeros_like(scene.patch)) if fuses_source else scene
        for name, term in fusion_loss(fused, seen, settings.lend).items():
            yield f"lend_{name}", settings.lend_weight * term
