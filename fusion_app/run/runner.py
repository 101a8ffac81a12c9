"""Drives a run: pulls pairs, fuses them, hands the results to the sinks. In the calling thread or in one of its own.

Three ways to keep time: ``EXPORT`` takes every pair as fast as it can, several at a time where there are `Lanes`;
``PLAY`` keeps the real time of a file and skips what comes too late; ``LIVE`` takes the newest pair whenever it is
free.
"""

import enum
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from fusion_app.frames import FramePair, FusedFrame
from fusion_app.run.telemetry import Telemetry

Pipeline = Callable[[FramePair], FusedFrame]
Sink = Callable[[FusedFrame], None]

LATE_S = 0.1
"""How late a played frame may still be shown; beyond it frames are skipped until the picture has caught up."""

PATIENCE_S = 0.25
"""How long frames are skipped without catching up before the run takes the time as it is."""


class PairReader(Protocol):
    """What the runner needs of the paired sources."""

    def read(self) -> FramePair | None:
        """Return the next pair, or None at the end."""

    def seek(self, pts_s: float) -> None:
        """Continue at ``pts_s``."""


class Lanes(Protocol):
    """What the runner needs to fuse several frames at a time.

    Attributes:
        count: How many.
    """

    count: int

    def begin(self, pair: FramePair) -> Future[FusedFrame]:
        """Begin to fuse ``pair`` and return where its fused frame will be."""


class Pace(enum.Enum):
    """How a run keeps time; see the module's text."""

    EXPORT = "export"
    PLAY = "play"
    LIVE = "live"


class Finish(enum.Enum):
    """Why a run ended."""

    ENDED = "ended"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class RunReport:
    """How a run ended.

    Attributes:
        finish: Why.
        fused: Frames fused.
        seconds: Wall time, seconds.
        error: What failed, if something did.
    """

    finish: Finish
    fused: int
    seconds: float
    error: Exception | None = None


