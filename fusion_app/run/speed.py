"""What the rungs of automatic quality take on this machine: measured in turns when first needed, then kept.

No table could tell: a model that is twice as fast as another in float32 need not be in int8, nor on another processor.
"""

import json
import time
from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files

import numpy as np

from fusion_app.engine import COMPACT, Engine, learned_names, open_engine
from fusion_app.frames import FloatImage, Size
from fusion_app.run.ladder import LADDER, Rung
from fusion_app.settings import FusionSettings
from fusion_app.system import cache
from fusion_app.system.machine import describe_machine

PROBE = Size(320, 256)
ROUNDS = 5
ENOUGH_S = 1.0
"""No further round is begun after so long: slow models tell within few."""
REDUCED = "average"
"""Fuses for next to nothing: what it takes at a working size is what reducing and enlarging take."""
AT_LEAST = {"cs2fusion": 10.0, "lite-25k": 2.0}
"""How many times as long as the compact model these take at least, on any processor. They are measured only where that
would fit: a slow model is not opened to hear that it is slow."""


class Measurement:
    """What each rung takes while someone watches."""

    def __init__(self, base: FusionSettings) -> None:
        """Measure with all but model and working size from ``base``."""
        self._base = base
        cards = [weights_card(model) for model in learned_names()]
        self._entry = cache.name_of("speeds", repr(describe_machine()), *way_of(base), *cards)

    def costs(self, frame: Size, budget_ms: float) -> dict[Rung, float]:
        """Return what a frame of size ``frame`` takes on each rung that could need ``budget_ms`` at most, milliseconds.

        The most faithful is first; rungs of the compact models are always among them.
        """
        known = self._recall()
        before = dict(known)
        sides = dict.fromkeys(rung.side for rung in LADDER if rung.side != 1)
        self._measure(known, [Rung(REDUCED, side) for side in sides])
        self._measure(known, _networks(set(learned_names()) - set(AT_LEAST)))
        share = _pixels(frame) / _pixels(PROBE)
        limit = budget_ms / share / known[Rung(COMPACT)]
        self._measure(known, _networks({model for model, least in AT_LEAST.items() if least <= limit}))
        if known != before:
            self._keep(known)
        return {rung: share * _cost(rung, known) for rung in LADDER if Rung(rung.model) in known}

    def forget(self) -> None:
        """Measure again the next time."""
        cache.forget(self._entry)

    def _measure(self, known: dict[Rung, float], rungs: Sequence[Rung]) -> None:
        missing = [rung for rung in rungs if rung not in known]
        engines = [open_engine(rung.settings(self._base, PROBE), is_real_time=True) for rung in missing]
        known.update(zip(missing, frames_ms(engines), strict=True))

    def _recall(self) -> dict[Rung, float]:
        kept = cache.recall(self._entry)
        entries = [] if kept is None else json.loads(kept)
        return {Rung(model, side): float(cost) for model, side, cost in entries}

    def _keep(self, known: Mapping[Rung, float]) -> None:
        cache.keep(self._entry, json.dumps([(rung.model, rung.side, cost) for rung, cost in known.items()]).encode())


def way_of(fusion: FusionSettings) -> tuple[str, ...]:
    """Return how ``fusion`` computes: all of it that makes one model faster or slower."""
    return fusion.device, fusion.runtime, fusion.precision, str(fusion.threads), str(fusion.compiled)


def weights_card(model: str) -> bytes:
    """Return what says which weights a shipped model has; nothing for a classical mode."""
    card = files("assets") / "weights" / f"{model}.json"
    return card.read_bytes() if card.is_file() else b""


def frames_ms(engines: Sequence[Engine]) -> list[float]:
    """Return what a frame of `PROBE` takes each of ``engines`` at best, milliseconds.

    The best of a few, in turns: what the machine can do when nothing else runs. Other programs change what the clock
    says of each engine by chance, so how the engines compare is taken from the time of the processor, and how much
    clock goes by with that from the engine that was interrupted least.
    """
    image = np.full((PROBE.height, PROBE.width), 100, np.float32)
    for engine in engines:
        engine.fuse(image, image)  # the first one compiles
    begun, taken = time.perf_counter(), [[_once_ms(engine, image)] for engine in engines]
    for _ in range(ROUNDS - 1):
        if time.perf_counter() - begun < ENOUGH_S:
            for engine, times in zip(engines, taken, strict=True):
                times.append(_once_ms(engine, image))
    best = [tuple(min(values) for values in zip(*times, strict=True)) for times in taken]
    longer = min((wall_ms / cpu_ms for wall_ms, cpu_ms in best if cpu_ms > 0), default=1.0)
    return [cpu_ms * longer for _, cpu_ms in best]


def _once_ms(engine: Engine, image: FloatImage) -> tuple[float, float]:
    """Return what a frame takes on the clock and of the processor, milliseconds."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    engine.fuse(image, image)
    return (time.perf_counter() - wall_s) * 1000, (time.process_time() - cpu_s) * 1000


def _networks(models: Collection[str]) -> list[Rung]:
    """Return the rungs at full size of those of ``models`` that are shipped."""
    return [rung for rung in LADDER if rung.side == 1 and rung.model in models and rung.model in learned_names()]


def _cost(rung: Rung, known: Mapping[Rung, float]) -> float:
    """Return what ``rung`` takes: its network of fewer pixels, and carrying its decisions to the full size."""
    whole = known[Rung(rung.model)]
    return whole if rung.side == 1 else whole * rung.side**2 + known[Rung(REDUCED, rung.side)]


def _pixels(size: Size) -> int:
    return size.width * size.height
