"""Automatic quality as plain numbers: which model at which working size, by what each takes on this machine.

Frames are judged by what they take on average, not by the slowest: the buffers before and behind the network even out
single late frames, as another program causes them. What is beside the network (decoding, laying infrared on visible)
costs the same on every rung; what the network takes follows what was measured of the rungs.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from fusion_app.frames import Size
from fusion_app.settings import FusionSettings

START_SHARE = 0.7
"""Share of the frame period that a chosen rung may be expected to take; the rest is for decoding and showing."""
STEP_UP_SHARE = 0.75
"""Share that a better rung may be expected to take; stepping down needs more than the whole period, so between the two
nothing swings."""
SETTLE_S = 2.0
"""A change needs so long to show its effect."""
PATIENCE_S, LONGEST_PATIENCE_S = 3.0, 96.0
"""A better rung is tried after so long on one; twice as long each time that it was soon left again."""
SOON_S = 20.0
"""A better rung that was left within this time was no gain."""
OMITTED = 0.1
"""Share of the latest frames, the slowest ones, that says nothing about the network."""


@dataclass(frozen=True)
class Rung:
    """A model, and the side of its working size relative to the frame's: 1 fuses at full size."""

    model: str
    side: float = 1.0

    def settings(self, base: FusionSettings, frame: Size) -> FusionSettings:
        """Return ``base`` with this rung's model and working size for frames of size ``frame``."""
        return replace(base, model=self.model, working_size="full" if self.side == 1 else str_of(self.size(frame)))

    def size(self, frame: Size) -> Size:
        """Return the working size for frames of size ``frame``."""
        return Size(*(max(16, round(side * self.side)) for side in frame))


def str_of(size: Size) -> str:
    """Return ``size`` as settings have it."""
    return f"{size.width}x{size.height}"


LADDER = (
    Rung("cs2fusion"),
    Rung("lite-25k"),
    Rung("lite-6k"),
    Rung("lite-6k", 0.7),
    Rung("lite-2k"),
    Rung("lite-6k", 0.6),
    Rung("lite-2k", 0.7),
    Rung("lite-6k", 0.5),
    Rung("lite-2k", 0.5),
    Rung("lite-6k", 0.33),
    Rung("lite-2k", 0.33),
)
"""The most faithful rung first, by how near each comes to cs2fusion at full size (docs/adr/0020). A rung that costs
more than a truer one is never reached, and which do differs by processor."""


@dataclass(frozen=True)
class Times:
    """What frames took of late, milliseconds each on average.

    Attributes:
        network: The network alone.
        beside: Everything else of the pipeline.
    """

    network: float
    beside: float = 0.0

    @property
    def frame(self) -> float:
        """A frame."""
        return self.network + self.beside


@dataclass(frozen=True)
class QualityPolicy:
    """Decides; it knows no clock and no engine.

    Attributes:
        costs: What the network takes of a frame on each rung, the most faithful first, milliseconds, when nothing else
            runs. What is missing here is not chosen.
        period_ms: Time from one frame of the source to the next, milliseconds.
    """

    costs: Mapping[Rung, float]
    period_ms: float

    def first(self) -> Rung:
        """Return the rung to start with: the most faithful one that fits."""
        return self._best(self.costs, Times(1.0), 1.0, START_SHARE * self.period_ms)

    def next(self, standing: "Standing", times: Times, settled_s: float, *, is_pressed: bool = False) -> "Standing":
        """Return what to go on with: the same, a cheaper rung, or a better one.

        Args:
            standing: What is in use.
            times: What frames take with it.
            settled_s: Seconds since it came into use.
            is_pressed: Something that must not give way, a recording, gets too little of the processor.
        """
        if (times.frame > self.period_ms or is_pressed) and settled_s >= SETTLE_S:
            return standing.lowered(self._cheaper(standing.rung, times), settled_s)
        if settled_s >= standing.patience_s and not is_pressed:
            return standing.raised(self._better(standing.rung, times))
        return standing

    def _cheaper(self, rung: Rung, times: Times) -> Rung:
        cost = self.costs[rung]
        cheaper = [other for other in self.costs if self.costs[other] < cost]
        budget_ms = START_SHARE * min(self.period_ms, times.frame)
        return self._best(cheaper, times, cost, budget_ms) if cheaper else rung

    def _better(self, rung: Rung, times: Times) -> Rung:
        rungs = list(self.costs)
        better = rungs[: rungs.index(rung) + 1]
        found = self._best(better, times, self.costs[rung], STEP_UP_SHARE * self.period_ms)
        return found if found in better else rung

    def _best(self, rungs: Collection[Rung], times: Times, cost: float, budget_ms: float) -> Rung:
        """Return the first to need ``budget_ms`` at most if ``times`` are those at ``cost``, or else the cheapest."""
        expected = {rung: times.beside + times.network * self.costs[rung] / cost for rung in rungs}
        cheapest = min(rungs, key=lambda rung: expected[rung])
        return next((rung for rung in rungs if expected[rung] <= budget_ms), cheapest)


@dataclass(frozen=True)
class Standing:
    """The rung in use, and how soon a better one may be tried.

    Attributes:
        rung: In use.
        patience_s: How long it has to last before a better one is tried, seconds.
        has_risen: It came into use as the better one.
    """

    rung: Rung
    patience_s: float = PATIENCE_S
    has_risen: bool = False

    def lowered(self, rung: Rung, held_s: float) -> "Standing":
        """Return the standing on a cheaper ``rung``, after ``held_s`` seconds on this one."""
        if rung == self.rung:
            return self
        if not self.has_risen:
            return Standing(rung, self.patience_s)
        was_no_gain = held_s < SOON_S
        return Standing(rung, min(2 * self.patience_s, LONGEST_PATIENCE_S) if was_no_gain else PATIENCE_S)

    def raised(self, rung: Rung) -> "Standing":
        """Return the standing on a better ``rung``."""
        return self if rung == self.rung else Standing(rung, self.patience_s, has_risen=True)


def times_of(latest: Sequence[Times]) -> Times:
    """Return what the latest frames took on average, the slowest few left out."""
    kept = sorted(latest, key=lambda times: times.frame)[: len(latest) - int(len(latest) * OMITTED)]
    return Times(*(sum(values) / len(kept) for values in ([t.network for t in kept], [t.beside for t in kept])))
