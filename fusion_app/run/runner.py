"""Drives a run: pulls pairs, fuses them, hands the results to the sinks. In the calling thread or in one of its own.

Three ways to keep time: ``EXPORT`` takes every pair as fast as it can, several at a time where there are `Lanes`;
``PLAY`` keeps the real time of a file and skips what comes too late; ``LIVE`` takes the newest pair whenever it is
free. What other threads ask of a run is kept by `transport`; `pacing` tells when a played frame is due.
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
from fusion_app.run.pacing import Pacing
from fusion_app.run.telemetry import Telemetry
from fusion_app.run.transport import HELD, Do, Order, State, Transport

Pipeline = Callable[[FramePair], FusedFrame]
Sink = Callable[[FusedFrame], None]


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
        self._transport = Transport(telemetry.interrupted)
        self._pacing = Pacing()
        self._sinks: tuple[Sink, ...] = ()
        self._changing_sinks = threading.Lock()
        self._last: FramePair | None = None
        self._thread: threading.Thread | None = None

    def add_sink(self, sink: Sink) -> None:
        """Hand every fused frame from now on to ``sink``, in the runner's thread."""
        with self._changing_sinks:
            self._sinks = (*self._sinks, sink)

    def remove_sink(self, sink: Sink) -> None:
        """Stop handing frames to ``sink``."""
        with self._changing_sinks:
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
        self._transport.stop()
        for future, _ in tuple(self._in_work):
            future.cancel()  # does nothing to those that are being fused
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
            return not self._thread.is_alive()
        return True

    def pause(self) -> None:
        """Hold the run after the frames in work."""
        self._transport.pause()

    def resume(self) -> None:
        """Go on; at the end of the sources, start over from the beginning."""
        self._transport.resume()

    def step(self) -> None:
        """Fuse one more pair while paused."""
        self._transport.step()

    def seek(self, pts_s: float) -> None:
        """Continue at ``pts_s`` of the visible stream; while paused, show that frame."""
        self._transport.seek(pts_s)

    def swap(self, pipeline: Pipeline) -> None:
        """Use ``pipeline`` from the next frame on; while paused, fuse the last pair again with it."""
        self._pipeline = pipeline
        self._transport.refresh()

    def play_at(self, speed: float) -> None:
        """Play ``speed`` seconds of the video in one of real time; frames for which there is no time are skipped."""
        self._transport.play_at(speed)

    @property
    def speed(self) -> float:
        """Seconds of the video that are played in one of real time."""
        return self._transport.speed

    @property
    def is_paused(self) -> bool:
        """The run holds, by `pause` or because a played file has ended."""
        return self._transport.state in HELD

    @property
    def is_at_end(self) -> bool:
        """A played file has ended; `seek` and `resume` go on from elsewhere."""
        return self._transport.state is State.AT_END

    def _loop(self) -> Finish:
        while (order := self._next_order()) is not None:
            pair = self._last if order.do is Do.REFRESH else self._read()
            if pair is not None:
                if order.do is not Do.RUN or self._is_in_time(pair):
                    self._fuse(pair)
            elif self._pace is Pace.PLAY:
                self._transport.hold_at_end()
            elif self._transport.state is not State.STOPPING:
                return Finish.ENDED
        return Finish.STOPPED

    def _next_order(self) -> Order | None:
        """Wait until there is something to do, and go where it is to be done; None to stop."""
        if self._transport.is_interrupted:
            self._deliver_finished(leave=0)
        order = self._transport.next(has_frame=self._last is not None)
        if order is not None and order.is_anew:
            self._pacing.begin_anew(order.speed)
        if order is not None and order.seek_s is not None:
            self._pairs.seek(order.seek_s)
            self.telemetry.interrupted()
        return order

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

    def _is_in_time(self, pair: FramePair) -> bool:
        """Wait until a played pair is due; tell False, and count it, if its time has passed."""
        if self._pace is not Pace.PLAY:
            return True
        due_s = self._pacing.due_s(pair.vis.pts_s)
        if due_s is None:
            self.telemetry.frame_skipped()
            return False
        return self._transport.wait_until(due_s)

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
        self._pacing.shown(fused.pair.vis.pts_s)
