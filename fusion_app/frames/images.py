"""Arrays of pixels, and their size."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[Any]
"""``(H, W)`` uint8 or uint16 grey, or ``(H, W, 3)`` uint8 BGR; of a thermal camera also the bytes of its driver, which
`fusion_app.thermal` reads. Treated as read-only once it is in a frame."""

FloatImage = npt.NDArray[np.float32]
"""``(H, W)`` float32 grey levels 0…255."""


class Size(NamedTuple):
    """Width and height in pixels, in the order of OpenCV, Qt and the command line."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"
