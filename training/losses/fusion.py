"""What a fused image should be, as a loss: the brighter source's light, the stronger source's edges, both structures.

Where the visible image is blind (the impaired patches of training), infrared *lends* its detail and the light stays the
scene's. Copying infrared's brightness there instead scores alike and paints dark blotches on sunlit surfaces.
"""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

from training.data.batch import GREY_RANGE, Scene
from training.data.twins import flicker
from training.losses.artefacts import halos, outlines, rims
from training.losses.faithfulness import undecided_structure
from training.losses.fusion_config import FusionLossConfig
from training.losses.light import bounds, light_target
from training.losses.neighbourhood import Moments, moments
from training.losses.places import Places, places_of
from training.losses.terms import (
    broken_edges_of_both,
    edges_of_both,
    gradient_error,
    lost_structure,
    lost_target_contrast,
    uninformed,
    unshared_by_both,
)


class _View(NamedTuple):
    """What the terms look at: images in 0…1, their moments, places, and what each counts for infrared and visible."""

    f: Tensor
    ir: Tensor
    vis: Tensor
    to_ir: Moments
    to_vis: Moments
    places: Places
    wanted: Tensor
    seen: Tensor


def fusion_loss(fused: Tensor, scene: Scene, config: FusionLossConfig) -> dict[str, Tensor]:
    """Return the weighted terms of the loss by name; their sum is what training minimises.

    Args:
        fused: ``(N, 1, H, W)``, what the network made of ``scene.impaired`` and ``scene.ir``.
        scene: The batch.
        config: Weights and target.
    """
    view = _viewed(fused, scene, config)
    f, ir, vis, to_ir, to_vis, places, wanted, seen = view
    dissimilarity = (wanted * (1 - to_ir.similarity)).mean() + (seen * (1 - to_vis.similarity)).mean()
    aim = light_target(scene, config) / GREY_RANGE
    error = (f - aim).abs()
    of_ir, of_vis = (ir, to_ir, wanted), (vis, to_vis, seen)
    unseen = [uninformed(f, *source, config.information_scales) for source in (of_ir, of_vis)]
    terms = {
        "intensity": config.intensity * error.mean(),
        "gradient": config.gradient * gradient_error(f, (ir, vis, aim), places, config.visible_first),
        "similarity": config.similarity * dissimilarity,
        "information": config.information * (unseen[0] + unseen[1]),
        "structure": config.structure * lost_structure(to_ir, scene.patch, config.structure_floor / GREY_RANGE),
        "target": config.target * lost_target_contrast(f, ir, config.target_share),
        "clipping": config.clipping * _clipped(f, *bounds(scene, config)),
    }
    for name, term in _optional(view, error, scene, config).items():
        if weight := getattr(config, name):
            terms[name] = weight * term()
    return terms


def _viewed(fused: Tensor, scene: Scene, config: FusionLossConfig) -> _View:
    f, ir, vis = fused / GREY_RANGE, scene.offered_ir / GREY_RANGE, scene.vis / GREY_RANGE
    places = places_of(scene, config)
    wanted = 1 - (1 - config.far_ir) * places.far
    return _View(f, ir, vis, moments(f, ir), moments(f, vis), places, wanted, 1 - scene.patch)


def _optional(view: _View, error: Tensor, scene: Scene, config: FusionLossConfig) -> dict[str, Callable[[], Tensor]]:
    """Return the terms that are computed only where they have a weight; its name is theirs."""
    f, ir, vis, to_ir, to_vis, places, _, seen = view
    terms: dict[str, Callable[[], Tensor]] = {
        "edges": lambda: edges_of_both(f, ir, vis, places),
        "outlines": lambda: outlines(f, ir, vis),
        "rims": lambda: rims(f, ir, vis),
        "halos": lambda: _mean(seen, halos(f, ir, vis)),
        "broken": lambda: broken_edges_of_both(f, ir, vis, scene),
        "mirror": lambda: lost_structure(to_vis, scene.ir_blind, config.structure_floor / GREY_RANGE),
        "far_intensity": lambda: _mean(places.far, error),
        "shared": lambda: unshared_by_both(f, (ir, vis), places.far, config.shared_bins),
        "decided": lambda: undecided_structure(to_ir, to_vis, moments(ir, vis), places.far),
    }
    if scene.twins:
        terms["steadiness"] = lambda: _flicker(f, scene)
    return terms


def _mean(weight: Tensor, values: Tensor) -> Tensor:
    return (weight * values).mean()


def _flicker(fused: Tensor, scene: Scene) -> Tensor:
    vis, ir = scene.inputs
    return flicker(fused, ir / GREY_RANGE, vis / GREY_RANGE, scene.twins)


def _clipped(fused: Tensor, darkest: Tensor, brightest: Tensor) -> Tensor:
    return (functional.relu(darkest / GREY_RANGE - fused) + functional.relu(fused - brightest / GREY_RANGE)).mean()
