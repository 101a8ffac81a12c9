"""A teacher's picture without its faults, as a target: imitate what it does well, not its grey lakes and halos.

A teacher that turns white grey, prints infrared's grain on a good sky or copies a blind infrared is right nearly
everywhere else. These faults can be told from the sources as they were before training impaired them, so the target is
the teacher's picture with such places put right, and a student learns all of it from one distance.

Where visible is bright and smooth and infrared shows nothing around, visible is the target. Where it is white,
infrared's detail lies on it, and the light moves only as far as this detail needs room: a target that jumps back to
white close to it would draw a shore round everything that infrared shows.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.data.batch import GREY_RANGE, Scene
from training.losses.artefacts import HALO_REACH, warmth
from training.losses.neighbourhood import blur, box, deviation, dilate, gradient, moments, ramp

_NEAR, _FAR_AROUND = 7, 15  # pixels; windows in which a source shows something or nothing
_SMOOTH = (6.0, 14.0)  # local deviation, grey levels, of a visible image that hides no halo, and that hides all of it
_DETAIL_SIGMA = 6.0  # pixels; what varies faster than this is infrared's detail
_HOT_EXCESS = 8.0  # grey levels by which a hot object may raise its own background
_LIFT_REACH = 12  # pixels; the surroundings that a warm target stands out from
_WHITE = (225.0, 245.0)  # grey levels; from where on a bright place is white
_BRIGHTEST = 250.0  # grey levels; a lifted target is not clipped


@dataclass(frozen=True)
class CorrectionConfig:
    """What is put right in a teacher's picture, and how a student's distance to it is measured.

    Attributes:
        nothing: Grey levels of infrared's local deviation up to which it adds nothing to a bright smooth place, and
            from which on it adds all of its detail.
        smooth: Visible's local deviation of a smooth place, and of one that is left to the teacher.
        hung: How far infrared's detail is hung below white outside of patches, 0…1. It shows wires on a white sky, and
            shades white beside a strong edge of infrared: skyline, trees; 0 leaves such places to the teacher.
        brighter: By how much visible has to be brighter than infrared around for this, grey levels.
        veil: Infrared's local deviation far around up to which it is blind though nobody said so; (0, 0): never.
        halo: Grey levels that a place beside a warm target may be darker than both sources.
        dazzling: Visible's grey levels from which on it may be darker all the same; a band of haze and a good sky look
            alike there.
        sees: Visible's local deviation somewhere around from which on it is not blind; where it is blind, a warm
            target may darken its surroundings, there is no other way to show it.
        lift: Share of a warm target's contrast for which it is made brighter, as far as there is room; 0: never.
        brightest: Grey level that the target does not exceed where both sources see; full white looks like a source
            that clips.
        gradient: Of the distance of the gradients, beside that of the levels.
        structure: Of the contrast and structure that differ.
        attention: By how much more places count where a source is blind, and on warm targets; they are few.
    """

    nothing: tuple[float, float] = (6.0, 9.0)
    smooth: tuple[float, float] = (5.0, 10.0)
    hung: float = 1.0
    brighter: tuple[float, float] = (5.0, 25.0)
    veil: tuple[float, float] = (0.0, 0.0)
    halo: float = 14.0
    dazzling: tuple[float, float] = (256.0, 257.0)
    sees: tuple[float, float] = (12.0, 20.0)
    lift: float = 0.5
    brightest: float = 255.0
    gradient: float = 2.0
    structure: float = 0.1
    attention: float = 0.0

    def __post_init__(self) -> None:
        for name in ("nothing", "smooth", "brighter", "veil", "dazzling", "sees"):
            low, high = getattr(self, name)
            object.__setattr__(self, name, (low, high))
            if not 0 <= low <= high:
                raise ValueError(f"{name} is two numbers from 0, smaller one first, not {low}, {high}")


@torch.no_grad()
def corrected(taught: Tensor, scene: Scene, config: CorrectionConfig) -> Tensor:
    """Return what a teacher made of a scene's sources, put right; ``(N, 1, H, W)`` grey levels.

    Args:
        taught: What it made of visible, blind where the scene's patch is, and infrared as recorded; no noise.
        scene: The batch.
        config: What to put right.
    """
    ir, vis = scene.ir, torch.lerp(scene.vis, scene.impaired, scene.patch)
    smooth = (1 - ramp(_deviation(vis, _NEAR), *config.smooth)) * ramp(vis - blur(ir, 2.0), *config.brighter)
    target = torch.lerp(taught, vis, blur(smooth, 1.0) * (1 - _shows(ir, config.nothing)))
    hangs = blur(smooth * ramp(vis, *_WHITE), 1.5) * (config.hung + (1 - config.hung) * scene.patch)
    target = torch.lerp(target, _lit(vis, ir, config.nothing), hangs)
    target = torch.lerp(_beside_warm(target, vis, ir, config), target, scene.patch)
    target = target.clamp(max=config.brightest)
    blind = scene.ir_blind
    if config.veil[1]:
        flat = 1 - ramp(dilate(_deviation(ir, _FAR_AROUND), _FAR_AROUND), *config.veil)
        blind = torch.maximum(blind, blur(flat, 3.0))
    return torch.lerp(target, scene.vis, blind)


def _shows(ir: Tensor, nothing: tuple[float, float]) -> Tensor:
    """Return where infrared shows something, and some pixels around it, falling off slowly, 0…1."""
    return blur(dilate(ramp(_deviation(ir, _NEAR), *nothing), 3), 3.0)


def _lit(vis: Tensor, ir: Tensor, nothing: tuple[float, float]) -> Tensor:
    """Return visible with infrared's detail on it, the light moved as far as the detail needs room."""
    sigma = _DETAIL_SIGMA
    background = blur(torch.minimum(ir, blur(ir, sigma) + _HOT_EXCESS), sigma)
    detail = ir - background
    detail = detail * _shows(ir, nothing)
    reach = round(sigma)
    peak = blur(dilate(detail, reach), sigma / 2)
    trough = -blur(dilate(-detail, reach), sigma / 2)
    light = torch.minimum(torch.maximum(vis, -trough), GREY_RANGE - peak)
    return torch.maximum(light + detail, ir).clamp(0, GREY_RANGE)


