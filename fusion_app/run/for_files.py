"""Which model ``auto`` is where a file is fused: the most faithful one that does not take many times its length."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_LENGTHS = 4.0
"""Times the length of a recording that ``auto`` may take."""


@dataclass(frozen=True)
class FileChoice:
    """What ``auto`` is for one recording.

    Attributes:
        model: Its name.
        frame_s: What a frame takes, seconds; None where nobody has to know.
        better: The most faithful model, where that would take too long; else empty.
        better_frame_s: What a frame would take with it, seconds.
    """

    model: str
    frame_s: float | None = None
    better: str = ""
    better_frame_s: float = 0.0

    def told(self, frames: int | None) -> str:
        """Return what its user has to know before a recording of ``frames`` is fused; empty: nothing."""
        if not self.better or self.frame_s is None:
            return ""
        if frames is None:
            slower = f"{self.better_frame_s / self.frame_s:.0f} times as long"
            return f"auto fuses with {self.model}; {self.better}, more faithful, takes {slower} (--model {self.better})"
        takes, would_take = (about(frames * frame_s) for frame_s in (self.frame_s, self.better_frame_s))
        return (
            f"auto fuses with {self.model}, which takes {takes}; "
            f"{self.better}, more faithful, takes {would_take} (--model {self.better})"
        )


def choose_for_file(models: Sequence[str], frame_s: Callable[[str], float | None], period_s: float) -> FileChoice:
    """Return the first of ``models``, the most faithful one first, that takes four times the length at most.

    Args:
        models: To choose from; the last one is taken where none is fast enough.
        frame_s: What a frame takes a model, seconds; None: so little that it does not matter. Asked as far as needed.
        period_s: Time between two frames of the recording, seconds.
    """
    best, best_s = models[0], frame_s(models[0])
    if best_s is None or best_s <= MOST_LENGTHS * period_s:
        return FileChoice(best, best_s)
    for model in models[1:]:
        found_s = frame_s(model)
        if found_s is None or found_s <= MOST_LENGTHS * period_s or model == models[-1]:
            return FileChoice(model, found_s, best, best_s)
    return FileChoice(best, best_s)


def about(seconds: float) -> str:
    """Return about how long ``seconds`` are, in one figure a person would say."""
    for unit, length_s in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length_s:
            return f"about {seconds / length_s:.0f} {unit}"
    return f"about {max(1, seconds):.0f} s"
