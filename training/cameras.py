"""What two cameras do to a pair: infrared that is blind, noise on either, infrared some pixels beside visible.

Compensation works both ways only if training shows both: where infrared has nothing to give, visible is the target, its
structure too.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from training.chance import Chance
from training.data.batch import GREY_RANGE, Scene
from training.data.impairment import ImpairmentConfig, impair
from training.losses.neighbourhood import blur, mosaic

BLIND_KINDS = ("flat", "faint", "noise", "stripes", "columns", "salt")
POOR_KINDS = ("blur", "coarse")
"""Infrared of little detail: what is left of it is what there is to show."""


@dataclass(frozen=True)
class InfraredFaults:
    """How much of infrared is impaired, and how.

    Attributes:
        share: Share of the crops, 0…1; visible is left alone in them.
        whole: Share of these that are impaired as a whole, not in a patch.
        kinds: What may happen, all equally likely; some of `BLIND_KINDS` and `POOR_KINDS`.
        side: Smallest and largest side of a patch, relative to the image's side.
        soft: Share of the patches that are blobs with soft edges instead of rectangles.
    """

    share: float = 0.0
    whole: float = 0.4
    kinds: tuple[str, ...] = ("flat", "flat", "flat", "faint", "noise", "stripes", "columns", "salt", "blur", "coarse")
    side: tuple[float, float] = (0.4, 1.6)
    soft: float = 0.3

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", tuple(self.kinds))
        object.__setattr__(self, "side", tuple(self.side))
        known = BLIND_KINDS + POOR_KINDS
        if not self.kinds or set(self.kinds) - set(known):
            raise ValueError(f"kinds of infrared must be some of {', '.join(known)}, not {self.kinds}")


@dataclass(frozen=True)
class CameraSettings:
    """What the cameras do to a crop besides the patches of visible; the defaults do nothing.

    Attributes:
        infrared: Impaired infrared.
        noise_share: Share of the crops of each source that get noise; the target is the picture without it.
        noise: Least and largest standard deviation of it, grey levels; as many weak ones as strong ones.
        bright_share: Share of the crops whose visible image is exposed longer, so that its bright parts are white: that
            is how it is, not a fault.
        shift_share: Share of the crops whose infrared is moved.
        shift: Farthest, pixels along each axis.
    """

    infrared: InfraredFaults = field(default_factory=InfraredFaults)
    noise_share: float = 0.0
    noise: tuple[float, float] = (1.0, 28.0)
    bright_share: float = 0.0
    shift_share: float = 0.0
    shift: int = 4

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise", tuple(self.noise))
        if not 0 < self.noise[0] <= self.noise[1]:
            raise ValueError("cameras: noise is two numbers above 0, smaller one first")

    @property
    def do_nothing(self) -> bool:
        """Whether crops stay as they are."""
        return not (self.infrared.share or self.noise_share or self.shift_share or self.bright_share)


def staged(
    vis: Tensor, ir: Tensor, patches: ImpairmentConfig, cameras: CameraSettings, generator: torch.Generator
) -> Scene:
    """Return the scene of a batch of clean crops.

    Args:
        vis: ``(N, 1, H, W)`` visible luma, 0…255.
        ir: Alike.
        patches: What happens to visible.
        cameras: What happens beside it.
        generator: The only source of randomness, on any device.
    """
    vis = exposed(vis, cameras.bright_share, generator)
    impaired, patch = impair(vis, patches, generator)
    return filmed(Scene(ir, vis, impaired, patch), cameras, generator)


def exposed(vis: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Return visible images of which a share is exposed longer; 0 draws no random number."""
    if not share:
        return vis
    chance = Chance(vis, generator)
    longer = torch.where(chance.flips(share), chance.scaled(1.05, 1.7), torch.ones_like(vis[:, :, :1, :1]))
    return (vis * longer).clamp(max=GREY_RANGE)


def filmed(scene: Scene, cameras: CameraSettings, generator: torch.Generator) -> Scene:
    """Return a scene whose visible image is impaired already as both cameras give it."""
    if cameras.do_nothing:
        return scene
    chance = Chance(scene.ir, generator)
    ir = _moved(scene.ir, chance, cameras)
    blind_ir, ir_patch, is_chosen = _impaired_infrared(ir, chance, cameras.infrared)
    alone = (~is_chosen).to(ir)
    patch = scene.patch * alone
    impaired = torch.lerp(scene.vis, scene.impaired, alone)
    reference = torch.where(is_chosen & (ir_patch == 0), blind_ir, ir)
    return Scene(
        ir=reference,
        vis=scene.vis,
        impaired=_noisy(impaired, chance, cameras),
        patch=patch,
        twins=scene.twins,
        impaired_ir=_noisy(blind_ir, chance, cameras),
        ir_patch=ir_patch,
    )


