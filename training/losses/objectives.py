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
from training.losses.neighbourhood import blur, ramp
from training.losses.objective_settings import AvisSettings, ContrastSettings, FusionSettings
from training.losses.paper import Descriptions, augmented_contrast, map_loss, pair_contrast, pull, structure_loss

Losses = dict[str, Tensor]

_LEAST_PROBABILITY = 1e-4
MAP_SIGMA = 3.0  # pixels; places of lending do not follow single pixels
MAP_LENDS = (0.6, 0.9)  # from where on the map says so, and where it is certain
STRUCTURE = (4.0, 12.0)  # grey levels of local deviation that are little to see, and enough
BRIGHTER_BY = 30.0  # grey levels; for the ablation


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


def contrast_losses(features: Features, perceived: Perceived, scene: Scene, settings: ContrastSettings) -> Losses:
    """Return the terms of L_c, which trains the CPN: L_pn and the weighted L_Apn."""
    vis, avis, infrared = (
        describe(source, settings.feature_range) for source in (features.vis, features.avis, features.ir)
    )
    apart = augmented_contrast(perceived.source, Descriptions(avis, infrared))
    if perceived.augmented is not None:
        apart = apart + _augmented_map_loss(perceived.source, perceived.augmented, scene, settings)
    return {
        "pair": pair_contrast(perceived.source, Descriptions(vis, infrared)),
        "augmented_pair": settings.augmented_weight * apart,
    }


def _augmented_map_loss(
    source: Compensation, augmented: Compensation, scene: Scene, settings: ContrastSettings
) -> Tensor:
    if settings.augmented_map == "embeds":
        return pull(source.ir_embedding, augmented.ir_embedding)
    ir_map = augmented.ir_map.clamp(_LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    if settings.augmented_map == "patch":
        return functional.binary_cross_entropy(ir_map, scene.patch)
    of_vis, of_ir = scene.patch, scene.ir_blind
    return -(_mean_where(of_vis, ir_map.log()) + _mean_where(of_ir, (1 - ir_map).log()))


def _mean_where(weight: Tensor, values: Tensor) -> Tensor:
    return (weight * values).sum() / (weight.sum() + 1)


@torch.no_grad()
def decided_by(ir_map: Tensor, scene: Scene, say: float) -> Scene:
    """Return the scene with places of lending, and of visible alone, where the compensation map finds them.

    A source with structure of its own sees, whatever the map says of it.

    Args:
        ir_map: ``(N, 1, H, W)`` in 0…1, of the pair as the network sees it.
        scene: With the run's own patches, which stay.
        say: 0…1, how much the map counts outside of them.
    """
    smooth = blur(ir_map.detach(), MAP_SIGMA)
    free = (1 - scene.patch) * (1 - scene.ir_blind)
    lends = say * free * ramp(smooth, *MAP_LENDS) * (1 - _has_structure(scene.impaired))
    keeps = say * free * ramp(1 - smooth, *MAP_LENDS) * (1 - _has_structure(scene.ir))
    return replace(scene, patch=scene.patch + lends, ir_patch=scene.ir_blind + keeps)


def _has_structure(image: Tensor) -> Tensor:
    mean = blur(image, MAP_SIGMA)
    deviation = torch.sqrt(functional.relu(blur(image * image, MAP_SIGMA) - mean * mean))
    return ramp(deviation, *STRUCTURE)


def _map_of(scene: Scene, ir_map: Tensor, settings: FusionSettings) -> Tensor:
    """Return the map that decides where infrared lends: the CPN's, or what an ablation puts in its place."""
    vis, ir = scene.inputs
    if settings.map_source == "brightness":
        return torch.sigmoid((ir - vis) / BRIGHTER_BY)
    return torch.full_like(ir_map, 0.5) if settings.map_source == "nothing" else ir_map


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
    vis, ir = (scene.vis, scene.ir) if fuses_source else scene.inputs
    if settings.map_weight:
        yield "map", settings.map_weight * map_loss(fused, vis, ir, ir_map, settings.norm)
    if settings.structure_weight:
        yield "ssim", settings.structure_weight * structure_loss(fused, vis, ir, settings.ssim_range)
    if settings.lend_weight:
        seen = Scene(scene.ir, vis, vis, torch.zeros_like(scene.patch)) if fuses_source else scene
        if settings.map_lends:
            seen = decided_by(_map_of(scene, ir_map, settings), seen, settings.map_lends)
        for name, term in fusion_loss(fused, seen, settings.lend).items():
            yield f"lend_{name}", settings.lend_weight * term
