"""Where each source counts: visible where it sees, infrared where it has something to lend."""

from typing import NamedTuple

import torch
from torch import Tensor

from models.decision import Decision
from training.data.batch import GREY_RANGE, Scene
from training.losses.artefacts import halos, warmth
from training.losses.fusion_config import FusionLossConfig
from training.losses.neighbourhood import TARGET_RING, blur, box, deviation, dilate, ramp

LIFT_REACH = 4  # pixels around a lifted target where edges are those of the light to aim at
WHITE = (240.0, 250.0)  # grey levels; from where on a bright place is white
FAINT = (1.5 / GREY_RANGE, 5 / GREY_RANGE)  # local deviation of infrared that is noise, and that is structure
_NOTHING = 1e-4  # what a mean of zeros may differ from zero


class Places(NamedTuple):
    """Where visible is blind, where infrared has nothing to lend, and warm targets; ``(N, 1, H, W)`` in 0…1 each."""

    patch: Tensor
    far: Tensor
    warm: Tensor | None


@torch.no_grad()
def places_of(scene: Scene, config: FusionLossConfig) -> Places:
    """Return the places of a scene; those of warm targets where the loss lifts them."""
    offers = _lending(scene, config)
    seen = 1 - scene.patch
    warm = seen * dilate(warmth(scene.offered_ir / GREY_RANGE), LIFT_REACH) if config.lift else None
    return Places(scene.patch, seen * (1 - offers), warm)


@torch.no_grad()
def worth_learning(taught: Tensor, scene: Scene, config: FusionLossConfig) -> Tensor:
    """Return where a student may imitate what another network made of a scene, 0…1.

    That is where infrared sees and has something to lend, the patches included, but neither where the other network
    turns white grey nor where it darkens what lies beside a warm target.
    """
    f, ir, vis = taught / GREY_RANGE, scene.offered_ir / GREY_RANGE, scene.vis / GREY_RANGE
    lends = _lending(scene, config)
    greys = (1 - scene.patch) * ramp(scene.vis, *WHITE)
    return lends * (1 - greys) * (halos(f, ir, vis) <= 0).to(f)


def adorned(decision: Decision, scene: Scene, config: FusionLossConfig) -> Tensor:
    """Return how much of infrared is taken and how much is added where infrared has nothing to lend, a mean.

    An eighth of the grey range added counts like all of infrared.
    """
    idle = 1 - _lending(scene, config)
    return (idle * (decision.ir_weight + decision.residual.abs() * (8 / GREY_RANGE))).mean()


@torch.no_grad()
def _lending(scene: Scene, config: FusionLossConfig) -> Tensor:
    """Return where infrared sees and has something to lend, 0…1; where visible is blind, little is something."""
    ir = scene.ir / GREY_RANGE
    offers = torch.lerp(_offers(ir, config), _shows(ir), scene.patch)
    return (1 - scene.ir_blind) * offers


def _shows(ir: Tensor) -> Tensor:
    """Return 1 where infrared has any structure above its noise, 0 where it is flat."""
    return dilate(ramp(deviation(ir, 7), *FAINT), 3)


@torch.no_grad()
def _offers(ir: Tensor, config: FusionLossConfig) -> Tensor:
    """Return 1 where infrared differs from its surroundings by ``lend_contrast``, and around; 1 everywhere for 0.

    With ``lend_reach`` in proportion: half of it for half the contrast, falling off over that many pixels.
    """
    size = 2 * TARGET_RING + 1
    contrast = config.lend_contrast / GREY_RANGE
    differs = (blur(ir, 1.5) - box(ir, size)).abs()
    if not config.lend_reach:
        return (box((differs >= contrast).to(ir), size) > _NOTHING).to(ir)
    reach = config.lend_reach
    return blur(dilate(ramp(differs, 0.5 * contrast, 1.5 * contrast), reach), reach / 2)
