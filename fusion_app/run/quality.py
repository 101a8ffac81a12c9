"""Automatic quality: the most faithful model and working size that keep up with the source, while someone watches.

One compact model is timed on a small picture when a session opens; cost grows linearly with pixels, and the models'
costs stand in nearly fixed proportions, so one measurement ranks them all. It is kept for the next start, unless the
running session contradicts it. While running the real times decide: too slow steps down at once, room for the next
better rung steps up after a while.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np

from fusion_app.engine import COMPACT, Engine, learned_names, open_engine, warm_up
from fusion_app.frames import FusedFrame, Size
from fusion_app.settings import FusionSettings
from fusion_app.system import cache
from fusion_app.system.machine import describe_machine

START_SHARE = 0.7
"""Share of the frame period that fusing may take when a rung is chosen; the rest is for decoding and showing."""
STEP_UP_SHARE = 0.75
"""Share that the next better rung may be expected to take; stepping down needs more than the whole period, so between
the two nothing swings."""
USUAL_PERCENT = 80
"""Of the latest frames; one that was late among fifteen says nothing about the network."""
SETTLE_S = 2.0
STEP_UP_AFTER_S = 10.0
WINDOW = 30
PRESSURE = 0.25
"""How full the recorder's queue may be before the network gives way to it: a recording never does."""
PROBE = Size(320, 256)


@dataclass(frozen=True)
class Rung:
    """A model and the side of its working size relative to the frame's, with what it costs.

    Attributes:
        model: Name of the model.
        side: 1 fuses at full size.
        cost: Time per frame relative to the compact model at full size (measured: docs/benchmarks.md).
    """

    model: str
    side: float
    cost: float

    def settings(self, base: FusionSettings, frame: Size) -> FusionSettings:
        """Return ``base`` with this rung's model and working size for frames of size ``frame``."""
        working = f"{max(16, round(frame.width * self.side))}x{max(16, round(frame.height * self.side))}"
        return replace(base, model=self.model, working_size="full" if self.side == 1 else working)


LADDER = (
    Rung("cs2fusion", 1.0, 17.0),
    Rung("lite-25k", 1.0, 4.0),
    Rung("lite-6k", 1.0, 1.0),
    Rung("lite-2k", 1.0, 0.6),
    Rung("lite-2k", 0.7, 0.35),
    Rung("lite-2k", 0.5, 0.2),
    Rung("lite-2k", 0.33, 0.13),
)


@dataclass(frozen=True)
class QualityPolicy:
    """Decides; it knows no clock and no engine.

    Attributes:
        ladder: The most faithful rung first.
        period_ms: Time from one frame of the source to the next, milliseconds.
    """

    ladder: Sequence[Rung]
    period_ms: float

    def first(self, reference_ms: float) -> Rung:
        """Return the rung to start with, if the reference model takes ``reference_ms`` per frame."""
        fitting = (rung for rung in self.ladder if rung.cost * reference_ms <= START_SHARE * self.period_ms)
        return next(fitting, self.ladder[-1])

    def next(self, rung: Rung, usual_ms: float, settled_s: float) -> Rung:
        """Return the rung to go on with: the same, a cheaper one, or the next better one.

        Args:
            rung: The one in use.
            usual_ms: See `usual_ms`.
            settled_s: Seconds since it came into use.
        """
        index = self.ladder.index(rung)
        reference_ms = usual_ms / rung.cost
        if usual_ms > self.period_ms and settled_s >= SETTLE_S:
            cheaper = QualityPolicy(self.ladder[index + 1 :] or self.ladder[-1:], self.period_ms)
            return cheaper.first(reference_ms)
        if index > 0 and settled_s >= STEP_UP_AFTER_S:
            better = self.ladder[index - 1]
            return better if better.cost * reference_ms <= STEP_UP_SHARE * self.period_ms else rung
        return rung


@dataclass(frozen=True)
class Watched:
    """The session that a keeper watches; all but ``exchange`` is asked with every frame.

    Attributes:
        exchange: Takes an engine that fits better into use; called from a thread of the keeper's own.
        lag: Fill level of the recorder's queue, 0…1; None while nothing is recorded.
        waits: Something else gives way first: the display does, while something is recorded.
        period_s: Time between two frames of the source as measured by now, seconds; None where it is not known.
    """

    exchange: Callable[[Engine], None] = lambda _: None
    lag: Callable[[], float | None] = lambda: None
    waits: Callable[[], bool] = lambda: False
    period_s: Callable[[], float | None] = lambda: None


def usual_ms(times_ms: Sequence[float]) -> float:
    """Return what all but the slowest fifth of the frames took at most, milliseconds."""
    return float(np.percentile(times_ms, USUAL_PERCENT))


