"""What a benchmark found, as frozen data."""

from dataclasses import dataclass

from fusion_app.bench.end_to_end import EndToEnd
from fusion_app.bench.live import LiveRow
from fusion_app.bench.roofline import Roofline
from fusion_app.bench.sizes import SizeCost
from fusion_app.bench.stages import Stages
from fusion_app.bench.timing import Timing
from fusion_app.engine.measuring.candidates import Candidate
from fusion_app.frames import Size
from fusion_app.system.machine import Machine


@dataclass(frozen=True)
class Row:
    """One candidate's time for one frame.

    Attributes:
        candidate: Which.
        timing: Of fusing one frame.
        speedup: How many times faster than the reference; None without one.
    """

    candidate: Candidate
    timing: Timing
    speedup: float | None


@dataclass(frozen=True)
class SessionRow:
    """One model end to end.

    Attributes:
        candidate: The model on its fastest runtime.
        result: What was measured.
        bound_fps: What its slowest thread and the CPU would allow at best; None where several models took part.
    """

    candidate: Candidate
    result: EndToEnd
    bound_fps: float | None


@dataclass(frozen=True)
class BenchReport:
    """Everything that was measured.

    Attributes:
        machine: Where.
        source: What was fused, for the user.
        size: Of its frames.
        threads: CPU threads of the networks.
        started: When, UTC.
        load_before: Load average before; None where the system does not tell.
        load_after: Load average after.
        own_cores: Cores that the benchmark itself kept busy, on average.
        rows: Every candidate.
        stage_candidate: Which candidate the stages were measured with.
        stages: The stages of a frame.
        sessions: Whole sessions.
        live: Live sessions in the window.
        sizes: Cost over sizes.
        roofline: What share of the devices is reached; None where it was not asked for.
    """

    machine: Machine
    source: str
    size: Size
    threads: int
    started: str
    load_before: float | None
    load_after: float | None
    own_cores: float
    rows: tuple[Row, ...]
    stage_candidate: Candidate
    stages: Stages
    sessions: tuple[SessionRow, ...]
    live: tuple[LiveRow, ...]
    sizes: tuple[SizeCost, ...]
    roofline: Roofline | None = None

    @property
    def frame_timings(self) -> dict[str, Timing]:
        """All stages of a frame by name, painting it in the window among them where there was one."""
        shown = [row.result.display for row in self.live if row.result is not None]
        return {**self.stages.timings, **({"display": shown[0]} if shown else {})}

    @property
    def noise(self) -> tuple[str, ...]:
        """Why the figures should not be trusted, a few words each; empty for a quiet run."""
        half = self.machine.cores / 2
        others = None if self.load_after is None else self.load_after - self.own_cores
        found = []
        if self.load_before is not None and self.load_before > half:
            found.append(f"load {self.load_before:.1f} before, on {self.machine.cores} cores")
        if others is not None and others > half:
            found.append(f"load {others:.1f} of others after")
        timings = [row.timing for row in self.rows] + list(self.frame_timings.values())
        if spread := sum(timing.is_noisy for timing in timings):
            found.append(f"95th percentile above 1.5 × median in {spread} of {len(timings)} rows (~)")
        return tuple(found)
