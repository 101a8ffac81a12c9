"""A slow jittering thermal camera beside a visible one: how well pairs belong together."""

from collections import defaultdict, deque
from collections.abc import Sequence

import numpy as np
import pytest

from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.pairing.files import PairingPolicy, PairStream
from fusion_app.pairing.live import LivePairStream
from fusion_app.run.telemetry import RunStatus, Telemetry
from tests.reliability import Record

PIXEL = np.zeros((1, 1), np.uint8)
SECONDS = 60


def jittered(seed: int, shortest_s: float, longest_s: float) -> list[float]:
    """Return arrival times at intervals drawn from a range."""
    gaps = np.random.default_rng(seed).uniform(shortest_s, longest_s, int(SECONDS / shortest_s))
    return [time for time in np.cumsum(gaps).tolist() if time < SECONDS]


CAMERAS = {
    "9 fps": (jittered(1, 0.100, 0.122), 1 / 9),
    "100 to 240 ms between frames of": (jittered(2, 0.100, 0.240), 0.17),
}
VISIBLE = jittered(3, 0.030, 0.0366)


class Now:
    """The simulated clock: it moves on while someone waits."""

    time_s = 0.0

    def __call__(self) -> float:
        return self.time_s


class Camera:
    """Frames that arrive at given times, live or, without a clock, all there already."""

    def __init__(self, times: Sequence[float], now: Now | None = None) -> None:
        self._left = deque(Frame(PIXEL, time, index) for index, time in enumerate(times))
        self._now = now

    def read(self, timeout_s: float | None = None) -> Frame | None:
        if self._now is not None and self._left:
            until = self._now.time_s + (np.inf if timeout_s is None else timeout_s)
            self._now.time_s = min(max(self._now.time_s, self._left[0].pts_s), until)
        return self.read_available()

    def read_available(self) -> Frame | None:
        is_there = self._left and (self._now is None or self._left[0].pts_s <= self._now.time_s)
        return self._left.popleft() if is_there else None

    def seek(self, pts_s: float) -> None:
        raise NotImplementedError

    @property
    def is_over(self) -> bool:
        return not self._left

    @property
    def is_silent(self) -> bool:
        return not self._left


def pairs_of(times: Sequence[float], period_s: float, *, is_live: bool) -> list[tuple[FramePair, float]]:
    """Return the pairs of one minute, each with the tolerance that held for it."""
    stream: LivePairStream | PairStream
    if is_live:
        now = Now()
        stream = LivePairStream(Camera(times, now), Camera(VISIBLE, now), clock=now)
    else:
        stream = PairStream(Camera(times), Camera(VISIBLE), PairingPolicy.for_periods(period_s, 1 / 30))
    found = []
    while (pair := stream.read()) is not None:
        found.append((pair, stream.policy.tolerance_s))
    return found


def status_of(pairs: Sequence[FramePair]) -> RunStatus:
    telemetry = Telemetry()
    for pair in pairs:
        telemetry.frame_fused(FusedFrame(PIXEL, pair, PIXEL), 0.0)
    return telemetry.status()


@pytest.mark.parametrize("is_live", [False, True], ids=["recorded", "live"])
@pytest.mark.parametrize("camera", CAMERAS)
def test_every_infrared_frame_is_shown_in_step(camera: str, is_live: bool, reliability: Record) -> None:
    times, period_s = CAMERAS[camera]
    pairs = [(pair, tolerance_s) for pair, tolerance_s in pairs_of(times, period_s, is_live=is_live) if not pair.lost]
    best: dict[int, float] = defaultdict(lambda: np.inf)
    for pair, _ in pairs:
        best[pair.ir.index] = min(best[pair.ir.index], 1000 * abs(pair.skew_s))
    median, p95 = np.percentile(list(best.values()), (50, 95))
    way = "live" if is_live else "recorded"
    reliability(
        "Every infrared frame of a slow, jittering camera is shown with the visible frame nearest to it in time",
        case=f"{camera} infrared, 30 fps visible, {way}",
        figure=f"skew p50 {median:.1f} ms, p95 {p95:.1f} ms of {len(best)} infrared frames",
    )
    assert len(best) >= 0.97 * len(times)
    assert median <= 16.7
    assert p95 <= 33
    assert all(pair.is_held == (abs(pair.skew_s) > tolerance_s) for pair, tolerance_s in pairs)


@pytest.mark.parametrize("camera", CAMERAS)
def test_the_skew_of_a_run_is_that_of_its_infrared_frames(camera: str) -> None:
    times, period_s = CAMERAS[camera]
    status = status_of([pair for pair, _ in pairs_of(times, period_s, is_live=False)])
    assert 0 < status.skew_ms <= 16.7
    assert status.skew_ms < status.skew_p95_ms <= 33


def test_a_lost_source_has_no_skew() -> None:
    pair = FramePair(Frame(PIXEL, 1.0, 0), Frame(PIXEL, 9.0, 0), lost="ir")
    status = status_of([pair] * 5)
    assert (status.skew_ms, status.skew_p95_ms) == (0.0, 0.0)
