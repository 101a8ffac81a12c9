"""Automatic quality: the most faithful model and working size that keep up with the source, while someone watches.

What each rung of the ladder takes on this machine is measured when it is first needed and kept for the next start,
unless the running session contradicts it. While running the real times decide (`run.ladder`): too slow steps down at
once, room for a better rung steps up soon, and less soon where that was no gain. An image, which stays, gets the best
model that shows it within seconds.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from fusion_app.engine import COMPACT, Engine, open_engine, warm_up
from fusion_app.frames import FusedFrame, Size
from fusion_app.run.ladder import LADDER, QualityPolicy, Rung, Standing, Times, times_of
from fusion_app.run.speed import Measurement
from fusion_app.settings import FusionSettings

WINDOW = 30
PRESSURE = 0.25
"""How full the recorder's queue may be before the network gives way to it: a recording never does."""
STILL_S = 10.0
"""What takes the place of the frame period where there is one image: how long its viewer may have to wait."""


@dataclass(frozen=True)
class Watched:
    """The session that a keeper watches; all but ``exchange`` is asked with every frame.

    Attributes:
        exchange: Takes an engine that fits better into use; called from a thread of the keeper's own.
        lag: Fill level of the recorder's queue, 0…1; None while nothing is recorded.
        display_first: The display gives way before quality does, as while something is recorded.
        period_s: Time between two frames of the source as measured by now, seconds; None where it is not known.
    """

    exchange: Callable[[Engine], None] = lambda _: None
    lag: Callable[[], float | None] = lambda: None
    display_first: Callable[[], bool] = lambda: False
    period_s: Callable[[], float | None] = lambda: None


class QualityKeeper:
    """A sink that watches how long frames take and exchanges the engine when another rung fits better.

    The new engine is opened in a thread of its own; the picture goes on with the old one meanwhile.
    """

    def __init__(self, base: FusionSettings, frame: Size, period_s: float) -> None:
        """Choose for frames of size ``frame`` that come every ``period_s``, with all but the model from ``base``."""
        self._policy = QualityPolicy({}, period_s * 1000)
        self._base = base
        self._frame = frame
        self._watched = Watched()
        self._changing = threading.Lock()
        """Held while `_standing` or the engine changes: by the runner's thread, the keeper's own, and the user's."""
        self._standing: Standing | None = None
        self._measurement: Measurement | None = None
        self._since = 0.0
        self._times: deque[Times] = deque(maxlen=WINDOW)
        self._thread: threading.Thread | None = None

    def start(self) -> Engine:
        """Measure, and return the engine to start with."""
        reference = open_engine(replace(self._base, model=COMPACT, working_size="full"), is_real_time=True)
        if reference.device != "cpu":
            rung = LADDER[0]
            self._policy = replace(self._policy, costs={rung: 1.0})
        else:
            self._measurement = Measurement(self._base)
            costs = self._measurement.costs(self._frame, self._policy.period_ms)
            self._policy = replace(self._policy, costs=costs)
            rung = self._policy.first()
        self._watch(Standing(rung))
        return self._open(rung)

    def attach(self, watched: Watched) -> None:
        """Watch a session from now on."""
        self._watched = watched

    @property
    def is_active(self) -> bool:
        """It changes what fuses; not once a model has been chosen by hand."""
        return self._standing is not None

    @property
    def can_give_way(self) -> bool:
        """There is a cheaper rung."""
        costs = self._policy.costs
        return self._standing is not None and costs[self._standing.rung] > min(costs.values())

    def stop(self) -> None:
        """Change nothing any more: the user has chosen a model, or the session ends. What is on its way is too late."""
        with self._changing:
            self._standing = None

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
        standing = self._standing
        network_ms = fused.stage_ms.get("fuse", 0.0)
        self._times.append(Times(network_ms, sum(fused.stage_ms.values()) - network_ms))
        if standing is None or len(self._times) < WINDOW // 2 or (self._thread and self._thread.is_alive()):
            return
        chosen = self._better_or_cheaper(standing)
        if chosen is standing:
            return
        is_cheaper = self._policy.costs[chosen.rung] < self._policy.costs[standing.rung]
        if is_cheaper and self._watched.display_first():
            self._times.clear()  # what follows shows whether that was enough
        elif self._goes_on(standing, chosen):
            self._begin_change(chosen)

    def _better_or_cheaper(self, standing: Standing) -> Standing:
        period_s = self._watched.period_s()
        policy = self._policy if period_s is None else replace(self._policy, period_ms=period_s * 1000)
        is_pressed = (self._watched.lag() or 0.0) > PRESSURE  # the processor is what they share
        settled_s = time.monotonic() - self._since
        return policy.next(standing, times_of(self._times), settled_s, is_pressed=is_pressed)

    def _begin_change(self, standing: Standing) -> None:
        if self._measurement is not None:
            self._measurement.forget()  # it was wrong, or other programs need the machine: measure the next time
        self._thread = threading.Thread(target=self._change, args=(standing,), name="quality", daemon=True)
        self._thread.start()

    def _goes_on(self, before: Standing, standing: Standing) -> bool:
        """Go on with ``standing`` unless that ``before`` it is no longer the one in use; tell whether it is."""
        with self._changing:
            if self._standing is before:
                self._watch(standing)
                return True
            return False

    def _watch(self, standing: Standing) -> None:
        self._standing = standing
        self._since = time.monotonic()
        self._times.clear()

    def _change(self, standing: Standing) -> None:
        if self._standing is not standing:
            return  # the session closes: load no library any more
        engine = self._open(standing.rung)
        with self._changing:
            if self._standing is standing:
                self._watched.exchange(engine)
                self._watch(standing)

    def _open(self, rung: Rung) -> Engine:
        engine = open_engine(rung.settings(self._base, self._frame), is_real_time=True)
        warm_up(engine, self._frame)  # what is compiled then must neither halt the picture nor count as a frame's time
        return engine
