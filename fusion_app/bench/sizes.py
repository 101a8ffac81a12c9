"""What a model costs from 320×240 to 4K, in time and in memory: each cell in a process of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fusion_app.bench.children import in_child
from fusion_app.bench.clip import scene_lumas
from fusion_app.bench.timing import Timing, repeat
from fusion_app.engine.measuring.candidates import Candidate
from fusion_app.errors import FusionAppError
from fusion_app.frames import Size
from fusion_app.system.machine import forget_peak_resident, peak_resident_mib, resident_mib

SIZES = (Size(320, 240), Size(640, 480), Size(1280, 720), Size(1920, 1080), Size(2560, 1440), Size(3840, 2160))
CELL_S = 2.0
MAX_FRAME_S = 15.0
MAX_MEMORY_SHARE = 0.7
"""Cells that would take longer a frame, or more of the machine's memory, are foretold and left out."""


@dataclass(frozen=True)
class SizeCost:
    """One candidate at one size.

    Attributes:
        candidate: Which.
        size: Of the frames.
        timing: Of fusing one frame; None where it was not measured.
        extra_mib: Most memory over what the process held before its first frame; None where unknown.
        problem: Why it was not measured, or empty.
    """

    candidate: Candidate
    size: Size
    timing: Timing | None = None
    extra_mib: float | None = None
    problem: str = ""


@dataclass(frozen=True)
class Limits:
    """What cells may use.

    Attributes:
        threads: CPU threads of a network.
        memory_mib: Physical memory of the machine; None where unknown.
    """

    threads: int
    memory_mib: int | None


def costs_over_sizes(
    found: Sequence[Candidate], limits: Limits, progress: Callable[[str], None], sizes: Sequence[Size] = SIZES
) -> Iterator[SizeCost]:
    """Yield the cost of every candidate at every size, small sizes first."""
    for candidate in found:
        last: SizeCost | None = None
        for size in sizes:
            progress(f"{candidate.model}, {candidate.label}, {size}")
            problem = _foretold(last, size, limits)
            last = SizeCost(candidate, size, problem=problem) if problem else _cost(candidate, size, limits.threads)
            yield last
            if last.timing is None:
                break  # larger sizes fare no better


def measure_size(candidate: Candidate, size: Size, threads: int, seconds: float = CELL_S) -> SizeCost:
    """Measure one cell in this process, which should be fresh."""
    lumas = scene_lumas(size)
    engine = candidate.open(threads)
    forget_peak_resident()  # of making the pictures and of loading
    before_mib = resident_mib()
    timing = repeat(lambda: engine.fuse(lumas.ir, lumas.vis), seconds, minimum=2)
    peak_mib = peak_resident_mib()
    extra_mib = max(0.0, peak_mib - before_mib) if peak_mib is not None and before_mib is not None else None
    return SizeCost(candidate, size, timing, extra_mib)


def _cost(candidate: Candidate, size: Size, threads: int) -> SizeCost:
    try:
        return in_child(measure_size, candidate, size, threads)
    except FusionAppError as error:
        return SizeCost(candidate, size, problem=str(error))


def _foretold(last: SizeCost | None, size: Size, limits: Limits) -> str:
    """Return why ``size`` need not be tried, judged by the pixels and the size before; empty if it should be."""
    if last is None or last.timing is None:
        return ""
    growth = size.width * size.height / (last.size.width * last.size.height)
    frame_s = last.timing.median_ms / 1000 * growth
    if frame_s > MAX_FRAME_S:
        return f"about {frame_s:.0f} s"
    extra_mib = (last.extra_mib or 0.0) * growth
    if limits.memory_mib is not None and extra_mib > MAX_MEMORY_SHARE * limits.memory_mib:
        return f"about {extra_mib / 1024:.0f} GiB"
    return ""
