"""Make patches of the visible image blind: erased, overexposed, hazy, smoky, noisy, glaring.

The paper's augmented visible image (AVIS) erases patches to imitate "visually impaired areas". Cameras fail in more
ways than black squares, so the patches here have hard or soft edges and several kinds of blindness.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

KINDS = ("black", "white", "haze", "noise", "smoke", "glare")
NOISE_SD = (45, 80)  # grey levels; weaker noise is easily taken for the texture of bricks or leaves, and the other way
SMOKE_CELLS = 5  # smoke billows: a random field of so many knots across the crop


@dataclass(frozen=True)
class ImpairmentConfig:
    """How much of the visible images is impaired, and how.

    Attributes:
        share: Share of the images that get a patch, 0…1.
        kinds: What may happen inside a patch, all equally likely; see `KINDS`.
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
        if not self.kinds or (unknown := set(self.kinds) - set(KINDS)):
            raise ValueError(f"kinds must be some of {', '.join(KINDS)}, not {sorted(unknown) if self.kinds else '()'}")


def impair(vis: Tensor, config: ImpairmentConfig, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Impair one random patch of every chosen visible image.

    Args:
        vis: ``(N, 1, H, W)`` visible luma, 0…255.
        config: What to do how often.
        generator: The only source of randomness, on the device of the images.

    Returns:
        The impaired luma, clipped to 0…255, and the patch: 1 where visible is blind, 0 where it is untouched, between
        the two on soft edges; both like ``vis``.
    """
    chance = _Chance(vis, generator)
    patch = torch.where(chance.flips(config.soft), _blobs(chance, config.side), _rectangles(chance, config.side))
    patch = patch * chance.flips(config.share)
    kind = chance.integers(len(config.kinds))
    blind = vis
    for index, name in enumerate(config.kinds):
        blind = torch.where(kind == index, _blinded(vis, name, chance), blind)
    return torch.lerp(vis, blind, patch).clamp(0, 255), patch


class _Chance:
    """Random tensors that broadcast against one batch of images: one draw per image unless said otherwise."""

    def __init__(self, images: Tensor, generator: torch.Generator) -> None:
        self.images, self.generator = images, generator
        self.height, self.width = images.shape[-2:]

    def between(self, low: float, high: float, cells: tuple[int, int] = (1, 1)) -> Tensor:
        shape = (self.images.shape[0], 1, *cells)
        return low + (high - low) * torch.rand(shape, generator=self.generator, device=self.generator.device)

    def flips(self, share: float) -> Tensor:
        return self.between(0, 1) < share

    def integers(self, count: int) -> Tensor:
        return self.between(0, count).long().clamp(max=count - 1)

    def field(self, low: float, high: float) -> Tensor:
        knots = self.between(low, high, (SMOKE_CELLS, SMOKE_CELLS))
        return functional.interpolate(knots, (self.height, self.width), mode="bicubic", align_corners=True)

    def noise(self) -> Tensor:
        return torch.randn(self.images.shape, generator=self.generator, device=self.generator.device)


def _offsets(chance: _Chance, side: tuple[float, float]) -> tuple[Tensor, Tensor]:
    """Distances from a random patch's centre, 1 on its border, along y and x."""
    axes = []
    for length, shape in ((chance.height, (1, 1, -1, 1)), (chance.width, (1, 1, 1, -1))):
        position = torch.arange(length, device=chance.images.device).view(shape) + 0.5
        centre, half = chance.between(0, length), chance.between(*side) * (length / 2)
        axes.append((position - centre).abs() / half)
    return axes[0], axes[1]


def _rectangles(chance: _Chance, side: tuple[float, float]) -> Tensor:
    dy, dx = _offsets(chance, side)
    return (torch.maximum(dy, dx) <= 1).to(chance.images)


def _blobs(chance: _Chance, side: tuple[float, float]) -> Tensor:
    dy, dx = _offsets(chance, side)
    return ((1 - torch.sqrt(dy * dy + dx * dx)) * chance.between(2, 8)).clamp(0, 1)


def _blinded(vis: Tensor, kind: str, chance: _Chance) -> Tensor:
    """Return the whole image as it looks inside a patch of one kind, grey levels, not clipped."""
    if kind in ("black", "white"):
        level = chance.between(0, 12) if kind == "black" else chance.between(243, 262)
        return level + chance.between(0, 0.06) * (vis - 128)
    if kind in ("haze", "smoke"):
        airlight = chance.between(90, 245) if kind == "haze" else chance.field(60, 250)
        return torch.lerp(airlight, vis, chance.between(0.03, 0.2))
    if kind == "noise":
        return vis + chance.between(*NOISE_SD) * chance.noise()
    return vis + chance.field(120, 420)
