"""A learned model as an engine, whichever runtime computes it."""

from typing import Protocol

import numpy as np

from fusion_app.engine.strips import strips
from fusion_app.errors import EngineError, OutOfMemoryError, ShapeMismatchError
from fusion_app.frames import FloatImage, Size

STRIP_PIXELS = 640 * 512
"""Larger images are fused in strips of about this size: 4K then takes no more memory than VGA."""

MIN_STRIP_PIXELS = 1 << 15
"""What does not fit into memory in strips of this size does not fit at all."""


class Runtime(Protocol):
    """Computes one network; what an engine needs of it.

    Attributes:
        device: In the words of ``--device``.
        description: Device, runtime and precision for the user.
        strip_pixels: Size of strip that this runtime computes fastest.
    """

    device: str
    description: str
    strip_pixels: int

    def __call__(self, vis_luma: FloatImage, ir: FloatImage) -> FloatImage:
        """Return the fused luma of two images of one, even size."""


class NetworkEngine:
    """Fuses with a network: checks, pads to even sides, cuts into strips, and names failures."""

    def __init__(self, name: str, halo: int | None, runtime: Runtime, fallback_reason: str = "") -> None:
        """Take the network called ``name``, whose fused pixels see ``halo`` pixels far (None: everything)."""
        self.name = name
        self.device = runtime.device
        self.description = f"{name} · {runtime.description}"
        self.fallback_reason = fallback_reason
        self._halo = halo
        self._runtime = runtime
        self._strip_pixels = runtime.strip_pixels

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """See `Engine.fuse`."""
        if ir.shape != vis_luma.shape:
            raise ShapeMismatchError(f"infrared is {ir.shape} and visible {vis_luma.shape}; align them first")
        height, width = ir.shape
        while True:
            try:
                return self._in_strips(_even(vis_luma), _even(ir))[:height, :width]
            except MemoryError as error:
                if not self._take_smaller_strips(Size(width, height)):
                    raise OutOfMemoryError(
                        f"{too_little(self.device, Size(width, height))}; use smaller video"
                    ) from error
            except RuntimeError as error:
                reason = str(error).strip().partition("\n")[0]
                raise EngineError(f"{self.name} failed on {self.device}: {reason}") from error

    def _take_smaller_strips(self, frame: Size) -> bool:
        """Compute in smaller pieces from now on, to the same pixels; tell whether there was something to gain."""
        piece = min(self._strip_pixels, frame.width * frame.height)
        if self._halo is None or piece <= MIN_STRIP_PIXELS:
            return False
        self._strip_pixels = piece // 4
        self.fallback_reason = f"{too_little(self.device, frame)} at once, so they are fused in pieces, more slowly"
        return True

    def _in_strips(self, vis_luma: FloatImage, ir: FloatImage) -> FloatImage:
        height, width = ir.shape
        rows = max(32, self._strip_pixels // width // 2 * 2)
        if self._halo is None or rows + 2 * self._halo >= height:
            return self._runtime(vis_luma, ir)
        fused = np.empty_like(ir)
        for strip in strips(height, rows, self._halo):
            part = self._runtime(vis_luma[strip.start : strip.stop], ir[strip.start : strip.stop])
            kept = slice(strip.keep_start - strip.start, strip.keep_stop - strip.start)
            fused[strip.keep_start : strip.keep_stop] = part[kept]
        return fused


def too_little(device: str, frame: Size) -> str:
    """Return what is the matter where memory ends, as the begin of a sentence."""
    return f"there is too little memory on {device} for frames of {frame}"


def _even(image: FloatImage) -> FloatImage:
    """Return ``image`` with its last row or column repeated where a side is odd."""
    height, width = image.shape
    if height % 2 == 0 and width % 2 == 0:
        return image
    return np.pad(image, ((0, height % 2), (0, width % 2)), mode="edge")
