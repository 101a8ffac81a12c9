"""What a run measures of itself: rates, times, drops. Written by the runner, read by whoever shows it."""

import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from statistics import median

from fusion_app.frames import FramePair, FusedFrame

WINDOW = 60
"""Frames over which rates, medians and percentiles are taken."""


@dataclass(frozen=True)
class RunStatus:
    """A run at one moment.

    Attributes:
        fused: Frames fused so far.
        skipped: Frames skipped because playing in real time left no time for them.
        fusion_fps: Fused frames per second of late, 0 before the second.
        latency_ms: Median time from a frame's arrival (its capture, if live) to its fused image, milliseconds.
        latency_p95_ms: What 95 % of them do not exceed, milliseconds.
        shown_ms: Median time from a live frame's capture to its painted picture, milliseconds; None where none is.
        shown_p95_ms: What 95 % of them do not exceed, milliseconds.
        skew_ms: Median absolute skew of the latest infrared frames, each with the visible frame it fits best,
            milliseconds. (With a slow thermal camera most pairs repeat an infrared frame; that is no lack of step.)
        skew_p95_ms: What 95 % of them do not exceed, milliseconds.
        stage_ms: Median milliseconds per pipeline stage.
        pts_s: PTS of the latest fused frame, or None.
    """

    fused: int = 0
    skipped: int = 0
    fusion_fps: float = 0.0
    latency_ms: float = 0.0
    latency_p95_ms: float = 0.0
    shown_ms: float | None = None
    shown_p95_ms: float | None = None
    skew_ms: float = 0.0
    skew_p95_ms: float = 0.0
    stage_ms: dict[str, float] = field(default_factory=dict)
    pts_s: float | None = None


class Telemetry:
    """Collects; `status` may be asked from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fused = 0
        self._skipped = 0
        self._done_at: deque[float] = deque(maxlen=WINDOW)
        self._latency_s: deque[float] = deque(maxlen=WINDOW)
        self._shown: deque[tuple[float, float]] = deque(maxlen=WINDOW)
        self._recent: deque[FusedStats] = deque(maxlen=WINDOW)
        self._skews: deque[tuple[float, float]] = deque(maxlen=WINDOW)

    @property
    def skipped(self) -> int:
        """Frames skipped to keep real time so far."""
        return self._skipped

    def frame_fused(self, fused: FusedFrame, latency_s: float) -> None:
        """Note a fused frame and how long it took from its arrival, seconds."""
        stats = FusedStats(fused.pts_s, fused.stage_ms)  # the images must not be kept alive
        with self._lock:
            self._fused += 1
            self._done_at.append(time.monotonic())
            self._latency_s.append(latency_s)
            self._recent.append(stats)
            if not fused.pair.lost:
                self._note_skew(fused.pair)

    def frame_painted(self, fused: FusedFrame) -> None:
        """Note that a live frame has been painted now; of several tiles that show it the last one counts."""
        latency_s = time.monotonic() - fused.pts_s
        with self._lock:
            if self._shown and self._shown[-1][0] == fused.pts_s:
                self._shown.pop()
            self._shown.append((fused.pts_s, latency_s))

    def _note_skew(self, pair: FramePair) -> None:
        """Keep the smallest skew of each infrared frame."""
        ir_s, skew_s = pair.ir.pts_s, abs(pair.skew_s)
        if self._skews and self._skews[-1][0] == ir_s:
            skew_s = min(skew_s, self._skews.pop()[1])
        self._skews.append((ir_s, skew_s))

    def frame_skipped(self) -> None:
        """Note a frame that was skipped to keep real time."""
        with self._lock:
            self._skipped += 1

    def interrupted(self) -> None:
        """Forget the rate: a pause or a seek is not slowness."""
        with self._lock:
            self._done_at.clear()

    def status(self) -> RunStatus:
        """Return the run as it is now."""
        with self._lock:
            if not self._recent:
                return RunStatus(self._fused, self._skipped)
            stages = {
                name: median(s.stage_ms.get(name, 0.0) for s in self._recent) for name in self._recent[-1].stage_ms
            }
            shown = [latency_s for _, latency_s in self._shown]
            skews = [skew_s for _, skew_s in self._skews]
            return RunStatus(
                self._fused,
                self._skipped,
                _rate(self._done_at),
                latency_ms=median(self._latency_s) * 1000,
                latency_p95_ms=_quantile(self._latency_s, 0.95) * 1000,
                shown_ms=median(shown) * 1000 if shown else None,
                shown_p95_ms=_quantile(shown, 0.95) * 1000 if shown else None,
                skew_ms=_quantile(skews, 0.5) * 1000,
                skew_p95_ms=_quantile(skews, 0.95) * 1000,
                stage_ms=stages,
                pts_s=self._recent[-1].pts_s,
            )


@dataclass(frozen=True)
class FusedStats:
    """What is remembered of a fused frame once its images are gone."""

    pts_s: float
    stage_ms: dict[str, float]


def _quantile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


def _rate(times: deque[float]) -> float:
    if len(times) < 2 or times[-1] <= times[0]:
        return 0.0
    return (len(times) - 1) / (times[-1] - times[0])
