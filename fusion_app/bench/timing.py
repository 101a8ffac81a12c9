"""How long something takes: wall and CPU time of many calls; candidates in turns, so that all meet the same noise."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

K = TypeVar("K")

ROUNDS = 8
MIN_ROUNDS = 3
NOISY_SPREAD = 1.5
"""95th percentile over median; above it a figure should be measured again."""


@dataclass(frozen=True)
class Timing:
    """Statistics of one thing that was called again and again.

    Attributes:
        n: Calls.
        median_ms: Median wall time of a call, milliseconds.
        p95_ms: 95th percentile of it (with few calls, nearly the slowest).
        cpu_ms: Median CPU time of a call over all threads of the process, milliseconds.
    """

    n: int
    median_ms: float
    p95_ms: float
    cpu_ms: float

    @property
    def is_noisy(self) -> bool:
        """The calls differ too much for the median to be trusted."""
        return self.p95_ms > NOISY_SPREAD * self.median_ms


class Samples:
    """Collects calls."""

    def __init__(self) -> None:
        self._wall_s: list[float] = []
        self._cpu_s: list[float] = []

    def add(self, wall_s: float, cpu_s: float) -> None:
        """Note one call."""
        self._wall_s.append(wall_s)
        self._cpu_s.append(cpu_s)

    @contextmanager
    def lap(self) -> Iterator[None]:
        """Time what is done inside; the CPU time is that of the whole process."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.add(time.perf_counter() - wall, time.process_time() - cpu)

    def timing(self) -> Timing:
        """Return the statistics of at least one call."""
        wall_ms = np.array(self._wall_s) * 1000
        median_ms, p95_ms = (float(value) for value in np.percentile(wall_ms, (50, 95)))
        return Timing(len(wall_ms), median_ms, p95_ms, float(np.median(self._cpu_s)) * 1000)


def in_turns(calls: Mapping[K, Callable[[], object]], seconds: float) -> dict[K, Timing]:
    """Time all ``calls`` interleaved: round after round, each gets a slice of time and at least one call.

    Args:
        calls: What to time, by a name of any kind. Each is called once beforehand to warm up.
        seconds: About how long to take in all; slow calls may take longer, for there are at least `MIN_ROUNDS` rounds.
    """
    for call in calls.values():
        call()
    samples = {key: Samples() for key in calls}
    slice_s = seconds / ROUNDS / max(1, len(calls))
    started = time.perf_counter()
    rounds = 0
    while rounds < MIN_ROUNDS or time.perf_counter() - started < seconds:
        for key, call in calls.items():
            _fill(samples[key], call, slice_s)
        rounds += 1
    return {key: found.timing() for key, found in samples.items()}


def repeat(call: Callable[[], object], seconds: float, minimum: int = MIN_ROUNDS) -> Timing:
    """Time ``call`` alone for about ``seconds`` and at least ``minimum`` times, after one call to warm up."""
    call()
    samples = Samples()
    for _ in range(minimum):
        _fill(samples, call, seconds / minimum)
    return samples.timing()


def _fill(samples: Samples, call: Callable[[], object], seconds: float) -> None:
    deadline = time.perf_counter() + seconds
    while True:
        with samples.lap():
            call()
        if time.perf_counter() >= deadline:
            return
