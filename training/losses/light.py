"""The light to aim at: the brighter source's, and where visible is blind the scene's with infrared's detail on it."""

import torch
from torch import Tensor
from torch.nn import functional

from training.data.batch import GREY_RANGE, Scene
from training.losses.artefacts import warmth
from training.losses.fusion_config import FusionLossConfig
from training.losses.neighbourhood import blur, dilate, mean_around

HOT_EXCESS = 8.0  # grey levels by which a hot object may raise its own background
WARM_REACH = 12  # pixels; the surroundings that a lifted target stands out from


@torch.no_grad()
def light_target(scene: Scene, config: FusionLossConfig) -> Tensor:
    """Return the intensity to aim at: the brighter source, and inside the patch the scene's light with IR's detail."""
    lent = lend(scene.impaired, scene.ir, config)
    darkest, brightest = bounds(scene, config)
    brighter = torch.maximum(scene.offered_ir, scene.vis)
    if config.lift:
        brighter = brighter + _lift(brighter, scene.offered_ir, config.lift)
    return torch.lerp(torch.minimum(torch.maximum(brighter, darkest), brightest), lent, scene.patch)


def lend(impaired: Tensor, ir: Tensor, config: FusionLossConfig) -> Tensor:
    """Put infrared's detail on the light of a blind visible image.

    The light is the blurred visible image, moved only as far as the detail around needs headroom. Infrared shows as it
    is where it is brighter than that: a person before black keeps the body's brightness, not only its outline.

    Args:
        impaired: ``(N, 1, H, W)`` visible luma without detail of its own, grey levels.
        ir: ``(N, 1, H, W)`` infrared, grey levels.
        config: ``detail_sigma``, ``detail_knee`` and ``levels``.

    Returns:
        ``(N, 1, H, W)`` within ``config.levels``.
    """
    darkest, brightest = config.levels
    sigma = config.detail_sigma
    detail = _detail(ir, config)
    reach = round(sigma)
    peak = blur(dilate(detail, reach), sigma / 2)
    trough = -blur(dilate(-detail, reach), sigma / 2)
    light = blur(impaired, sigma)
    roomy = torch.minimum(torch.maximum(light, darkest - trough), brightest - peak)
    roomy = torch.lerp(light, roomy, config.headroom)
    return torch.maximum(roomy + detail, ir).clamp(darkest, brightest)


def _lift(brighter: Tensor, ir: Tensor, share: float) -> Tensor:
    """Return how much brighter warm targets have to be to keep a share of their contrast, grey levels."""
    warm = warmth(ir / GREY_RANGE)
    background = 1 - dilate(warm, 2)
    wanted = mean_around(brighter, background, WARM_REACH) - share * mean_around(ir, background, WARM_REACH)
    return warm * functional.relu(wanted + share * blur(ir, 1.5) - blur(brighter, 1.5))


def bounds(scene: Scene, config: FusionLossConfig) -> tuple[Tensor, Tensor]:
    """Return the darkest and the brightest level of the target at each place, grey levels."""
    whole = (0.0, GREY_RANGE)
    return tuple(  # type: ignore[return-value]  # two of them
        torch.lerp(own + scene.ir_blind * (free - own), torch.full_like(scene.patch, lent), scene.patch)
        for own, lent, free in zip(config.own_levels, config.levels, whole, strict=True)
    )


def _detail(ir: Tensor, config: FusionLossConfig) -> Tensor:
    """Return how infrared differs from its background, grey levels.

    Hot objects count little in the background, so that they stand out as a whole and cast no dark halo; what differs
    by more than the knee counts half beyond it, so that it fits into the room there is.
    """
    sigma = config.detail_sigma
    background = blur(torch.minimum(ir, blur(ir, sigma) + HOT_EXCESS), sigma)
    detail = ir - background
    if config.detail_floor:
        detail = detail.pow(3) / (detail.square() + config.detail_floor**2)
    return detail - 0.5 * torch.sign(detail) * functional.relu(detail.abs() - config.detail_knee)
