"""Make patches of the visible image blind: erased, overexposed, hazy, smoky, noisy, glaring.

The paper's augmented visible image (AVIS) erases patches to imitate "visually impaired areas". Cameras fail in more
ways than black squares, so the patches here have hard or soft edges and several kinds of blindness.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from training.chance import Chance
from training.losses.neighbourhood import mosaic

KINDS = ("black", "white", "haze", "noise", "smoke", "glare")
MORE_KINDS = ("grey", "veil", "mosaic", "salt", "lines")
NOISE_SD = (45, 80)  # grey levels; weaker noise is easily taken for the texture of bricks or leaves, and the other way


@dataclass(frozen=True)
class ImpairmentConfig:
    """How much of the visible images is impaired, and how.

    Attributes:
        share: Share of the images that get a patch, 0…1.
        kinds: What may happen inside a patch, all equally likely; some of `KINDS` and `MORE_KINDS`.
        side: Smallest and largest side of a patch, relative to the image's side.
        soft: Share of the patches that are blobs with soft edges instead of rectangles.
    """

    share: float = 0.6
    kinds: tuple[str, ...] = KINDS
    side: tuple[float, float] = (0.4, 2.5)
    soft: float = 0.4

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", tuple(self.kinds))
        object.__setattr__(self, "side", tuple(self.side))
        known = KINDS + MORE_KINDS
        if not self.kinds or (unknown := set(self.kinds) - set(known)):
            raise ValueError(f"kinds must be some of {', '.join(known)}, not {sorted(unknown) if self.kinds else '()'}")


def impair(vis: Tensor, config: ImpairmentConfig, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Impair one random patch of every chosen visible image.

    Args:
        vis: ``(N, 1, H, W)`` visible luma, 0…255.
        config: What to do how often.
        generator: The only source of randomness, on the CPU.

    Returns:
        The impaired luma, clipped to 0…255, and the patch: 1 where visible is blind, 0 where it is untouched, between
        the two on soft edges; both like ``vis``.
    """
    chance = Chance(vis, generator)
    patch = chance.patch(config.side, config.soft) * chance.flips(config.share)
    kind = chance.integers(len(config.kinds))
    blind = vis
    for index, name in enumerate(config.kinds):
        blind = torch.where(kind == index, _blinded(vis, name, chance), blind)
    return torch.lerp(vis, blind, patch).clamp(0, 255), patch


def _blinded(vis: Tensor, kind: str, chance: Chance) -> Tensor:
    """Return the whole image as it looks inside a patch of one kind, grey levels, not clipped."""
    if kind in ("black", "white"):
        level = chance.between(0, 12) if kind == "black" else chance.between(243, 262)
        return level + chance.between(0, 0.06) * (vis - 128)
    if kind in ("haze", "smoke"):
        airlight = chance.between(90, 245) if kind == "haze" else chance.field(60, 250)
        return torch.lerp(airlight, vis, chance.between(0.03, 0.2))
    if kind == "noise":
        return vis + chance.between(*NOISE_SD) * chance.noise()
    if kind == "glare":
        return vis + chance.field(120, 420)
    return _spoilt(vis, kind, chance)


def _spoilt(vis: Tensor, kind: str, chance: Chance) -> Tensor:
    """Return one of `MORE_KINDS`: the picture is still there, too little or too broken of it to see anything."""
    if kind == "grey":
        return chance.between(15, 240) + chance.between(-20, 20) * chance.field(-1, 1)
    if kind == "veil":
        return (
            torch.lerp(chance.between(20, 235), vis, chance.between(0.02, 0.12)) + chance.between(0, 4) * chance.noise()
        )
    if kind == "mosaic":
        return mosaic(vis, 8)
    if kind == "salt":
        drawn = chance.between(0, 1, (chance.height, chance.width))
        return torch.where(
            drawn < chance.between(0.25, 0.7), chance.between(0, 255, (chance.height, chance.width)), vis
        )
    rows = chance.between(0, 255, (chance.height, 1))
    return torch.where(chance.between(0, 1, (chance.height, 1)) < chance.between(0.5, 0.9), rows, vis)
