"""A classical fusion mode as an engine."""

from fusion_app.errors import ShapeMismatchError
from fusion_app.frames import FloatImage
from fusion_app.fusion_modes import MODES


class ClassicalEngine:
    """Fuses with one of `fusion_modes.MODES`, on the CPU."""

    device = "cpu"
    fallback_reason = ""

    def __init__(self, name: str) -> None:
        self.name = name
        self.description = f"{name} · CPU"
        self._mode = MODES[name]

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """See `Engine.fuse`."""
        if ir.shape != vis_luma.shape:
            raise ShapeMismatchError(f"infrared is {ir.shape} and visible {vis_luma.shape}; align them first")
        return self._mode(ir, vis_luma)
