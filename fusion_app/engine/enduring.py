"""Goes on with less where memory runs out, and says so: on the CPU, then at a smaller working size."""

from collections.abc import Callable
from typing import TypeVar

from fusion_app.engine.base import BytesEngine, Engine, ImageEngine
from fusion_app.engine.network import too_little
from fusion_app.engine.working_size import at_working_size, reduced_size
from fusion_app.errors import OutOfMemoryError
from fusion_app.frames import FloatImage, Image, Size

T = TypeVar("T")

MIN_PIXELS = 160 * 120
"""A fused picture of fewer is of no use."""


class EnduringEngine:
    """Fuses with a network, and what there is no memory for with less of it instead of not at all."""

    def __init__(self, network: Engine, working_size: Size | None, open_on_cpu: Callable[[], Engine]) -> None:
        """Take a network and the size to fuse at (None: full).

        ``open_on_cpu`` opens the same network on the CPU; it is called when a GPU has too little memory.
        """
        self._open_on_cpu = open_on_cpu
        self._reason = ""
        self._take(network, working_size)

    @property
    def fallback_reason(self) -> str:
        """Why this is not what was asked for; empty when it is."""
        return self._reason or self._engine.fallback_reason

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """See `Engine.fuse`."""
        return self._endured(Size(*ir.shape[::-1]), lambda: self._engine.fuse(ir, vis_luma))

    @property
    def takes_images(self) -> bool:
        """See `ImageEngine`."""
        return isinstance(self._engine, ImageEngine) and self._engine.takes_images

    def fuse_image(self, ir: Image, vis: Image, reach: FloatImage | None = None) -> Image | None:
        """See `ImageEngine.fuse_image`."""

        def fused() -> Image | None:
            engine = self._engine  # another one after memory has run out
            return engine.fuse_image(ir, vis, reach) if isinstance(engine, ImageEngine) else None

        return self._endured(Size(*ir.shape[::-1]), fused)

    def fuse_bytes(self, ir: Image, vis_luma: Image) -> Image | None:
        """See `BytesEngine.fuse_bytes`."""

        def fused() -> Image | None:
            engine = self._engine
            return engine.fuse_bytes(ir, vis_luma) if isinstance(engine, BytesEngine) else None

        return self._endured(Size(*ir.shape[::-1]), fused)

    def _endured(self, frame: Size, fused: Callable[[], T]) -> T:
        while True:
            try:
                return fused()
            except (OutOfMemoryError, MemoryError) as error:
                if not self._take_less(frame):
                    raise OutOfMemoryError(f"{too_little(self.device, frame)}; close other programs") from error

    def _take_less(self, frame: Size) -> bool:
        """Give up some speed or detail for memory; tell whether there was anything left to give up."""
        reason = too_little(self.device, frame)
        if self.device != "cpu":
            self._take(self._open_on_cpu(), self.working_size)
            self._reason = f"{reason}, so the CPU fuses them, more slowly"
            return True
        working = reduced_size(frame, self.working_size or frame)
        smaller = reduced_size(frame, Size(working.width // 2, working.height // 2))
        if smaller.width * smaller.height < MIN_PIXELS:
            return False
        self._take(self._network, smaller)
        self._reason = f"{reason}, so they are fused at {smaller}, with the detail of their full size"
        return True

    def _take(self, network: Engine, working_size: Size | None) -> None:
        engine = at_working_size(network, working_size)
        self._network = network
        self.working_size = working_size
        self._engine = engine
        self.name = engine.name
        self.device = engine.device
        self.description = engine.description
