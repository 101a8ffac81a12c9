"""What a fused image should be, as a loss: the brighter source's light, the stronger source's edges, both structures.

Where the visible image is blind (the impaired patches of training), infrared *lends* its detail and the light stays the
scene's. Copying infrared's brightness there instead scores alike and paints dark blotches on sunlit surfaces.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from models.decision import Decision
from training.data.batch import GREY_RANGE, Scene
from training.data.twins import flicker
from training.losses.artefacts import halos, outlines, rims, warmth
from training.losses.faithfulness import undecided_structure, unshared_information
from training.losses.neighbourhood import Moments, blur, box, dilate, gradient, moments, ramp
from training.losses.preservation import SCALES, STRONG_EDGE, broken_edges, information, lost_edges, lost_information

TARGET_RING = 9  # pixels around a warm target that are its surroundings
HOT_EXCESS = 8.0  # grey levels by which a hot object may raise its own background
VISIBLE_LEADS = 0.4  # share of infrared's edges that does not count beside one of visible
WARM_REACH = 12  # pixels; the surroundings that a lifted target stands out from
LIFT_REACH = 4  # pixels around a lifted target where edges are those of the light to aim at
WHITE = (240.0, 250.0)  # grey levels; from where on a bright place is white
FAINT = (1.5 / GREY_RANGE, 5 / GREY_RANGE)  # local deviation of infrared that is noise, and that is structure
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
        rims: Of narrow bright rims that neither source has.
        halos: Of places beside a warm target that are darker than both sources, where visible is smooth.
        broken: Of strong edges of a source, each seen, that lose most of their gradient.
        mirror: Of the contrast and structure of visible where infrared is blind.
        clipping: Of leaving the target's levels.
        levels: Darkest and brightest level of the target where infrared lends.
        own_levels: The same elsewhere, so that what neither source clips is not clipped; none where infrared is blind.
        detail_sigma: Pixels; what of infrared varies faster than this Gaussian counts as detail to lend.
        detail_knee: Grey levels; stronger detail is compressed.
        detail_floor: Grey levels; of detail as weak as this half is lent, as noise, of weaker less. 0 lends it all.
        headroom: How far the scene's light moves to make room for lent detail: 1 makes all that it needs and so darkens
            the surroundings of a bright body, 0 none.
        target_share: Share of a warm target's contrast that is enough.
        lift: Share of a warm target's contrast that the target's light has, by a brighter body, not by a darker ring,
            as far as there is room; 0 leaves the brighter source as it is.
        lend_contrast: Grey levels by which infrared has to differ from its surroundings, warmer or colder, for lending
            something where visible sees; weaker is noise. Elsewhere ("far") the brighter source is kept as it is, its
            gradients too. 0 lends everything.
        lend_reach: Pixels over which what infrared lends falls off; 0 draws a hard line around it.
        far_ir: What infrared's similarity and information count far from its structure, 0…1.
        visible_first: By how much infrared's gradient has to be the stronger one to be the target.
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
    rims: float = 0.0
    halos: float = 0.0
    broken: float = 0.0
    mirror: float = 0.0
    clipping: float = 40.0
    levels: tuple[float, float] = (4.0, 249.0)
    own_levels: tuple[float, float] = (4.0, 249.0)
    detail_sigma: float = 6.0
    detail_knee: float = 60.0
    detail_floor: float = 0.0
    headroom: float = 1.0
    target_share: float = 0.75
    lift: float = 0.0
    lend_contrast: float = 0.0
    lend_reach: int = 0
    far_ir: float = 1.0
    visible_first: float = 1.0
    far_intensity: float = 0.0
    shared: float = 0.0
    shared_bins: int = 64
    decided: float = 0.0
    steadiness: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", tuple(self.levels))
        object.__setattr__(self, "own_levels", tuple(self.own_levels))
        if not 0 <= self.information_scales <= SCALES:
            raise ValueError(f"information_scales must be 0 to {SCALES}, not {self.information_scales}")


def fusion_loss(fused: Tensor, scene: Scene, config: FusionLossConfig) -> dict[str, Tensor]:
    """Return the weighted terms of the loss by name; their sum is what training minimises.

    Args:
        fused: ``(N, 1, H, W)``, what the network made of ``scene.impaired`` and ``scene.ir``.
        scene: The batch.
        config: Weights and target.
    """
    f, ir, vis = fused / GREY_RANGE, scene.offered_ir / GREY_RANGE, scene.vis / GREY_RANGE
    to_ir, to_vis = moments(f, ir), moments(f, vis)
    seen = 1 - scene.patch
    places = _places(scene, config)
    far = places.far
    wanted = 1 - (1 - config.far_ir) * far
    dissimilarity = (wanted * (1 - to_ir.similarity)).mean() + (seen * (1 - to_vis.similarity)).mean()
    aim = light_target(scene, config) / GREY_RANGE
    error = (f - aim).abs()
    of_ir, of_vis = (ir, to_ir, wanted), (vis, to_vis, seen)
    uninformed = [_lost_information(f, *source, config.information_scales) for source in (of_ir, of_vis)]
    terms = {
        "intensity": config.intensity * error.mean(),
        "gradient": config.gradient * _gradient_error(f, (ir, vis, aim), places, config.visible_first),
        "similarity": config.similarity * dissimilarity,
        "information": config.information * (uninformed[0] + uninformed[1]),
        "structure": config.structure * _lost_structure(to_ir, scene.patch, config.structure_floor / GREY_RANGE),
        "target": config.target * _lost_target_contrast(f, ir, config.target_share),
        "clipping": config.clipping * _clipped(f, *_bounds(scene, config)),
    }
    optional: dict[str, Callable[[], Tensor]] = {
        "edges": lambda: _lost_edges(f, ir, vis, places),
        "outlines": lambda: outlines(f, ir, vis),
        "rims": lambda: rims(f, ir, vis),
        "halos": lambda: _mean(seen, halos(f, ir, vis)),
        "broken": lambda: _broken_edges(f, ir, vis, scene),
        "mirror": lambda: _lost_structure(to_vis, scene.ir_blind, config.structure_floor / GREY_RANGE),
        "far_intensity": lambda: _mean(far, error),
        "shared": lambda: _unshared(f, (ir, vis), far, config.shared_bins),
        "decided": lambda: undecided_structure(to_ir, to_vis, moments(ir, vis), far),
    }
    if scene.twins:
        optional["steadiness"] = lambda: _flicker(f, scene)
    for name, term in optional.items():
        if weight := getattr(config, name):
            terms[name] = weight * term()
    return terms


def adorned(decision: Decision, scene: Scene, config: FusionLossConfig) -> Tensor:
    """Return how much of infrared is taken and how much is added where infrared has nothing to lend, a mean.

    An eighth of the grey range added counts like all of infrared.
    """
    idle = 1 - _lending(scene, config)
    return (idle * (decision.ir_weight + decision.residual.abs() * (8 / GREY_RANGE))).mean()


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


@torch.no_grad()
def light_target(scene: Scene, config: FusionLossConfig) -> Tensor:
    """Return the intensity to aim at: the brighter source, and inside the patch the scene's light with IR's detail."""
    lent = lend(scene.impaired, scene.ir, config)
    darkest, brightest = _bounds(scene, config)
    brighter = torch.maximum(scene.offered_ir, scene.vis)
    if config.lift:
        brighter = brighter + _lift(brighter, scene.offered_ir, config.lift)
    return torch.lerp(torch.minimum(torch.maximum(brighter, darkest), brightest), lent, scene.patch)


def _lift(brighter: Tensor, ir: Tensor, share: float) -> Tensor:
    """Return how much brighter warm targets have to be to keep a share of their contrast, grey levels."""
    warm = warmth(ir / GREY_RANGE)
    background = 1 - dilate(warm, 2)
    wanted = _mean_around(brighter, background, WARM_REACH) - share * _mean_around(ir, background, WARM_REACH)
    return warm * functional.relu(wanted + share * blur(ir, 1.5) - blur(brighter, 1.5))


def _bounds(scene: Scene, config: FusionLossConfig) -> tuple[Tensor, Tensor]:
    """Return the darkest and the brightest level of the target at each place, grey levels."""
    whole = (0.0, GREY_RANGE)
    return tuple(  # type: ignore[return-value]  # two of them
        torch.lerp(own + scene.ir_blind * (free - own), torch.full_like(scene.patch, lent), scene.patch)
        for own, lent, free in zip(config.own_levels, config.levels, whole, strict=True)
    )


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
    """Where visible is blind, where infrared has nothing to lend, and warm targets; ``(N, 1, H, W)`` in 0…1 each."""

    patch: Tensor
    far: Tensor
    warm: Tensor | None


@torch.no_grad()
def _lending(scene: Scene, config: FusionLossConfig) -> Tensor:
    """Return where infrared sees and has something to lend, 0…1; where visible is blind, little is something."""
    ir = scene.ir / GREY_RANGE
    offers = torch.lerp(_offers(ir, config), _shows(ir), scene.patch)
    return (1 - scene.ir_blind) * offers


def _shows(ir: Tensor) -> Tensor:
    """Return 1 where infrared has any structure above its noise, 0 where it is flat."""
    mean = box(ir, 7)
    deviation = torch.sqrt(functional.relu(box(ir * ir, 7) - mean * mean))
    return dilate(ramp(deviation, *FAINT), 3)


@torch.no_grad()
def _places(scene: Scene, config: FusionLossConfig) -> _Places:
    offers = _lending(scene, config)
    seen = 1 - scene.patch
    warm = seen * dilate(warmth(scene.offered_ir / GREY_RANGE), LIFT_REACH) if config.lift else None
    return _Places(scene.patch, seen * (1 - offers), warm)


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


def _gradient_error(
    fused: Tensor, images: tuple[Tensor, Tensor, Tensor], places: _Places, visible_first: float
) -> Tensor:
    ir, vis, aim = images
    with torch.no_grad():
        (ir_y, ir_x), (vis_y, vis_x) = gradient(ir), gradient(vis)
        use_ir = torch.hypot(ir_y, ir_x) >= visible_first * torch.hypot(vis_y, vis_x)
        use_ir = use_ir | (places.patch > 0.5)
        brighter_y, brighter_x = gradient(torch.maximum(ir, vis))
        aim_y, aim_x = (
            torch.lerp(torch.where(use_ir, of_ir, of_vis), brighter, places.far)
            for of_ir, of_vis, brighter in ((ir_y, vis_y, brighter_y), (ir_x, vis_x, brighter_x))
        )
        if places.warm is not None:
            aim_y, aim_x = (
                torch.lerp(chosen, of_aim, places.warm)
                for chosen, of_aim in zip((aim_y, aim_x), gradient(aim), strict=True)
            )
    along_y, along_x = gradient(fused)
    return 0.5 * ((along_y - aim_y).abs().mean() + (along_x - aim_x).abs().mean())


def _lost_edges(fused: Tensor, ir: Tensor, vis: Tensor, places: _Places) -> Tensor:
    of_ir, of_vis = lost_edges(fused, ir, 1 - places.far), lost_edges(fused, vis, 1 - places.patch)
    return (of_ir[0] + of_vis[0]) / (of_ir[1] + of_vis[1] + 1)


def _unshared(fused: Tensor, sources: tuple[Tensor, Tensor], seen: Tensor, bins: int) -> Tensor:
    of_ir, of_vis = (unshared_information(fused, source, seen, bins) for source in sources)
    return of_ir + of_vis


def _mean(weight: Tensor, values: Tensor) -> Tensor:
    return (weight * values).mean()


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


def _mean_around(image: Tensor, background: Tensor, reach: int = TARGET_RING) -> Tensor:
    size = 2 * reach + 1
    return box(image * background, size) / box(background, size).clamp(min=1e-3)


def _broken_edges(fused: Tensor, ir: Tensor, vis: Tensor, scene: Scene) -> Tensor:
    """Share of the strong edges of both sources that are lost; where both have one, visible's counts."""
    with torch.no_grad():
        of_visible = (1 - scene.patch) * dilate(ramp(torch.hypot(*gradient(vis)), *STRONG_EDGE), 3)
    counts = (1 - scene.ir_blind) * (1 - VISIBLE_LEADS * of_visible)
    return 0.5 * broken_edges(fused, vis, 1 - scene.patch) + broken_edges(fused, ir, counts)


def _flicker(fused: Tensor, scene: Scene) -> Tensor:
    vis, ir = scene.inputs
    return flicker(fused, ir / GREY_RANGE, vis / GREY_RANGE, scene.twins)


def _clipped(fused: Tensor, darkest: Tensor, brightest: Tensor) -> Tensor:
    return (functional.relu(darkest / GREY_RANGE - fused) + functional.relu(fused - brightest / GREY_RANGE)).mean()
