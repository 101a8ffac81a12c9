"""Estimating beside a run: a thread of low priority that never makes a frame wait, and the time offset found in it.

`OffsetEstimator` is a sink. In the runner's thread it only turns each frame into a small picture (less than 1 ms each);
the estimate itself is made in an `EstimatorThread`, of which a session needs one for everything it estimates.
"""

import os
import sys
import threading
from collections.abc import Callable, Sequence

from fusion_app.frames import Frame, FusedFrame
from fusion_app.synchronisation import (
    WINDOW_S,
    Drift,
    MotionSample,
    MotionTrack,
    OffsetEstimate,
    WindowOffset,
    estimate_drift,
    estimate_offset,
)

NICENESS = 10
MAX_WINDOWS = 200
"""Accepted estimates remembered for the drift."""


class EstimatorThread:
    """One worker of low priority with room for one job: the newest wins, the one in work is finished."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._job: Callable[[], None] | None = None
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="estimator", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], None]) -> None:
        """Do ``job`` as soon as the thread is free, instead of one that still waits; it must not raise."""
        with self._wake:
            self._job = job
            self._wake.notify_all()

    def close(self, timeout_s: float = 5.0) -> None:
        """Forget what waits and end the thread after the job in work."""
        with self._wake:
            self._is_closing = True
            self._job = None
            self._wake.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        _yield_to_others()
        while (job := self._next()) is not None:
            job()

    def _next(self) -> Callable[[], None] | None:
        with self._wake:
            self._wake.wait_for(lambda: self._is_closing or self._job is not None)
            job, self._job = self._job, None
            return job


class OffsetEstimator:
    """A sink that watches both streams of a run and, on request, says how far they are apart in time.

    Use: ``runner.add_sink(estimator)``, then `request` as often as wanted. `reset` after anything that changes what
    the streams show (a new source, a new alignment); seeks and loops are noticed. While the shutter is closed or a
    source is lost nothing is collected.
    """

    def __init__(
        self,
        thread: EstimatorThread,
        offset_s: Callable[[], float],
        on_estimate: Callable[[OffsetEstimate], None],
        window_s: float = WINDOW_S,
    ) -> None:
        """Watch windows of ``window_s`` seconds.

        Args:
            thread: Where estimates are made; it belongs to the caller.
            offset_s: Tells the offset that pairing adds to infrared PTS now, so that estimates do not depend on it.
            on_estimate: Called in the estimator's thread with each estimate asked for. Its ``offset_ms`` replaces the
                offset in use; it is not a correction of it.
            window_s: The longer, the surer; 5 s are right almost always, 2 s in most cases.
        """
        self._thread = thread
        self._offset_s = offset_s
        self._on_estimate = on_estimate
        self._lock = threading.Lock()
        self._ir, self._vis = MotionTrack(window_s), MotionTrack(window_s)
        self._windows: list[WindowOffset] = []

    def __call__(self, fused: FusedFrame) -> None:
        """Take the two frames of a fused one into account, as they were captured."""
        if fused.is_nuc or fused.pair.lost:
            return
        ir = fused.pair.ir
        with self._lock:
            self._ir.add(Frame(fused.ir_view, ir.pts_s - self._offset_s(), ir.index))
            self._vis.add(fused.pair.vis)

    @property
    def watched_s(self) -> float:
        """Seconds collected so far, at most the window: enough for an estimate from 2 s on."""
        with self._lock:
            samples = self._vis.samples()
        return samples[-1].pts_s - samples[0].pts_s if samples else 0.0

    def request(self) -> None:
        """Estimate from the latest seconds; the answer, which may be a refusal, goes to ``on_estimate``."""
        with self._lock:
            ir, vis = self._ir.samples(), self._vis.samples()
        self._thread.submit(lambda: self._estimate(ir, vis))

    def reset(self) -> None:
        """Forget what was seen and found so far."""
        with self._lock:
            self._ir.clear()
            self._vis.clear()
            self._windows.clear()

    def drift(self) -> Drift | None:
        """Return the drift over the accepted estimates so far, or None while they are too few or too close."""
        with self._lock:
            return estimate_drift(self._windows)

    def _estimate(self, ir: Sequence[MotionSample], vis: Sequence[MotionSample]) -> None:
        estimate = estimate_offset(ir, vis)
        if estimate.accepted:
            middle_s = (vis[0].pts_s + vis[-1].pts_s) / 2
            with self._lock:
                self._windows = [*self._windows, WindowOffset(middle_s, estimate)][-MAX_WINDOWS:]
        self._on_estimate(estimate)


def _yield_to_others() -> None:
    """Lower the priority of the calling thread; only Linux knows one per thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
