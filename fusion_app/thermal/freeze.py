"""A closed shutter, told by frames that repeat while the clock goes on.

Thermal cameras close their shutter for one to three seconds every few minutes (NUC) and repeat their last frame
meanwhile. Of 740 frames of real video none repeats the one before. Pictures that were never seen to change, and single
repeats of a stream that was brought to a higher frame rate, are no freeze.
"""

from dataclasses import dataclass

import numpy as np

from fusion_app.frames import Image, Size
from fusion_app.thermal.moves import Move
from fusion_app.thermal.shrinking import shrunk

MIN_REPEATS = 5
MIN_SECONDS = 0.5
BLOCK = 8
MAX_BLOCK_CHANGE = 1.0
"""Grey levels by which the mean of a block of a repeated 8 bit frame may differ: lossy coding, but no motion."""


class Freeze:
    """Tells repeated frames and a closed shutter; its memory is the last frame that was new."""

    def __init__(self) -> None:
        self._last: Look | None = None
        self._has_changed = False
        self._repeats = 0
        self._frozen_s = 0.0

    @property
    def is_closed(self) -> bool:
        """The shutter is closed."""
        return self._repeats >= MIN_REPEATS and self._frozen_s >= MIN_SECONDS

    def is_repeat(self, image: Image, move: Move, step_s: float) -> bool:
        """Take in the next ``(H, W)`` frame, uint8 or uint16; tell whether it repeats the last one that was new."""
        if move is Move.SAME:
            return True
        look = Look.of(image)
        if move is Move.NEXT and self._last is not None and look.repeats(self._last):
            self._repeats += self._has_changed
            self._frozen_s += step_s * self._has_changed
            return self._has_changed
        self._has_changed = move is Move.NEXT and self._last is not None
        self._last, self._repeats, self._frozen_s = look, 0, 0.0
        return False


@dataclass(frozen=True, eq=False)
class Look:
    """A frame, and the means of its blocks where it is of 8 bit and may be coded with loss."""

    image: Image
    blocks: Image | None

    @classmethod
    def of(cls, image: Image) -> "Look":
        """Return how an ``(H, W)`` picture, uint8 or uint16, looks."""
        return cls(image, _blocks(image) if image.dtype == np.uint8 else None)

    def repeats(self, before: "Look") -> bool:
        """Tell whether this shows what ``before`` does: the same counts, or but for its coding the same picture."""
        if self.image.shape != before.image.shape or self.image.dtype != before.image.dtype:
            return False
        if self.blocks is None or before.blocks is None:
            return np.array_equal(self.image, before.image)
        return bool(np.abs(self.blocks - before.blocks).max() < MAX_BLOCK_CHANGE)


def _blocks(grey: Image) -> Image:
    return shrunk(grey, Size(*(max(1, side // BLOCK) for side in grey.shape[::-1])))
