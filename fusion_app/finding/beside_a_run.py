"""Estimating beside a run: a thread of low priority that never makes a frame wait, and what is found in it.

`OffsetEstimator` and `AlignmentEstimator` are sinks. In the runner's thread they only turn frames into small pictures
(less than 1 ms each); the estimate itself is made in an `EstimatorThread`.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import cv2
import numpy as np

from fusion_app.finding.calibration import MAX_PAIRS, Calibration, Pictures, calibrate
from fusion_app.finding.steps import AbandonedError
from fusion_app.finding.synchronisation import (
    WINDOW_S,
    Drift,
    MotionSample,
    MotionTrack,
    OffsetEstimate,
    WindowOffset,
    estimate_drift,
    estimate_offset,
)
from fusion_app.frames import Frame, FusedFrame, Image, Size, on_square_pixels, size_of
from fusion_app.pipeline.compositing import luma
from fusion_app.system.machine import yield_to_others

T = TypeVar("T")

PAIR_EVERY_S = 0.4
PICTURE_WIDTH = 640
MAX_WINDOWS = 200
"""Accepted estimates remembered for the drift."""


class EstimatorThread:
    """One worker of low priority with room for one job: the newest wins, the one in work is finished.

    Beside programs that want all of the machine, one of low priority may compute for minutes. So a job asks
    `between_steps`, and one in work ends there once the thread is closed.
    """

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._job: Callable[[], None] | None = None
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="estimator", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """The thread has not come to its end."""
        return self._thread.is_alive()

    def submit(self, job: Callable[[], None]) -> None:
        """Do ``job`` as soon as the thread is free, instead of one that still waits.

        A thread that is closed takes no job. The job must not raise, but for what `between_steps` does.
        """
        with self._wake:
            if not self._is_closing:
                self._job = job
                self._wake.notify_all()

    def between_steps(self) -> None:
        """Return if the job in work is still wanted.

        Raises:
            AbandonedError: The thread is closed; the job ends with it.
        """
        if self._is_closing:
            raise AbandonedError

    def hand_over(self, take: Callable[[T], None], found: T) -> None:
        """Call ``take`` with what a job has ``found``, unless nobody waits for it any more."""
        with self._wake:
            if not self._is_closing:
                take(found)

    def close(self, timeout_s: float = 5.0) -> None:
        """Forget what waits and end the thread after the job's step in work; wait at most ``timeout_s`` for it."""
        with self._wake:
            self._is_closing = True
            self._job = None
            self._wake.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        yield_to_others()
        while (job := self._next()) is not None:
            with suppress(AbandonedError):
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
        estimate = estimate_offset(ir, vis, between=self._thread.between_steps)
        if estimate.accepted:
            middle_s = (vis[0].pts_s + vis[-1].pts_s) / 2
            with self._lock:
                self._windows = [*self._windows, WindowOffset(middle_s, estimate)][-MAX_WINDOWS:]
        self._thread.hand_over(self._on_estimate, estimate)


class AlignmentEstimator:
    """A sink that keeps pictures of both cameras, spread over all that was seen, and on request says how they lie.

    While the shutter is closed or a source is lost nothing is kept; nor of pairs that are apart in time.
    """

    def __init__(self, thread: EstimatorThread, on_estimate: Callable[[Calibration], None]) -> None:
        """Estimate in ``thread``, which belongs to the caller, and call ``on_estimate`` there with each answer."""
        self._thread = thread
        self._on_estimate = on_estimate
        self._lock = threading.Lock()
        self._pairs: list[Pictures] = []
        self._sizes: tuple[Size, Size] | None = None
        self._every_s = PAIR_EVERY_S
        self._last_s = -np.inf

    def __call__(self, fused: FusedFrame) -> None:
        """Keep what a fused frame was made of, if it is time for another."""
        view, pair = fused.thermal, fused.pair
        is_whole = view is not None and min(pair.ir.index, pair.vis.index) >= 0
        if not is_whole or fused.is_nuc or pair.lost or pair.is_held or view is None:
            return
        if abs(fused.pts_s - self._last_s) < self._every_s and self._sizes == (size_of(view.grey), pair.vis.size):
            return
        self._last_s = fused.pts_s
        self._keep(view.grey, pair.ir, pair.vis)

    @property
    def pairs(self) -> int:
        """Pairs kept so far, of at most `MAX_PAIRS` that an estimate is made from."""
        with self._lock:
            return min(MAX_PAIRS, len(self._pairs))

    def request(self) -> None:
        """Estimate from what was kept; the answer, which may be a refusal, goes to ``on_estimate``."""
        with self._lock:
            pairs, sizes = tuple(self._pairs), self._sizes
        if sizes is not None:
            self._thread.submit(lambda: self._estimate(pairs, sizes))

    def _estimate(self, pairs: Sequence[Pictures], sizes: tuple[Size, Size]) -> None:
        self._thread.hand_over(self._on_estimate, calibrate(pairs, *sizes, self._thread.between_steps))

    def _keep(self, grey: Image, ir: Frame, vis: Frame) -> None:
        sizes = size_of(grey), vis.size
        pictures = small_pictures(grey, ir, vis)
        with self._lock:
            if sizes != self._sizes:
                self._sizes, self._pairs, self._every_s = sizes, [], PAIR_EVERY_S
            self._pairs.append(pictures)
            if len(self._pairs) >= 2 * MAX_PAIRS:  # every other is enough; from now on they come half as often
                self._pairs, self._every_s = self._pairs[::2], 2 * self._every_s


def small_pictures(grey: Image, ir: Frame, vis: Frame) -> Pictures:
    """Return what an alignment is estimated from, on square pixels: infrared, and visible luma of no great size.

    Args:
        grey: ``(H, W)`` uint8, infrared in grey.
        ir: The frame that it was made of.
        vis: The visible frame.
    """
    size = vis.shown
    if size.width > PICTURE_WIDTH:
        size = Size(PICTURE_WIDTH, max(1, round(size.height * PICTURE_WIDTH / size.width)))
    seen = _resized(vis.image, size)
    ir_seen = _resized(grey, on_square_pixels(size_of(grey), ir.pixel_aspect))
    return Pictures(ir_seen, np.clip(np.rint(luma(seen)), 0, 255).astype(np.uint8))


def _resized(image: Image, size: Size) -> Image:
    return image if size_of(image) == size else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