class QualityKeeper:
    """A sink that watches how long frames take and exchanges the engine when another rung fits better.

    The new engine is opened in a thread of its own; the picture goes on with the old one meanwhile.
    """

    def __init__(self, base: FusionSettings, frame: Size, period_s: float) -> None:
        """Choose for frames of size ``frame`` that come every ``period_s``, with all but the model from ``base``."""
        shipped = learned_names()
        self._policy = QualityPolicy([rung for rung in LADDER if rung.model in shipped], period_s * 1000)
        self._base = base
        self._frame = frame
        self._watched = Watched()
        self._changing = threading.Lock()
        """Held while `_rung` or the engine changes: by the runner's thread, the keeper's own, and the user's."""
        self._rung: Rung | None = None
        self._measurement: Measurement | None = None
        self._since = 0.0
        self._times_ms: deque[float] = deque(maxlen=WINDOW)
        self._thread: threading.Thread | None = None

    def start(self) -> Engine:
        """Measure, and return the engine to start with."""
        reference = open_engine(replace(self._base, model=COMPACT, working_size="full"), is_real_time=True)
        if reference.device != "cpu":
            rung = self._policy.ladder[0]
        else:
            self._measurement = Measurement(reference, self._base.threads)
            rung = self._policy.first(self._measurement.frame_ms(self._frame))
        self._watch(rung)
        return self._open(rung)

    def attach(self, watched: Watched) -> None:
        """Watch a session from now on."""
        self._watched = watched

    @property
    def is_active(self) -> bool:
        """It changes what fuses; not once a model has been chosen by hand."""
        return self._rung is not None

    @property
    def can_give_way(self) -> bool:
        """There is a cheaper rung."""
        return self._rung is not None and self._rung != self._policy.ladder[-1]

    def stop(self) -> None:
        """Change nothing any more: the user has chosen a model, or the session ends. What is on its way is too late."""
        with self._changing:
            self._rung = None

    def close(self) -> None:
        """Stop, and wait for an engine that is being opened."""
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def __call__(self, fused: FusedFrame) -> None:
        """Note what a frame took, and change the rung if it is time to."""
        if fused.pair.lost:
            return  # nothing was fused
        self._frame = fused.pair.vis.size  # a camera that came late was only guessed at
        rung = self._rung
        self._times_ms.append(sum(fused.stage_ms.values()))
        if rung is None or len(self._times_ms) < WINDOW // 2 or (self._thread is not None and self._thread.is_alive()):
            return
        chosen = self._better_or_cheaper(rung)
        if chosen.cost < rung.cost and self._watched.waits():
            self._times_ms.clear()  # what follows shows whether that was enough
        elif chosen != rung and self._goes_on(rung, chosen):
            self._begin_change(chosen)

    def _better_or_cheaper(self, rung: Rung) -> Rung:
        period_s = self._watched.period_s()
        policy = self._policy if period_s is None else replace(self._policy, period_ms=period_s * 1000)
        usual = usual_ms(self._times_ms)
        is_pressed = (self._watched.lag() or 0.0) > PRESSURE  # the processor is what they share
        if self._measurement is not None and is_pressed:
            usual = max(usual, 1.01 * policy.period_ms)
        return policy.next(rung, usual, time.monotonic() - self._since)

    def _begin_change(self, rung: Rung) -> None:
        if self._measurement is not None:
            self._measurement.forget()  # it was wrong, or other programs need the machine: measure the next time
        self._thread = threading.Thread(target=self._change, args=(rung,), name="quality", daemon=True)
        self._thread.start()

    def _goes_on(self, before: Rung, rung: Rung) -> bool:
        """Go on with ``rung`` unless that ``before`` it is no longer the one in use; tell whether it is."""
        with self._changing:
            if self._rung is before:
                self._watch(rung)
                return True
            return False

    def _watch(self, rung: Rung) -> None:
        self._rung = rung
        self._since = time.monotonic()
        self._times_ms.clear()

    def _change(self, rung: Rung) -> None:
        if self._rung is not rung:
            return  # the session closes: load no library any more
        engine = self._open(rung)
        with self._changing:
            if self._rung is rung:
                self._watched.exchange(engine)
                self._watch(rung)

    def _open(self, rung: Rung) -> Engine:
        engine = open_engine(rung.settings(self._base, self._frame), is_real_time=True)
        warm_up(engine, self._frame)  # what is compiled then must neither halt the picture nor count as a frame's time
        return engine


class Measurement:
    """What the compact model takes on this machine: measured once, then kept for later starts."""

    def __init__(self, engine: Engine, threads: int) -> None:
        """Take the compact model's ``engine``, which computes with ``threads``."""
        card = (files("assets") / "weights" / f"{COMPACT}.json").read_bytes()
        self._engine = engine
        self._entry = cache.name_of("quality", repr(describe_machine()), engine.description, str(threads), card)

    def frame_ms(self, frame: Size) -> float:
        """Return what a frame of size ``frame`` would take, milliseconds."""
        kept = cache.recall(self._entry)
        probe_ms = _probe_ms(self._engine) if kept is None else float(kept)
        if kept is None:
            cache.keep(self._entry, repr(probe_ms).encode())
        return probe_ms * (frame.width * frame.height) / (PROBE.width * PROBE.height)

    def forget(self) -> None:
        """Measure again the next time."""
        cache.forget(self._entry)


def _probe_ms(engine: Engine) -> float:
    """Return what a small frame takes, milliseconds."""
    image = np.full((PROBE.height, PROBE.width), 100, np.float32)
    engine.fuse(image, image)  # the first one compiles
    times = []
    for _ in range(5):
        started = time.perf_counter()
        engine.fuse(image, image)
        times.append(time.perf_counter() - started)
    # The best of a few: what the machine can do when nothing else runs. If something does, the running times tell.
    return min(times) * 1000
