"""The modes of fusion that need no network: cheap, alike on every machine, and easy to foresee.

Luma is ``(H, W)`` float32, grey levels 0…255, as in `fusion_app.engine.classical`.
"""

import cv2
import numpy as np

from fusion_app.engine.base import common_size
from fusion_app.engine.classical import laplacian
from fusion_app.frames import FloatImage, Image
from fusion_app.settings import FusionMode

DETAIL = 0.008
"""Size of the detail that is embossed, as a part of the picture's shorter side: outlines, not areas."""
NOISE = 1.0
"""Grey levels of detail that are nothing in any picture, and"""
USUAL_NOISE = 1.5
"""how many times what half of the pixels stay below counts as the sensor's noise."""
SOFT_PX = 0.8
SAMPLES = 7
"""Of so many rows and columns one is looked at to learn the noise."""
GAIN = 6.0
MOST = 110.0
"""Grey levels that a contour can change visible by at the most."""

NAMES: dict[FusionMode, str] = {
    "edges": "thermal edges",
    "hot": "hot overlay",
    "blend": "blend",
    "pyramid": "pyramid",
    "ir": "infrared alone",
    "vis": "visible alone",
}
"""What each is called on the picture, in the status bar and in recordings."""


def thermal_edges(ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
    """Return visible with infrared's fine detail embossed into it; areas keep the brightness of visible.

    The detail is the difference of two Gaussian low-passes. It is cored, so that noise stays away, and bent, so that a
    hot object has the same kind of outline as a lukewarm one.
    """
    sigma = max(2 * SOFT_PX, DETAIL * min(ir.shape))
    detail = np.asarray(cv2.GaussianBlur(ir, (0, 0), SOFT_PX) - cv2.GaussianBlur(ir, (0, 0), sigma), np.float32)
    size = np.abs(detail)
    noise = NOISE + USUAL_NOISE * float(np.median(size[::SAMPLES, ::SAMPLES]))
    size = np.maximum(size - np.float32(noise), 0) * np.float32(GAIN)
    bent = np.copysign(size / (1 + size / np.float32(MOST)), detail)
    return np.asarray(vis_luma + bent, np.float32)


class ModeEngine:
    """Fuses in one of `NAMES`, on the CPU. How much of it is laid over visible is the pipeline's matter."""

    device = "cpu"
    fallback_reason = ""

    def __init__(self, mode: FusionMode) -> None:
        self.name = NAMES[mode]
        self.description = f"{self.name} · CPU"
        self._mode = mode

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        """See `Engine.fuse`."""
        common_size(ir, vis_luma)
        if self._mode == "edges":
            return thermal_edges(ir, vis_luma)
        if self._mode == "pyramid":
            return laplacian(ir, vis_luma)
        return (ir if self._mode in ("blend", "ir") else vis_luma).copy()

    @property
    def takes_images(self) -> bool:
        """See `ImageEngine`."""
        return self._mode in ("ir", "blend")

    def fuse_image(self, ir: Image, vis: Image, reach: FloatImage | None = None) -> Image | None:
        """See `ImageEngine.fuse_image`; where colours do not stay those of visible it is done here."""
        common_size(ir, vis)
        if self._mode in ("edges", "pyramid"):
            return None
        shown = in_bytes(vis)
        if self._mode in ("vis", "hot"):
            return shown
        grey = ir if vis.ndim == 2 else cv2.cvtColor(ir, cv2.COLOR_GRAY2BGR)
        if self._mode == "ir" or reach is None:
            return grey
        return cv2.blendLinear(grey, shown, np.ascontiguousarray(reach), np.asarray(1 - reach, np.float32))


def in_bytes(vis: Image) -> Image:
    """Return a visible image in 8 bit; one of 16 bit is scaled by its full range."""
    return vis if vis.dtype == np.uint8 else np.asarray(np.rint(vis / 257), np.uint8)
