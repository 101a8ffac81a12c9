"""What a fused image should be, as a loss: the brighter source's light, the stronger source's edges, both structures.

Where the visible image is blind (the impaired patches of training), infrared *lends* its detail and the light stays the
scene's. Copying infrared's brightness there instead scores alike and paints dark blotches on sunlit surfaces.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from training.data.batch import GREY_RANGE, Scene
from training.data.twins import flicker
from training.losses.faithfulness import undecided_structure, unshared_information
from training.losses.neighbourhood import Moments, blur, box, dilate, gradient, moments
from training.losses.preservation import SCALES, information, lost_edges, lost_information

TARGET_RING = 9  # pixels around a warm target that are its surroundings
HOT_EXCESS = 8.0  # grey levels by which a hot object may raise its own background
OUTLINE_REACH = 4  # pixels; dark places up to twice as wide are outlines
OUTLINE_DEPTH = 3 / GREY_RANGE  # how dark an outline may be that nobody sees
_NOTHING = 1e-4  # what a mean of zeros may differ from zero
WARM_CONTRAST = 0.07  # of a target against them, grey levels scaled to 0…1


@dataclass(frozen=True)
class FusionLossConfig:
    """Weights of the terms and the shape of the target.

    Attributes:
        intensity: Of the distance to the target's light, |F − T|.
        gradient: Of the distance to the gradient of the stronger source.
        similarity: Of SSIM to both sources.
        information: Of the visual information of both sources (VIF).
        information_scales: Scales of it, from the finest; 0 takes the window of SSIM at full resolution only.
        edges: Of the edges of both sources that are lost (Qabf), beside ``gradient``.
        structure: Of the contrast and structure of infrared inside the patch.
        structure_floor: Grey levels of local deviation at which a place of infrared counts half there; weaker ones are
            noise and count less. 0 counts all alike.
        target: Of the local contrast of warm targets.
        outlines: Of narrow dark outlines that neither source has: they please gradients, structure and contrast alike,
            and nobody who looks.
        clipping: Of leaving `levels`.
        levels: Darkest and brightest level of the target, so that what neither source clips is not clipped.
        detail_sigma: Pixels; what of infrared varies faster than this Gaussian counts as detail to lend.
        detail_knee: Grey levels; stronger detail is compressed.
        detail_floor: Grey levels; of detail as weak as this half is lent, as noise, of weaker less. 0 lends it all.
        headroom: How far the scene's light moves to make room for lent detail: 1 makes all that it needs and so darkens
            the surroundings of a bright body, 0 none.
        target_share: Share of a warm target's contrast that is enough.
        lend_contrast: Grey levels by which infrared has to differ from its surroundings, warmer or colder, for lending
            something where visible sees; weaker is noise. Elsewhere ("far") the brighter source is kept as it is, its
            gradients too. 0 lends everything.
        far_intensity: Of |F − T| far from infrared's structure and from patches, beside ``intensity``.
        shared: Of the share of each source's entropy that the fused image does not have there (mutual information).
        shared_bins: Grey bins of that histogram.
        decided: Of the distance to the structure of the closer source there.
        steadiness: Of twins that differ more, fused, than their sources do.
    """

    intensity: float = 6.0
    gradient: float = 16.0
    similarity: float = 0.3
    information: float = 1.0
    information_scales: int = 0
    edges: float = 0.0
    structure: float = 1.0
    structure_floor: float = 0.0
    target: float = 0.3
    outlines: float = 0.0
    clipping: float = 40.0
    levels: tuple[float, float] = (4.0, 249.0)
    detail_sigma: float = 6.0
    detail_knee: float = 60.0
    detail_floor: float = 0.0
    headroom: float = 1.0
    target_share: float = 0.75
    lend_contrast: float = 0.0
    far_intensity: float = 0.0
    shared: float = 0.0
    shared_bins: int = 64
    decided: float = 0.0
    steadiness: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(self.levels))
        if not 0 <= self.information_scales <= SCALES:
            raise ValueError(f"information_scales must be 0 to {SCALES}, not {self.information_scales}")


def fusion_loss(fused: Tensor, scene: Scene, config: FusionLossConfig) -> dict[str, Tensor]:
    """Return the weighted terms of the loss by name; their sum is what training minimises.

    Args:
        fused: ``(N, 1, H, W)``, what the network made of ``scene.impaired`` and ``scene.ir``.
        scene: The batch.
        config: Weights and target.
    """
    f, ir, vis = fused / GREY_RANGE, scene.ir / GREY_RANGE, scene.vis / GREY_RANGE
    to_ir, to_vis = moments(f, ir), moments(f, vis)
    seen = 1 - scene.patch
    places = _Places(scene.patch, seen * (1 - _structured(ir, config.lend_contrast / GREY_RANGE)))
    far = places.far
    dissimilarity = (1 - to_ir.similarity).mean() + (seen * (1 - to_vis.similarity)).mean()
    error = (f - light_target(scene, config) / GREY_RANGE).abs()
    of_ir, of_vis = (ir, to_ir, torch.ones_like(seen)), (vis, to_vis, seen)
    uninformed = [_lost_information(f, *source, config.information_scales) for source in (of_ir, of_vis)]
    terms = {
        "intensity": config.intensity * error.mean(),
        "gradient": config.gradient * _gradient_error(f, ir, vis, places),
        "similarity": config.similarity * dissimilarity,
        "information": config.information * (uninformed[0] + uninformed[1]),
        "structure": config.structure * _lost_structure(to_ir, scene.patch, config.structure_floor / GREY_RANGE),
        "target": config.target * _lost_target_contrast(f, ir, config.target_share),
        "clipping": config.clipping * _clipped(f, config.levels),
    }
    if config.edges:
        terms["edges"] = config.edges * _lost_edges(f, ir, vis, places)
    if config.outlines:
        terms["outlines"] = config.outlines * _outlined(f, ir, vis)
    if config.far_intensity:
        terms["far_intensity"] = config.far_intensity * (far * error).mean()
    if config.shared:
        lacking = [unshared_information(f, source, far, config.shared_bins) for source in (ir, vis)]
        terms["shared"] = config.shared * (lacking[0] + lacking[1])
    if config.decided:
        terms["decided"] = config.decided * undecided_structure(to_ir, to_vis, moments(ir, vis), far)
    if config.steadiness and scene.twins:
        terms["steadiness"] = config.steadiness * flicker(f, ir, scene.impaired / GREY_RANGE, scene.twins)
    return terms


@torch.no_grad()
def light_target(scene: Scene, config: FusionLossConfig) -> Tensor:
    """Return the intensity to aim at: the brighter source, and inside the patch the scene's light with IR's detail."""
    lent = lend(scene.impaired, scene.ir, config)
    return torch.lerp(torch.maximum(scene.ir, scene.vis).clamp(*config.levels), lent, scene.patch)


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


class _Places(NamedTuple):
    """Where the visible image is blind, and where infrared has nothing to lend; ``(N, 1, H, W)`` in 0…1 each."""

    patch: Tensor
    far: Tensor


@torch.no_grad()
def _structured(ir: Tensor, contrast: float) -> Tensor:
    """Return 1 where infrared differs from its surroundings by ``contrast``, and around; 1 everywhere for 0."""
    size = 2 * TARGET_RING + 1
    differs = ((blur(ir, 1.5) - box(ir, size)).abs() >= contrast).to(ir)
    return (box(differs, size) > _NOTHING).to(ir)


def _gradient_error(fused: Tensor, ir: Tensor, vis: Tensor, places: _Places) -> Tensor:
    with torch.no_grad():
        (ir_y, ir_x), (vis_y, vis_x) = gradient(ir), gradient(vis)
        use_ir = (torch.hypot(ir_y, ir_x) >= torch.hypot(vis_y, vis_x)) | (places.patch > 0.5)
        brighter_y, brighter_x = gradient(torch.maximum(ir, vis))
        aim_y, aim_x = (
            torch.lerp(torch.where(use_ir, of_ir, of_vis), brighter, places.far)
            for of_ir, of_vis, brighter in ((ir_y, vis_y, brighter_y), (ir_x, vis_x, brighter_x))
        )
    along_y, along_x = gradient(fused)
    return 0.5 * ((along_y - aim_y).abs().mean() + (along_x - aim_x).abs().mean())


def _lost_edges(fused: Tensor, ir: Tensor, vis: Tensor, places: _Places) -> Tensor:
    of_ir, of_vis = lost_edges(fused, ir, 1 - places.far), lost_edges(fused, vis, 1 - places.patch)
    return (of_ir[0] + of_vis[0]) / (of_ir[1] + of_vis[1] + 1)


def _lost_structure(to_ir: Moments, patch: Tensor, floor: float) -> Tensor:
    counts = patch
    if floor:
        variance = functional.relu(to_ir.var_source)
        counts = patch * variance / (variance + floor**2)
    return (counts * (1 - to_ir.structure)).sum() / (counts.sum() + 1)


def _lost_information(fused: Tensor, source: Tensor, to_source: Moments, seen: Tensor, scales: int) -> Tensor:
    """Return the share of a source's visual information that the fused image lacks where the source is seen.

    As `lost_information`; for 0 scales at full resolution and in SSIM's window only.
    """
    if scales:
        return lost_information(fused, source, seen, scales)
    kept, available = information(to_source)
    return 1 - (seen * kept).sum() / ((seen * available).sum() + 1)


def _lost_target_contrast(fused: Tensor, ir: Tensor, enough: float) -> Tensor:
    """Mean share of the contrast of warm targets against their surroundings that the fused image lacks to be enough."""
    ir_smooth = blur(ir, 1.5)
    warm = (ir_smooth - box(ir, 2 * TARGET_RING + 1) > WARM_CONTRAST).to(ir)
    background = 1 - dilate(warm, 2)
    ir_contrast = ir_smooth - _mean_around(ir, background)
    is_target = warm * (ir_contrast > WARM_CONTRAST)
    around = _mean_around(fused.detach(), background)  # a halo would be contrast, too
    kept = (blur(fused, 1.5) - around) / ir_contrast.clamp(min=WARM_CONTRAST)
    return (is_target * functional.relu(enough - kept)).sum() / (is_target.sum() + 1)


def _outlined(fused: Tensor, ir: Tensor, vis: Tensor) -> Tensor:
    """Mean depth of narrow dark places that are deeper than those of both sources around.

    A dark gap between what is bright in one source and what is bright in the other counts, too: mostly it is the
    outline of something that the two cameras see some pixels apart.

    Source: the bottom-hat transform, Serra, "Image Analysis and Mathematical Morphology", 1982.
    """
    with torch.no_grad():
        allowed = dilate(torch.maximum(_bottom_hat(ir), _bottom_hat(vis)), 1) + OUTLINE_DEPTH
    return functional.relu(_bottom_hat(fused) - allowed).mean()


def _bottom_hat(image: Tensor) -> Tensor:
    return -dilate(-dilate(image, OUTLINE_REACH), OUTLINE_REACH) - image


def _mean_around(image: Tensor, background: Tensor) -> Tensor:
    size = 2 * TARGET_RING + 1
    return box(image * background, size) / box(background, size).clamp(min=1e-3)


def _clipped(fused: Tensor, levels: tuple[float, float]) -> Tensor:
    darkest, brightest = (level / GREY_RANGE for level in levels)
    return (functional.relu(darkest - fused) + functional.relu(fused - brightest)).mean()
