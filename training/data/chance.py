"""Random tensors for what is done to training crops, all from one generator, without a look at any value.

Nothing here branches on a number that was drawn, so that a step of training can be recorded once and played again.
"""

import torch
from torch import Tensor
from torch.nn import functional

FIELD_KNOTS = 5  # a smooth random field has so many knots across the crop


class Chance:
    """Random tensors that broadcast against one batch of images: one draw per image unless said otherwise."""

    def __init__(self, images: Tensor, generator: torch.Generator) -> None:
        """Draw for ``images`` ``(N, 1, H, W)``, on the generator's device and then on that of the images."""
        self.images, self.generator = images, generator
        self.height, self.width = images.shape[-2:]

    def between(self, low: float, high: float, cells: tuple[int, int] = (1, 1)) -> Tensor:
        """Return uniform numbers ``(N, 1, *cells)``."""
        shape = (self.images.shape[0], 1, *cells)
        drawn = torch.rand(shape, generator=self.generator, device=self.generator.device)
        return (low + (high - low) * drawn).to(self.images)

    def scaled(self, low: float, high: float) -> Tensor:
        """Return numbers whose logarithms are uniform, ``(N, 1, 1, 1)``: as many small ones as large ones."""
        return low * (high / low) ** self.between(0, 1)

    def flips(self, share: float) -> Tensor:
        """Return True for a share of the images, ``(N, 1, 1, 1)``."""
        return self.between(0, 1) < share

    def integers(self, count: int) -> Tensor:
        """Return whole numbers from 0 to ``count - 1``, ``(N, 1, 1, 1)``."""
        return self.between(0, count).long().clamp(max=count - 1)

    def field(self, low: float, high: float) -> Tensor:
        """Return a smooth random field like the images, a little beyond its range between the knots."""
        knots = self.between(low, high, (FIELD_KNOTS, FIELD_KNOTS))
        return functional.interpolate(knots, (self.height, self.width), mode="bicubic", align_corners=True)

    def noise(self, rows: int | None = None) -> Tensor:
        """Return white noise of variance 1 like the images, or ``(N, 1, rows, W)``."""
        shape = (*self.images.shape[:2], rows or self.height, self.width)
        return torch.randn(shape, generator=self.generator, device=self.generator.device).to(self.images)

    def patch(self, side: tuple[float, float], soft: float) -> Tensor:
        """Return one patch an image, 1 inside and 0 outside: rectangles, and a share ``soft`` of blobs with soft edges.

        Args:
            side: Smallest and largest side, relative to the image's.
            soft: 0…1.
        """
        return torch.where(self.flips(soft), self._blobs(side), self._rectangles(side))

    def _offsets(self, side: tuple[float, float]) -> tuple[Tensor, Tensor]:
        """Distances from a random patch's centre, 1 on its border, along y and x."""
        axes = []
        for length, shape in ((self.height, (1, 1, -1, 1)), (self.width, (1, 1, 1, -1))):
            position = torch.arange(length, device=self.images.device).view(shape) + 0.5
            centre, half = self.between(0, length), self.between(*side) * (length / 2)
            axes.append((position - centre).abs() / half)
        return axes[0], axes[1]

    def _rectangles(self, side: tuple[float, float]) -> Tensor:
        dy, dx = self._offsets(side)
        return (torch.maximum(dy, dx) <= 1).to(self.images)

    def _blobs(self, side: tuple[float, float]) -> Tensor:
        dy, dx = self._offsets(side)
        return ((1 - torch.sqrt(dy * dy + dx * dx)) * self.between(2, 8)).clamp(0, 1)