def _beside_warm(taught: Tensor, vis: Tensor, ir: Tensor, config: CorrectionConfig) -> Tensor:
    """Return the teacher's picture with warm targets lifted instead of their surroundings darkened."""
    warm = warmth(ir / GREY_RANGE)
    beside = functional.relu(dilate(warm, HALO_REACH) - dilate(warm, 1))
    sees = ramp(dilate(_deviation(vis, _NEAR), 2 * HALO_REACH), *config.sees)
    counts = beside * (1 - ramp(_deviation(vis, _NEAR), *_SMOOTH)) * blur(sees, 3.0)
    counts = counts * (1 - ramp(blur(vis, 2.0), *config.dazzling))
    allowed = torch.maximum(taught, torch.maximum(ir, vis) - config.halo)
    target = torch.lerp(taught, allowed, counts)
    if not config.lift:
        return target
    background = 1 - dilate(warm, 2)
    of_ir = blur(ir, 1.5) - _around(ir, background)
    wanted = (_around(target, background) + config.lift * of_ir).clamp(max=_BRIGHTEST)
    room = functional.relu(_BRIGHTEST - target)
    return target + torch.minimum(warm * functional.relu(wanted - blur(target, 1.5)), room)


def _around(image: Tensor, background: Tensor) -> Tensor:
    size = 2 * _LIFT_REACH + 1
    return box(image * background, size) / box(background, size).clamp(min=1e-3)


def _deviation(image: Tensor, size: int) -> Tensor:
    """Return the local standard deviation in a window, grey levels as the image."""
    return deviation(image / GREY_RANGE, size) * GREY_RANGE


def unlike(fused: Tensor, target: Tensor, scene: Scene, config: CorrectionConfig) -> Tensor:
    """Return how far a fused image is from its target: levels, gradients, structure; a mean, levels scaled to 0…1."""
    f, t = fused / GREY_RANGE, target / GREY_RANGE
    counts = _attention(scene, config.attention)
    distance = (counts * (f - t).abs()).mean()
    if config.gradient:
        along = zip(gradient(f), gradient(t), strict=True)
        distance = distance + 0.5 * config.gradient * sum((counts * (of_f - of_t).abs()).mean() for of_f, of_t in along)
    if config.structure:
        distance = distance + config.structure * (counts * (1 - moments(f, t).structure)).mean()
    return distance


@torch.no_grad()
def _attention(scene: Scene, more: float) -> Tensor:
    """Return what each place counts: more where a source is blind, and on and beside warm targets; mean 1."""
    warm = dilate(warmth(scene.ir / GREY_RANGE), 4) * (1 - scene.ir_blind)
    counts = 1 + more * (torch.maximum(scene.patch, scene.ir_blind) + warm)
    return counts / counts.mean()
