"""Several models beside the one of a session, on the same pairs: each fuses in turn, in a thread of its own.

The wall is a sink. It keeps the newest fused frame of the session and has its models fuse that pair, infrared grey and
aligned as it was. Turns share the time, not the frames: next is whoever has computed least and has not had the newest
pair yet. So a slow model does not hold up a fast one, and all come to the same pair when the session pauses.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fusion_app.engine import Engine, open_engine, weights_of
from fusion_app.engine.devices import default_threads
from fusion_app.errors import FusionAppError
from fusion_app.frames import FusedFrame
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.settings import FusionSettings
from fusion_app.system.machine import yield_to_others

log = logging.getLogger(__name__)

RATED_S = 10.0
"""So long a time makes a rate: a slow model's turn is in it, which the others wait for."""
IDLE_S = 5.0
"""Without a frame for so long a model has no rate."""
SMOOTH = 0.3
"""Weight of the newest time in the mean that is shown."""


@dataclass(frozen=True)
class WallTile:
    """What one model of a wall has come to.

    Attributes:
        model: Its name.
        fused: What it has fused last; None: nothing yet.
        description: Name, device and runtime in a few words; empty until it has been opened.
        frame_ms: What a frame takes it, milliseconds, the newest counting most; None: not known yet.
        fps: Frames per second at present; None: it has none.
        behind_s: How much older its pair is than the session's newest one, seconds.
        fallback: Why it is not computed as was asked for; empty when it is.
        trouble: Why it fuses nothing any more; empty while it does.
    """

    model: str
    fused: FusedFrame | None = None
    description: str = ""
    frame_ms: float | None = None
    fps: float | None = None
    behind_s: float = 0.0
    fallback: str = ""
    trouble: str = ""


def shared_of(fusion: FusionSettings) -> FusionSettings:
    """Return what of ``fusion`` the models of a wall share: device, runtime, precision, size and threads."""
    usual = FusionSettings()
    plain = replace(fusion, mode=usual.mode, strength=usual.strength, isotherm=usual.isotherm)
    return replace(plain, model=usual.model, weights=usual.weights)


