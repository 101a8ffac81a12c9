"""How long a run is and how its learning rates rise and fall."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """The share of their first values that learning rates have at each step.

    Attributes:
        steps: Of the whole run.
        warmup_steps: Steps over which the rates rise linearly to their first value.
        milestones: Steps at which the rates are multiplied by ``factor``; None lets them fall to 0 by a cosine.
        factor: See ``milestones``.
    """

    steps: int
    warmup_steps: int = 0
    milestones: tuple[int, ...] | None = None
    factor: float = 0.1

    def share(self, step: int) -> float:
        """Return the share that ``step`` runs with, counted from 0."""
        risen = min(1.0, (step + 1) / max(1, self.warmup_steps))
        if self.milestones is None:
            return risen * (1 + math.cos(math.pi * step / self.steps)) / 2
        return risen * self.factor ** sum(step >= milestone for milestone in self.milestones)