def _noisy(images: Tensor, chance: Chance, cameras: CameraSettings) -> Tensor:
    strength = chance.scaled(*cameras.noise) * chance.flips(cameras.noise_share)
    return (images + strength * chance.noise()).clamp(0, GREY_RANGE)


def _moved(ir: Tensor, chance: Chance, cameras: CameraSettings) -> Tensor:
    """Return infrared moved by whole pixels, each image its own way, its border repeated."""
    is_moved = chance.flips(cameras.shift_share)
    for axis, length in ((2, chance.height), (3, chance.width)):
        step = (chance.integers(2 * cameras.shift + 1) - cameras.shift) * is_moved
        shape = [1, 1, 1, 1]
        shape[axis] = length
        place = torch.arange(length, device=ir.device).view(shape) - step
        ir = ir.gather(axis, place.clamp(0, length - 1).expand_as(ir))
    return ir


def _impaired_infrared(ir: Tensor, chance: Chance, faults: InfraredFaults) -> tuple[Tensor, Tensor, Tensor]:
    """Return infrared as it is seen, where it is blind, and which images were chosen ``(N, 1, 1, 1)``."""
    is_chosen = chance.flips(faults.share)
    patch = torch.where(chance.flips(faults.whole), torch.ones_like(ir), chance.patch(faults.side, faults.soft))
    patch = patch * is_chosen
    kind = chance.integers(len(faults.kinds))
    seen, is_blind = ir, torch.zeros_like(kind, dtype=torch.bool)
    for index, name in enumerate(faults.kinds):
        seen = torch.where(kind == index, _faulty(ir, name, chance), seen)
        is_blind = is_blind | ((kind == index) & (name in BLIND_KINDS))
    return torch.lerp(ir, seen, patch).clamp(0, GREY_RANGE), patch * is_blind, is_chosen


def _faulty(ir: Tensor, kind: str, chance: Chance) -> Tensor:
    """Return the whole image as it looks where it has one fault, grey levels, not clipped."""
    if kind == "flat":  # a cap, a shutter, a washed-out gain: black and white as often as a grey
        drift = chance.between(0, 6) * chance.flips(0.3) * chance.field(-1, 1)
        return (
            chance.between(-80, 335).clamp(0, GREY_RANGE)
            + drift
            + chance.between(0, 2) * chance.flips(0.5) * chance.noise()
        )
    if kind == "faint":
        return chance.between(0, 255) + chance.between(0.01, 0.07) * (ir - 128)
    if kind == "noise":
        return ir + chance.between(28, 60) * chance.noise()
    if kind == "salt":
        drawn = chance.between(0, 1, (chance.height, chance.width))
        return torch.where(
            drawn < chance.between(0.1, 0.5), chance.between(-100, 355, (chance.height, chance.width)), ir
        )
    if kind in ("stripes", "columns"):
        return ir + _lines(kind, chance)
    return blur(ir, 3.0) if kind == "blur" else mosaic(ir, 4)


def _lines(kind: str, chance: Chance) -> Tensor:
    """Return what lines of a sensor add: regular stripes, or an offset of each column; upright or lying."""
    upright = chance.flips(0.6)
    if kind == "columns":
        offsets = chance.noise(rows=1) * chance.between(12, 40)
        lying = chance.between(-1.7, 1.7, (chance.height, 1)) * chance.between(12, 40)
        return torch.where(upright, offsets, lying)
    along = torch.arange(chance.width, device=chance.images.device).view(1, 1, 1, -1).to(chance.images)
    down = torch.arange(chance.height, device=chance.images.device).view(1, 1, -1, 1).to(chance.images)
    phase = torch.where(upright, along, down) / chance.scaled(2.5, 30) + chance.between(0, 1)
    is_on = (phase - phase.floor()) < chance.between(0.15, 0.6)
    strength = chance.between(18, 65) * torch.where(chance.flips(0.5), 1.0, -1.0)
    return is_on.to(chance.images) * strength
