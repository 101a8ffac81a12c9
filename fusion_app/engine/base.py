"""The contract of every engine: luma of one aligned pair in, fused luma out."""

from typing import Protocol, runtime_checkable

from fusion_app.errors import ShapeMismatchError
from fusion_app.frames import FloatImage, Image, Size, size_of


class Engine(Protocol):
    """Fuses the luma of a pair. Not for use by two threads at once.

    Attributes:
        name: Model or mode, as the user would name it.
        device: Where it computes, in the words of ``--device``.
        description: Name, device and runtime in a few words for the status bar.
    """

    name: str
    device: str
    description: str

    @property
    def fallback_reason(self) -> str:
        """Why this is not what was asked for, so far; empty when it is."""

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """Return the fused luma of one aligned pair.

        Args:
            ir: ``(H, W)`` float32 0…255, already aligned to the visible frame.
            vis_luma: ``(H, W)`` float32 0…255, full range BT.601, not rounded.

        Returns:
            ``(H, W)`` float32, unclamped: a network overshoots; `compositing` clamps and rounds once, at the end.

        Raises:
            ShapeMismatchError: The two images differ in size.
            OutOfMemoryError: The device is too small for images of this size.
        """


@runtime_checkable
class ImageEngine(Protocol):
    """An engine that may take over luma and chroma as well: where it computes, they cost next to nothing."""

    @property
    def takes_images(self) -> bool:
        """`fuse_image` is worth making an image of luma and chroma; False where it would return None."""

    def fuse_image(self, ir: Image, vis: Image, reach: FloatImage | None = None) -> Image | None:
        """Return the fused image of one aligned pair; what `FusionPipeline` makes of `Engine.fuse`, within 1 level.

        Args:
            ir: ``(H, W)`` uint8, already aligned to the visible frame.
            vis: ``(H, W, 3)`` uint8 BGR or ``(H, W)`` grey.
            reach: ``(H, W)`` float32, how far infrared counts, 0…1; None: everywhere. One that cannot be written to
                is taken to stay as it is.

        Returns:
            uint8 of the shape of ``vis``; None where `Engine.fuse` has to be asked instead.

        Raises:
            ShapeMismatchError: The two images differ in size.
            OutOfMemoryError: The device is too small for images of this size.
        """


@runtime_checkable
class BytesEngine(Protocol):
    """An engine that may read and give luma in bytes, as video holds it."""

    def fuse_bytes(self, ir: Image, vis_luma: Image) -> Image | None:
        """Return the fused luma of one aligned pair; that of `Engine.fuse`, rounded and clamped.

        Args:
            ir: ``(H, W)`` uint8, already aligned to the visible frame.
            vis_luma: ``(H, W)`` uint8, full range.

        Returns:
            ``(H, W)`` uint8, full range; None where `Engine.fuse` has to be asked instead.

        Raises:
            ShapeMismatchError: The two images differ in size.
            OutOfMemoryError: The device is too small for images of this size.
        """


def common_size(ir: Image | FloatImage, vis: Image | FloatImage) -> Size:
    """Return the size of an aligned pair.

    Raises:
        ShapeMismatchError: The two images differ in size.
    """
    if ir.shape != vis.shape[:2]:
        raise ShapeMismatchError(f"infrared is {ir.shape} and visible {vis.shape[:2]}; align them first")
    return size_of(ir)
