"""How much of what a device can do each model gets out of it.

A network cannot be faster than its arithmetic at the device's best rate, nor than reading the pair and writing the
fused frame once. Both bounds are computed from its layers before it is timed. Runtimes that compute layer by layer in
memory larger than any cache have a third, which is theirs and not the network's.

Source of the method: Williams, Waterman and Patterson, "Roofline", Communications of the ACM 52 (2009).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from fusion_app.bench.children import in_child
from fusion_app.bench.clip import scene_lumas
from fusion_app.bench.timing import Timing, repeat
from fusion_app.engine import Engine
from fusion_app.engine.base import ImageEngine
from fusion_app.engine.measuring.candidates import Candidate
from fusion_app.engine.measuring.ceilings import Ceilings
from fusion_app.engine.measuring.work import LayerWork, layers_of_weights
from fusion_app.errors import FusionAppError
from fusion_app.frames import Size

FRAME_BYTES = 12
"""Of a pixel, read or written once: infrared, visible and fused luma of four bytes (or their colours of one)."""

VALUE_BYTES = {"fp32": 4, "bf16": 2, "fp16": 2}
CELL_S = 1.0
MAX_FRAME_S = 4.0


@dataclass(frozen=True)
class Bounds:
    """The least milliseconds that a frame can take.

    Attributes:
        arithmetic_ms: For the multiply-accumulates alone.
        memory_ms: For reading the pair and writing the fused frame once.
        layers_ms: Layer by layer, the larger of arithmetic and of reading and writing its features once.
    """

    arithmetic_ms: float
    memory_ms: float
    layers_ms: float

    @property
    def least_ms(self) -> float:
        """What no computation of the network can undercut."""
        return max(self.arithmetic_ms, self.memory_ms)


@dataclass(frozen=True)
class Reach:
    """One candidate at one size.

    Attributes:
        candidate: Which.
        size: Of the frames.
        bounds: What it could take at least.
        timing: Of a whole call, from pictures in the host's memory to pictures there.
        laps_ms: Medians of upload, compute and download on the device; empty where there is no such way.
    """

    candidate: Candidate
    size: Size
    bounds: Bounds
    timing: Timing
    laps_ms: dict[str, float]

    @property
    def share(self) -> float:
        """How much of the bound is reached, upload and download left out; 1 is all."""
        return self.bounds.least_ms / self.laps_ms.get("compute", self.timing.median_ms)


@dataclass(frozen=True)
class Roofline:
    """What the devices can do, and what the candidates make of it."""

    ceilings: tuple[Ceilings, ...]
    reached: tuple[Reach, ...]


def measure_roofline(
    found: Sequence[Candidate], sizes: Sequence[Size], threads: int, progress: Callable[[str], None]
) -> Roofline:
    """Measure the ceilings of every device and precision that take part, then every learned candidate at every size.

    Raises:
        FusionAppError: A device cannot be used.
    """
    from fusion_app.engine.measuring.probing import measure_ceilings  # noqa: PLC0415 - torch costs seconds

    learned = [candidate for candidate in found if candidate.weights]
    ceilings = {}
    for kind in dict.fromkeys((candidate.device, candidate.precision) for candidate in learned):
        progress(f"what {kind[0]} can do in {kind[1]}")
        ceilings[kind] = in_child(measure_ceilings, *kind, threads)
    reached: list[Reach] = []
    for candidate in learned:
        progress(f"the share that {candidate.title}, {candidate.label}, reaches")
        ceiling = ceilings[(candidate.device, candidate.precision)]
        reached += in_child(measure_reach, candidate, tuple(sizes), ceiling, threads)
    return Roofline(tuple(ceilings.values()), tuple(reached))


def bounds_of(layers: Sequence[LayerWork], ceilings: Ceilings, size: Size) -> Bounds:
    """Return the least time of a frame of ``size`` on a device with ``ceilings``."""
    pixels = size.width * size.height
    mac_ms = pixels * 2 / (ceilings.tflops * 1e9)
    byte_ms = pixels / (ceilings.gb_per_s * 1e6)
    value_ms = byte_ms * VALUE_BYTES[ceilings.precision]
    return Bounds(
        arithmetic_ms=sum(layer.mac for layer in layers) * mac_ms,
        memory_ms=FRAME_BYTES * byte_ms,
        layers_ms=sum(max(layer.mac * mac_ms, layer.values * value_ms) for layer in layers),
    )


def measure_reach(candidate: Candidate, sizes: Sequence[Size], ceilings: Ceilings, threads: int) -> tuple[Reach, ...]:
    """Measure ``candidate`` at ``sizes`` in this process, small ones first, as far as a frame takes no minutes."""
    layers = layers_of_weights(Path(candidate.weights))
    engine = candidate.open(threads)
    found: list[Reach] = []
    for size in sorted(sizes, key=lambda size: size.width * size.height):
        if found and _grown_s(found[-1], size) > MAX_FRAME_S:
            break
        bounds = bounds_of(layers, ceilings, size)  # first the bound, then the time
        try:
            found.append(Reach(candidate, size, bounds, *_timed(engine, size)))
        except FusionAppError:
            break  # no memory for larger frames
    return tuple(found)


def _timed(engine: Engine, size: Size) -> tuple[Timing, dict[str, float]]:
    from fusion_app.engine.gpu.opening import laps_ms  # noqa: PLC0415 - torch costs seconds, and this is a process of its own

    lumas = scene_lumas(size)
    ir = np.clip(lumas.ir, 0, 255).astype(np.uint8)
    vis = np.repeat(np.clip(lumas.vis, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    laps: defaultdict[str, list[float]] = defaultdict(list)

    def fuse() -> None:
        if not isinstance(engine, ImageEngine) or engine.fuse_image(ir, vis) is None:
            engine.fuse(lumas.ir, lumas.vis)
        for name, lap_ms in laps_ms(engine).items():
            laps[name].append(lap_ms)

    fuse()
    laps.clear()
    timing = repeat(fuse, CELL_S)
    return timing, {name: median(values) for name, values in laps.items()}


def _grown_s(last: Reach, size: Size) -> float:
    return last.timing.median_ms / 1000 * size.width * size.height / (last.size.width * last.size.height)