class Wall:
    """Fuses what a session shows with other models, until `close`."""

    def __init__(self, models: Sequence[str], fusion: FusionSettings, tell: Callable[[], None]) -> None:
        """Take ``models``, to be computed as `shared_of` ``fusion`` says.

        ``tell`` is called in the wall's thread, after every frame.
        """
        settings = replace(shared_of(fusion), threads=fusion.threads or max(1, default_threads() // 2))
        self._places = tuple(_Place(replace(settings, model=name)) for name in models)
        self._tell = tell
        self._changed = threading.Condition()
        self._newest: FusedFrame | None = None
        self._held: FusedFrame | None = None
        self._arrived_s = 0.0
        self._is_closed = self._is_resting = False
        self._thread = threading.Thread(target=self._run, name="wall", daemon=True)

    def start(self) -> None:
        """Begin to fuse what comes."""
        self._thread.start()

    def __call__(self, fused: FusedFrame) -> None:
        """Take ``fused`` instead of the one before; called from the runner's thread."""
        with self._changed:
            if self._held is None:
                self._newest, self._arrived_s = fused, time.monotonic()
            self._changed.notify()

    def hold(self, fused: FusedFrame | None) -> None:
        """Have all models come to the pair of ``fused`` and stay there; None goes on with what comes."""
        with self._changed:
            self._held, self._newest = fused, fused or self._newest
            self._changed.notify()

    def rest(self, is_resting: bool) -> None:
        """Fuse nothing for the time being, after the frame in work; or go on."""
        with self._changed:
            self._is_resting = is_resting
            self._changed.notify()

    @property
    def is_resting(self) -> bool:
        """It fuses nothing for the time being."""
        return self._is_resting

    def tiles(self) -> tuple[WallTile, ...]:
        """Return what each model has come to, in their order; from any thread."""
        return tuple(place.tile(self._arrived_s) for place in self._places)

    def stop(self) -> None:
        """Begin no other frame."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def close(self, timeout_s: float = 5.0) -> None:
        """Stop, and wait for the frame in work, ``timeout_s`` at most."""
        self.stop()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        yield_to_others()  # threads of the engines inherit it
        while (turn := self._next()) is not None:
            place, fused, arrived_s = turn
            place.fuse(fused, arrived_s)
            if not self._is_closed:
                self._tell()

    def _next(self) -> "tuple[_Place, FusedFrame, float] | None":
        """Wait until a model has something to fuse; None once the wall is closed."""
        with self._changed:
            while not self._is_closed:
                place = self._waiting()
                if place is not None and self._newest is not None:
                    return place, self._newest, self._arrived_s
                self._changed.wait()
            return None

    def _waiting(self) -> "_Place | None":
        if self._newest is None or self._is_resting:
            return None
        able = [place for place in self._places if place.wants(self._newest)]
        return min(able, key=lambda place: (place.spent_s, place.size), default=None)


class _Place:
    """One model of a wall; `fuse` is called in the wall's thread only."""

    def __init__(self, settings: FusionSettings) -> None:
        self.spent_s = 0.0
        self.size = _bytes_of(settings.model)  # a large one, likely slow, begins last
        self._settings = settings
        self._engine: Engine | None = None
        self._had: FusedFrame | None = None
        self._shown = WallTile(settings.model)
        self._finished: tuple[float, ...] = ()
        self._is_warm = False
        self._shows_s = 0.0

    def wants(self, fused: FusedFrame) -> bool:
        """Tell whether the pair of ``fused`` is to be fused, and can be."""
        return not self._shown.trouble and self._had is not fused

    def tile(self, newest_s: float) -> WallTile:
        """Return what it has come to; ``newest_s`` is when the session's newest pair arrived."""
        times = self._finished
        shown = replace(self._shown, behind_s=max(0.0, newest_s - self._shows_s))
        if len(times) < 2 or shown.trouble:
            return shown
        interval_s = (times[-1] - times[0]) / (len(times) - 1)
        is_idle = time.monotonic() - times[-1] > max(IDLE_S, 2 * interval_s)
        return shown if is_idle else replace(shown, fps=1 / max(interval_s, 1e-3))

    def fuse(self, fused: FusedFrame, arrived_s: float) -> None:
        """Fuse the pair of ``fused``, which arrived at ``arrived_s``, or note why that cannot be."""
        self._had = fused
        try:
            self._fuse(fused)
            self._shows_s = arrived_s
        except Exception as error:  # the other models go on, and the tile says it
            if not isinstance(error, FusionAppError | MemoryError):
                log.exception("%s failed on the wall", self._shown.model)
            self._engine = None
            self._shown = replace(self._shown, trouble=str(error) or type(error).__name__)

    def _fuse(self, fused: FusedFrame) -> None:
        if self._engine is None:
            self._engine = open_engine(self._settings, is_real_time=True, stands_in=False)
        engine, started = self._engine, time.monotonic()
        anew = FusionPipeline(engine).again(fused)
        now = time.monotonic()
        if not fused.pair.lost:  # else it is the picture of the other source, and nothing was computed
            self._note(now - started, now)
        self._shown = replace(self._shown, fused=anew, description=engine.description, fallback=engine.fallback_reason)

    def _note(self, frame_s: float, now_s: float) -> None:
        """Take note of what a frame has cost; the first one is slower than any other, and forgotten with the second."""
        before = self._shown.frame_ms
        mean_ms = frame_s * 1000
        if before is not None and self._is_warm:
            mean_ms = before + SMOOTH * (mean_ms - before)
        self._is_warm = before is not None
        self._shown = replace(self._shown, frame_ms=mean_ms)
        recent = [at for at in self._finished if now_s - at < RATED_S] or self._finished[-1:]
        self._finished = (*recent, now_s)
        self.spent_s += frame_s


def _bytes_of(model: str) -> int:
    """Return how large its weights are; 0 where there are none."""
    try:
        return weights_of(model).stat().st_size
    except OSError:
        return 0