class Runner:
    """One run over one pair of sources. `run` blocks; `start` runs in a thread that `stop` ends."""

    def __init__(
        self, pairs: PairReader, pipeline: Pipeline, pace: Pace, telemetry: Telemetry, lanes: Lanes | None = None
    ) -> None:
        self.telemetry = telemetry
        self.report: RunReport | None = None
        self._pairs = pairs
        self._pipeline = pipeline
        self._pace = pace
        self._lanes = lanes
        self._in_work: deque[tuple[Future[FusedFrame], float]] = deque()
        self._sinks: tuple[Sink, ...] = ()
        self._wake = threading.Condition()
        self._stopping = False
        self._paused = False
        self._at_end = False
        self._steps = 0
        self._seek_to: float | None = None
        self._refresh = False
        self._last: FramePair | None = None
        self._origin: tuple[float, float] | None = None
        self._skipping: tuple[float, float] | None = None
        self._thread: threading.Thread | None = None

    def add_sink(self, sink: Sink) -> None:
        """Hand every fused frame from now on to ``sink``, in the runner's thread."""
        self._sinks = (*self._sinks, sink)

    def remove_sink(self, sink: Sink) -> None:
        """Stop handing frames to ``sink``."""
        self._sinks = tuple(item for item in self._sinks if item is not sink)

    def run(self, on_finish: Callable[[RunReport], None] | None = None) -> RunReport:
        """Run to the end of the sources or until `stop`, in the calling thread.

        An error ends the run and is in the report; it is not raised, so that sinks can be closed in order.
        """
        started, before = time.monotonic(), self.telemetry.status().fused
        finish, error = Finish.FAILED, None
        try:
            finish = self._loop()
            self._deliver_finished(leave=0)
        except Exception as caught:  # noqa: BLE001 - the report carries it to whoever started the run
            finish, error = Finish.FAILED, caught
        fused = self.telemetry.status().fused - before
        self.report = RunReport(finish, fused, time.monotonic() - started, error)
        if on_finish is not None:
            on_finish(self.report)
        return self.report

    def start(self, on_finish: Callable[[RunReport], None] | None = None) -> None:
        """Run in a thread of its own; ``on_finish`` is called from that thread."""
        self._thread = threading.Thread(target=self.run, args=(on_finish,), name="runner", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End the run after the frames in work; tell whether its thread has ended within ``timeout_s``.

        Sources that may block for long should be closed first.
        """
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        for future, _ in tuple(self._in_work):
            future.cancel()  # does nothing to those that are being fused
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
            return not self._thread.is_alive()
        return True

    def pause(self) -> None:
        """Hold the run after the frames in work."""
        self._set(paused=True)

    def resume(self) -> None:
        """Go on; at the end of the sources, start over from the beginning."""
        if self._at_end:
            self.seek(0.0)
        self._set(paused=False)

    @property
    def is_paused(self) -> bool:
        """The run holds, by `pause` or because a played file has ended."""
        return self._paused

    @property
    def is_at_end(self) -> bool:
        """A played file has ended; `seek` and `resume` go on from elsewhere."""
        return self._at_end

    def step(self) -> None:
        """Fuse one more pair while paused."""
        with self._wake:
            self._paused = True
            self._steps += 1
            self._wake.notify_all()

    def seek(self, pts_s: float) -> None:
        """Continue at ``pts_s`` of the visible stream; while paused, show that frame."""
        with self._wake:
            self._seek_to = max(0.0, pts_s)
            self._at_end = False
            self._wake.notify_all()

    def swap(self, pipeline: Pipeline) -> None:
        """Use ``pipeline`` from the next frame on; while paused, fuse the last pair again with it."""
        with self._wake:
            self._pipeline = pipeline
            self._refresh = True
            self._wake.notify_all()

    def _set(self, *, paused: bool) -> None:
        with self._wake:
            self._paused = paused
            self._origin = None
            self._wake.notify_all()

    def _loop(self) -> Finish:
        while True:
            if self._is_interrupted():
                self._deliver_finished(leave=0)
            action = self._next_action()
            if action is None:
                return Finish.STOPPED
            pair = self._last if action == "refresh" else self._read()
            if pair is None:
                if self._pace is Pace.PLAY and not self._stopping:
                    self._hold_at_end()
                    continue
                return Finish.STOPPED if self._stopping else Finish.ENDED
            if action != "run" or self._is_in_time(pair):
                self._fuse(pair)

    def _read(self) -> FramePair | None:
        with self._behind_what_is_in_work():
            return self._pairs.read()

    @contextmanager
    def _behind_what_is_in_work(self) -> Iterator[None]:
        """Let an error wait until the frames before it have been handed on."""
        try:
            yield
        except Exception:
            self._deliver_finished(leave=0)
            raise

    def _next_action(self) -> str | None:
        """Wait until there is something to do: ``run``, ``step`` or ``refresh`` one frame; None to stop."""
        with self._wake:
            self._wake.wait_for(self._has_work)
            target, self._seek_to = self._seek_to, None
            refresh, self._refresh = self._refresh and self._last is not None and self._paused, False
            if self._stopping:
                return None
            steps = self._paused and (self._steps > 0 or target is not None)
            if target is None:  # what is sought is shown; a step goes on from there
                self._steps = max(0, self._steps - 1)
        if target is not None:
            self._pairs.seek(target)
            self._origin = None
            self.telemetry.interrupted()
        elif refresh:
            return "refresh"
        return "step" if steps else "run"

    def _has_work(self) -> bool:
        waits = self._paused and not self._steps and self._seek_to is None and not (self._refresh and self._last)
        if waits:
            self.telemetry.interrupted()
        return self._stopping or not waits

    def _hold_at_end(self) -> None:
        with self._wake:
            self._at_end = self._seek_to is None
            self._paused = self._paused or self._at_end
            self._steps = 0

    def _is_in_time(self, pair: FramePair) -> bool:
        """Wait until a played pair is due; tell False, and count it, if its time has passed."""
        if self._pace is not Pace.PLAY or self._origin is None:
            return True
        now = time.monotonic()
        due = self._origin[0] + pair.vis.pts_s - self._origin[1]
        if now > due + LATE_S and self._is_catching_up(now, now - due):
            self.telemetry.frame_skipped()
            return False
        if now > due + LATE_S:
            self._origin, due = (now, pair.vis.pts_s), now
        self._skipping = None
        with self._wake:
            self._wake.wait_for(self._is_interrupted, timeout=max(0.0, due - now))
            return not self._stopping and self._seek_to is None

    def _is_catching_up(self, now: float, late_s: float) -> bool:
        """Tell whether skipping helps; where the source itself is slower than real time it would never end."""
        if self._skipping is None:
            self._skipping = (now, late_s)
        since, late_then_s = self._skipping
        return now - since < PATIENCE_S or late_s < late_then_s

    def _is_interrupted(self) -> bool:
        return self._stopping or self._seek_to is not None or self._paused

    def _fuse(self, pair: FramePair) -> None:
        arrived = pair.vis.pts_s if self._pace is Pace.LIVE else time.monotonic()
        self._last = pair
        if self._lanes is None:
            self._deliver(self._pipeline(pair), arrived)
            return
        with self._behind_what_is_in_work():
            self._in_work.append((self._lanes.begin(pair), arrived))
        self._deliver_finished(leave=self._lanes.count)  # one waits for the lane that is free next

    def _deliver_finished(self, leave: int) -> None:
        """Hand on the oldest frames in work, in order, until only ``leave`` are left."""
        while len(self._in_work) > leave:
            future, arrived = self._in_work.popleft()
            if not future.cancelled():  # by `stop`; then all behind it are, too
                self._deliver(future.result(), arrived)

    def _deliver(self, fused: FusedFrame, arrived: float) -> None:
        for sink in self._sinks:
            sink(fused)
        self.telemetry.frame_fused(fused, time.monotonic() - arrived)
        if self._origin is None:  # time runs from the first picture on: a network's first frame takes longest
            self._origin = (time.monotonic(), fused.pair.vis.pts_s)
