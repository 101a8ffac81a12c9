"""Twins: some crops of a batch come twice with other sensor noise, so that training sees what a resting camera sees.

From one frame to the next a resting scene differs by noise alone. A fused video may flicker as its sources do; where a
decision tips over by a little noise it flickers more, and no single image shows it.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.data.batch import GREY_RANGE, Scene
from training.losses.neighbourhood import blur

COARSE_GRAIN = 4  # pixels; noise behind a camera's compression is not white
FLICKER_SIGMA = 2.0  # pixels; flicker is seen as a strength around a place, not pixel by pixel
_FAINTEST = 0.05 / GREY_RANGE  # keeps the square root smooth


@dataclass(frozen=True)
class TwinSettings:
    """How many twins there are, and how noisy.

    Attributes:
        count: Crops at the end of a batch that are the first ones again; 0 leaves twins out.
        noise: Least and largest standard deviation of what is added to a twin, grey levels, each source its own.
    """

    count: int = 0
    noise: tuple[float, float] = (0.3, 4.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise", tuple(self.noise))
        if self.count < 0 or not 0 < self.noise[0] <= self.noise[1]:
            raise ValueError("twins: count must not be negative, noise is two numbers above 0, smaller one first")

    def check(self, batch_size: int) -> None:
        """Raise `ValueError` where a batch has no room for the twins and their first ones."""
        if 2 * self.count > batch_size:
            raise ValueError(f"twins: count must be at most {batch_size // 2}, half the batch, not {self.count}")


def twinned(scene: Scene, settings: TwinSettings, generator: torch.Generator) -> Scene:
    """Return the scene with twins in place of its last crops: the first ones again, patch and all, with other noise."""
    count = settings.count
    if not count:
        return scene

    def twin(images: Tensor, noise: Tensor) -> Tensor:
        return torch.cat([images[:-count], (images[:count] + noise).clamp(0, GREY_RANGE)])

    of_ir, of_vis = (_noise(images, settings, generator) for images in (scene.ir, scene.vis))

    def again(images: Tensor) -> Tensor:
        return torch.cat([images[:-count], images[:count]])

    return Scene(
        ir=twin(scene.ir, of_ir),
        vis=twin(scene.vis, of_vis),
        impaired=twin(scene.impaired, of_vis),
        patch=again(scene.patch),
        twins=count,
        impaired_ir=None if scene.impaired_ir is None else twin(scene.impaired_ir, of_ir),
        ir_patch=None if scene.ir_patch is None else again(scene.ir_patch),
    )


def _noise(images: Tensor, settings: TwinSettings, generator: torch.Generator) -> Tensor:
    """Return what to add to the twins, ``(count, 1, H, W)`` grey levels.

    The noise is white in one part and `COARSE_GRAIN` pixels wide in the other, in shares drawn for each image.
    """
    height, width = images.shape[-2:]
    each, grains = (settings.count, 1, 1, 1), (-(-height // COARSE_GRAIN), -(-width // COARSE_GRAIN))
    device = generator.device
    low, high = settings.noise
    strength = low * (high / low) ** torch.rand(
        each, generator=generator, device=device
    )  # as many faint ones as strong ones
    angle = torch.rand(each, generator=generator, device=device) * (
        torch.pi / 2
    )  # so that the two parts add up to one variance
    white = torch.randn((settings.count, 1, height, width), generator=generator, device=device)
    coarse = torch.randn((settings.count, 1, *grains), generator=generator, device=device)
    coarse = functional.interpolate(coarse, scale_factor=COARSE_GRAIN)[:, :, :height, :width]
    return (strength * (angle.cos() * white + angle.sin() * coarse)).to(images)


def flicker(fused: Tensor, ir: Tensor, vis: Tensor, count: int) -> Tensor:
    """Return how much more the fused twins differ than those of the source that differs more there, a mean.

    Args:
        fused: ``(N, 1, H, W)``, grey levels scaled to 0…1, its last ``count`` images twins of the first ones.
        ir: Alike.
        vis: Alike, as the network saw it.
        count: Of the twins, at least 1.
    """
    of_fused, of_ir, of_vis = (_difference(images, count) for images in (fused, ir, vis))
    return functional.relu(of_fused - torch.maximum(of_ir, of_vis)).mean()


def _difference(images: Tensor, count: int) -> Tensor:
    change = images[-count:] - images[:count]
    return torch.sqrt(blur(change.square(), FLICKER_SIGMA) + _FAINTEST**2)
