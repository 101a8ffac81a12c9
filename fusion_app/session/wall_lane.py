"""The lane of one model of a wall: a thread that fuses the newest pair, as often as it can, and looks at what came."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from fusion_app.engine import Engine, open_engine, weights_of
from fusion_app.errors import FusionAppError
from fusion_app.frames import FusedFrame, Image, Picture, Planes
from fusion_app.metrics.glance import Glance, glance, small
from fusion_app.pipeline.difference import coloured, lumas_of
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.session.wall_offer import Offer, Turn
from fusion_app.settings import FusionSettings
from fusion_app.system.machine import yield_to_others

log = logging.getLogger(__name__)

RATED_S = 10.0
"""So long a time makes a rate."""
IDLE_S = 5.0
"""Without a frame for so long a model has no rate."""
SMOOTH = 0.3
"""Weight of the newest time in the mean that is shown."""
LOOK_EVERY_S = 0.5
"""So often a picture is looked at, at most: a look takes as long as the plainest models."""


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
        dropped: Pairs that came while it was at others, since its first.
        glance: How its picture is, or one a moment before; None: not looked at yet.
        difference: What infrared adds in ``fused``, in colours, ``(H, W, 3)`` uint8 BGR; None where it is not wanted
            or cannot be told.
        fallback: Why it is not computed as was asked for; empty when it is.
        trouble: Why it fuses nothing any more; empty while it does.
    """

    model: str
    fused: FusedFrame | None = None
    description: str = ""
    frame_ms: float | None = None
    fps: float | None = None
    behind_s: float = 0.0
    dropped: int = 0
    glance: Glance | None = None
    difference: Image | None = None
    fallback: str = ""
    trouble: str = ""


class Lane:
    """One model of a wall."""

    def __init__(self, settings: FusionSettings, offer: Offer, tell: Callable[[], None]) -> None:
        """Fuse with the model of ``settings`` what ``offer`` has, and ``tell``, in the lane's thread, after each."""
        self.size = size_of_weights(settings.model)
        self.rank = 0
        """How many models of the wall are opened before this one."""
        self._settings, self._offer, self._tell = settings, offer, tell
        self._engine: Engine | None = None
        self._had: Turn | None = None
        self._shown = WallTile(settings.model)
        self._finished: tuple[float, ...] = ()
        self._is_warm = False
        self._differed: FusedFrame | None = None
        self._looked_at: FusedFrame | None = None
        self._looked_s = -LOOK_EVERY_S
        self._thread = threading.Thread(target=self._run, name="wall lane", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait for the frame in work, once the offer is closed."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def tile(self, newest_s: float) -> WallTile:
        """Return what it has come to; ``newest_s`` is when the session's newest pair arrived. From any thread."""
        times, had = self._finished, self._had
        behind_s = max(0.0, newest_s - had.arrived_s) if had is not None else 0.0
        shown = replace(self._shown, behind_s=behind_s)
        if len(times) < 2 or shown.trouble:
            return shown
        interval_s = (times[-1] - times[0]) / (len(times) - 1)
        is_idle = time.monotonic() - times[-1] > max(IDLE_S, 2 * interval_s)
        return shown if is_idle else replace(shown, fps=1 / max(interval_s, 1e-3))

    def _run(self) -> None:
        yield_to_others()  # threads of the engine inherit it
        while not self._shown.trouble and (turn := self._offer.next(self._owes)) is not None:
            self._work(turn)
            if not self._offer.is_closed:
                self._tell()

    def _owes(self, turn: Turn) -> float | None:
        """Return in how many seconds there is something to do for ``turn``; None: nothing."""
        if self._had is None or turn.fused is not self._had.fused:
            return 0.0
        fused = self._shown.fused
        if fused is None:
            return None
        if self._is_other(turn, fused):
            return 0.0
        if self._looked_at is fused or fused.pair.lost:
            return None
        return max(0.0, self._looked_s + LOOK_EVERY_S - time.monotonic())

    def _is_other(self, turn: Turn, fused: FusedFrame) -> bool:
        """Tell whether what infrared adds in ``fused`` is wanted and not made, or made and not wanted any more."""
        return turn.has_difference != (self._differed is fused)

    def _work(self, turn: Turn) -> None:
        """Do what is to be done for ``turn``, or note why that cannot be."""
        try:
            if self._had is None or turn.fused is not self._had.fused:
                self._fuse(turn)
            self._look(turn)
        except Exception as error:  # the other models go on, and the tile says it
            if not isinstance(error, FusionAppError | MemoryError):
                log.exception("%s failed on the wall", self._shown.model)
            self._engine = None
            self._shown = replace(self._shown, trouble=str(error) or type(error).__name__)

    def _fuse(self, turn: Turn) -> None:
        engine, fused = self._opened(), turn.fused
        if engine is None:
            return
        started = time.monotonic()
        anew = FusionPipeline(engine).again(fused)
        now = time.monotonic()
        shown = replace(self._shown, fused=anew, description=engine.description, fallback=engine.fallback_reason)
        if self._had is not None:
            shown = replace(shown, dropped=shown.dropped + max(0, turn.number - self._had.number - 1))
        shown = self._with_difference(shown, turn)
        if not fused.pair.lost:  # else it is the picture of the other source, and nothing was computed
            shown = replace(shown, frame_ms=self._mean_ms(now - started, now))
        self._had, self._shown = turn, shown

    def _opened(self) -> Engine | None:
        """Return the engine; None where the wall has been closed before it was its turn."""
        if self._engine is None:
            with self._offer.opening(self.rank) as is_wanted:
                if is_wanted:
                    self._engine = open_engine(self._settings, is_real_time=True, stands_in=False)
        return self._engine

    def _with_difference(self, shown: WallTile, turn: Turn) -> WallTile:
        """Return what is shown with what infrared adds, if that is wanted."""
        self._differed = shown.fused if turn.has_difference else None
        found = _difference(shown.fused) if shown.fused is not None and turn.has_difference else None
        return replace(shown, difference=found)

    def _look(self, turn: Turn) -> None:
        """Look at the picture, if it is time for it, and at what infrared adds, if that is wanted."""
        fused, now = self._shown.fused, time.monotonic()
        if fused is None:
            return
        if self._is_other(turn, fused):
            self._shown = self._with_difference(self._shown, turn)
        if fused.pair.lost:
            return
        if self._looked_at is not fused and now - self._looked_s >= LOOK_EVERY_S:
            self._looked_at, self._looked_s = fused, now
            pictures = (fused.picture, fused.ir_view, fused.pair.vis.picture)
            found = glance(*(small(_grey(picture)) for picture in pictures))
            self._shown = replace(self._shown, glance=found)

    def _mean_ms(self, frame_s: float, now_s: float) -> float:
        """Take note of what a frame has cost; the first one is slower than any other, and forgotten with the second."""
        before = self._shown.frame_ms
        mean_ms = frame_s * 1000
        if before is not None and self._is_warm:
            mean_ms = before + SMOOTH * (mean_ms - before)
        self._is_warm = before is not None
        recent = [at for at in self._finished if now_s - at < RATED_S] or self._finished[-1:]
        self._finished = (*recent, now_s)
        return mean_ms


def size_of_weights(model: str) -> int:
    """Return how large the weights of a model are, bytes; 0 where there are none."""
    try:
        return weights_of(model).stat().st_size
    except OSError:
        return 0


def _difference(fused: FusedFrame) -> Image | None:
    lumas = lumas_of(fused)
    return None if lumas is None else coloured(lumas)


def _grey(picture: Picture) -> Image:
    return picture.grey if isinstance(picture, Planes) else picture
