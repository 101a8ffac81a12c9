"""What part of a picture is in view; all tiles of a grid share it."""

from dataclasses import dataclass

MAX_ZOOM = 32.0


@dataclass(frozen=True)
class Zoom:
    """What part of a picture is in view.

    Attributes:
        factor: Magnification over the fitted size, 1 or more.
        x: Centre of the view, 0…1 of the picture's width.
        y: The same of its height.
    """

    factor: float = 1.0
    x: float = 0.5
    y: float = 0.5

    def within(self) -> "Zoom":
        """Return the same, kept inside the picture."""
        factor = min(max(self.factor, 1.0), MAX_ZOOM)
        margin = 0.5 / factor
        return Zoom(factor, min(max(self.x, margin), 1 - margin), min(max(self.y, margin), 1 - margin))
