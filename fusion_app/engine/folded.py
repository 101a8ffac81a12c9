"""Networks without the branches that their gates shut out, for runtimes that cannot decide in the middle of a frame."""

from collections.abc import Sequence
from typing import Protocol

from fusion_app.engine.network import Runtime
from fusion_app.frames import Image

IDLE_GATE = 1e-6
"""See `models.cs2fusion`, which cannot be asked without importing torch."""

FRAMES_AWAKE = 30
"""A picture that opens a gate is mostly followed by others: for so many the folded network is not tried."""


class TellingRuntime(Runtime, Protocol):
    """A runtime that gives more than the fused picture."""

    def outputs(self, *images: Image) -> Sequence[Image]:
        """Return what `Runtime` does, and behind it all else that the network gives."""


class FoldedRuntime:
    """Computes a network without the branches that its gates shut out, and whole frames as soon as a gate opens."""

    def __init__(self, folded: TellingRuntime, whole: Runtime) -> None:
        """Take both forms of one network; ``folded`` tells the strongest gate of what it leaves out as well."""
        self.device = whole.device
        self.description = whole.description
        self.strip_pixels = whole.strip_pixels
        self.takes_images = whole.takes_images
        self._folded = folded
        self._whole = whole
        self._frames_awake = 0

    @property
    def fallback_reason(self) -> str:
        """See `Runtime`."""
        return self._folded.fallback_reason or self._whole.fallback_reason

    def __call__(self, *images: Image) -> Image:
        """See `Runtime`."""
        if self._frames_awake == 0:
            fused, demand = self._folded.outputs(*images)
            if demand[0] < IDLE_GATE:
                return fused
            self._frames_awake = FRAMES_AWAKE
        self._frames_awake -= 1
        return self._whole(*images)
