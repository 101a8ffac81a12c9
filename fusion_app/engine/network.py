"""A learned model as an engine, whichever runtime computes it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from fusion_app.engine.base import common_size
from fusion_app.engine.strips import strips
from fusion_app.errors import EngineError, OutOfMemoryError
from fusion_app.frames import FloatImage, Image, Size

STRIP_PIXELS = 640 * 512
"""Larger images are fused in strips of about this size: 4K then takes no more memory than VGA."""

MIN_STRIP_PIXELS = 1 << 15
"""What does not fit into memory in strips of this size does not fit at all."""

MIN_STRIP_ROWS = 32
ROWS_PER_HALO = 4
"""A strip delivers at least so many times the rows that a network sees beyond it: half as many are computed twice."""


class Runtime(Protocol):
    """Computes one network; what an engine needs of it.

    Attributes:
        device: In the words of ``--device``.
        description: Device, runtime and precision for the user.
        strip_pixels: Size of strip that this runtime computes fastest.
        takes_images: It also fuses images of uint8, colours and all, see `Engine.fuse` and `ImageEngine`.
        takes_bytes: It also fuses lumas of uint8, see `of_bytes`; may be missing.
    """

    device: str
    description: str
    strip_pixels: int
    takes_images: bool

    @property
    def fallback_reason(self) -> str:
        """Why this does not compute as it was asked to; empty when it does."""

    def __call__(self, *images: Image) -> Image:
        """Return the fused luma of two lumas, visible first, of one, even size.

        Where `takes_images`, also the fused image of two images, or of two images and how far infrared reaches.
        """


class NetworkEngine:
    """Fuses with a network: checks, pads sides to what its grid divides, cuts into strips, and names failures."""

    def __init__(
        self, name: str, halo: int | None, runtime: Runtime, fallback_reason: str = "", *, grid: int = 2
    ) -> None:
        """Take the network called ``name``, whose fused pixels see ``halo`` pixels far (None: everything).

        Its sides, and where its strips start, are multiples of ``grid``, an even number.
        """
        self.name = name
        self.device = runtime.device
        self.description = f"{name} · {runtime.description}"
        self._reason = fallback_reason
        self._halo, self._grid = halo, grid
        self._least_rows = max(MIN_STRIP_ROWS, ROWS_PER_HALO * (halo or 0))
        self.runtime = runtime
        self._strip_pixels = runtime.strip_pixels

    @property
    def is_local(self) -> bool:
        """A fused pixel depends on its neighbourhood only, so that a frame can be computed in pieces."""
        return self._halo is not None

    @property
    def fallback_reason(self) -> str:
        """See `Engine`."""
        return self._reason or self.runtime.fallback_reason

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """See `Engine.fuse`."""
        size = common_size(ir, vis_luma)
        while True:
            with self._failures_named(size):
                return self._in_strips(self._padded(vis_luma), self._padded(ir), compute=self.runtime)[
                    : size.height, : size.width
                ]

    def fuse_bytes(self, ir: Image, vis_luma: Image) -> Image | None:
        """See `BytesEngine.fuse_bytes`."""
        size = common_size(ir, vis_luma)
        if not getattr(self.runtime, "takes_bytes", False):
            return None
        while True:
            with self._failures_named(size):
                images = self._padded(vis_luma), self._padded(ir)
                return self._in_strips(*images, compute=self.runtime.of_bytes)[: size.height, : size.width]  # type: ignore[attr-defined]

    @property
    def takes_images(self) -> bool:
        """See `ImageEngine`."""
        return self.runtime.takes_images

    def fuse_image(self, ir: Image, vis: Image, reach: FloatImage | None = None) -> Image | None:
        """See `ImageEngine.fuse_image`."""
        size = common_size(ir, vis)
        if not self.runtime.takes_images or vis.dtype != np.uint8:
            return None
        images = [self._padded(image) for image in (vis, ir, reach) if image is not None]
        while self._is_one_piece(images[1].shape):
            with self._failures_named(size):
                return np.ascontiguousarray(self.runtime(*images)[: size.height, : size.width])
        return None

    @contextmanager
    def _failures_named(self, size: Size) -> Iterator[None]:
        """Give errors their names; where memory ends, see to it that the next try takes less, if that can be."""
        try:
            yield
        except MemoryError as error:
            if not self._take_smaller_strips(size):
                raise OutOfMemoryError(f"{too_little(self.device, size)}; use smaller video") from error
        except RuntimeError as error:
            reason = str(error).strip().partition("\n")[0]
            raise EngineError(f"{self.name} failed on {self.device}: {reason}; {self._way_on()}") from error

    def _way_on(self) -> str:
        return "choose another model" if str(self.device) == "cpu" else "choose another model, or the CPU"

    def _take_smaller_strips(self, frame: Size) -> bool:
        """Compute in smaller pieces from now on, to the same pixels; tell whether there was something to gain."""
        piece = min(self._strip_pixels, frame.width * frame.height)
        if self._halo is None or piece <= MIN_STRIP_PIXELS:
            return False
        self._strip_pixels, self._least_rows = piece // 4, MIN_STRIP_ROWS
        self._reason = f"{too_little(self.device, frame)} at once, so they are fused in pieces, more slowly"
        return True

    def _in_strips(self, vis_luma: Image, ir: Image, compute: Callable[..., Image]) -> Image:
        if self._halo is None or self._is_one_piece(ir.shape):
            return compute(vis_luma, ir)
        fused = np.empty_like(ir)
        for strip in strips(ir.shape[0], self._strip_rows(ir.shape[1]), self._halo, self._grid):
            part = compute(vis_luma[strip.start : strip.stop], ir[strip.start : strip.stop])
            kept = slice(strip.keep_start - strip.start, strip.keep_stop - strip.start)
            fused[strip.keep_start : strip.keep_stop] = part[kept]
        return fused

    def _padded(self, image: Image) -> Image:
        """Return ``image`` with its last row and column repeated until the grid divides its sides."""
        below, beside = (-side % self._grid for side in image.shape[:2])
        if not below and not beside:
            return image
        return np.pad(image, [(0, below), (0, beside), *[(0, 0)] * (image.ndim - 2)], mode="edge")

    def _is_one_piece(self, shape: tuple[int, ...]) -> bool:
        height, width = shape
        return self._halo is None or self._strip_rows(width) + 2 * self._halo >= height

    def _strip_rows(self, width: int) -> int:
        rows = max(self._least_rows, self._strip_pixels // width // self._grid * self._grid)
        return rows + -rows % self._grid


def too_little(device: str, frame: Size) -> str:
    """Return what is the matter where memory ends, as the begin of a sentence."""
    return f"there is too little memory on {device} for frames of {frame}"
