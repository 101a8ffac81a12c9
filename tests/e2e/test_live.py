"""Two network cameras in processes of their own, which are killed, frozen and brought back."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
import pytest

from fusion_app.frames import FramePair
from fusion_app.pairing.live import LivePairStream
from fusion_app.session.opening import OpenPair, open_pair
from fusion_app.session.source_pair import source_pair
from fusion_app.settings import SourceSettings
from fusion_app.sources import BufferedSource, Phase
from tests.reliability import Record
from tests.servers import Camera, camera

KINDS = ["http", "tcp", "udp", "rtsp"]
STREAMS = {"http": "motion JPEG over HTTP", "tcp": "MPEG-TS over TCP", "udp": "MPEG-TS over UDP", "rtsp": "RTSP"}
DOWN_S = (1.2, 3.0, 1.2, 6.5)
"""How long the camera stays away, cycle by cycle: shorter and longer than its connection is given."""


class Watch:
    """Takes pairs as fast as they come and knows since when which source is lost."""

    def __init__(self, pair: OpenPair) -> None:
        self.stream = LivePairStream(pair.ir, pair.vis)
        self.longest_gap_s = 0.0
        self.lost = "nothing yet"
        self.since = 0.0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="watch")
        self._thread.start()

    def _run(self) -> None:
        last: tuple[float, FramePair] | None = None
        while (pair := self.stream.read()) is not None:
            now = time.monotonic()
            assert last is None or pair.vis.pts_s > last[1].vis.pts_s
            with self._changed:
                self.longest_gap_s = max(self.longest_gap_s, 0.0 if last is None else now - last[0])
                if pair.lost != self.lost:
                    self.lost, self.since = pair.lost, now
                self._changed.notify_all()
            last = (now, pair)

    def wait_for(self, lost: str, timeout_s: float = 60.0) -> float:
        """Return since when ``lost`` is the one that is lost, waiting for it."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.lost == lost, timeout_s), f"{lost!r} never came, {self.lost!r}"
            return self.since

    def join(self) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()


@dataclass
class Figures:
    """What cycles of one fault measured, seconds."""

    lost_s: list[float] = field(default_factory=list)
    back_s: list[float] = field(default_factory=list)
    wait_s: list[float] = field(default_factory=list)

    @property
    def beyond_wait_s(self) -> list[float]:
        """How much longer than the countdown the picture needed to be back."""
        return [back - wait for back, wait in zip(self.back_s, self.wait_s, strict=True)]

    def __str__(self) -> str:
        lost, back = self.lost_s, self.beyond_wait_s
        return (
            f"marked after {statistics.median(lost):.2f} s (at most {max(lost):.2f}); back "
            f"{statistics.median(back):.2f} s after the countdown (at most {max(back):.2f}); {len(lost)} times"
        )


@contextmanager
def watched(ir: str, vis: str) -> Iterator[tuple[OpenPair, Watch]]:
    pair = open_pair(source_pair(SourceSettings(ir, vis)))
    watch = Watch(pair)
    try:
        yield pair, watch
    finally:
        started = time.monotonic()
        pair.close()
        assert time.monotonic() - started < 20, "closing took too long"
        watch.join()


FAULTS: dict[str, tuple[Callable[[Camera], float], Callable[[Camera], float]]] = {
    "killed": (Camera.kill, Camera.start),
    "frozen": (Camera.freeze, Camera.thaw),
}


@dataclass
class Victim:
    """The camera that is taken away, and how it goes.

    Attributes:
        role: ``ir`` or ``vis``.
        camera: The process.
        source: What reads it.
        watch: Who sees the pairs.
    """

    role: str
    camera: Camera
    source: BufferedSource
    watch: Watch

    def suffer(self, fault: str, down_s: float, figures: Figures) -> None:
        """Go away and come back; note how long the picture took to notice, and to be whole again."""
        strike, restore = FAULTS[fault]
        self.watch.wait_for("")
        struck = strike(self.camera)
        figures.lost_s.append(self.watch.wait_for(self.role) - struck)
        assert self.source.state().phase in (Phase.STALLED, Phase.RECONNECTING)
        time.sleep(max(0.0, struck + down_s - time.monotonic()))
        restored = restore(self.camera)
        figures.wait_s.append(self.source.state().retry_in_s or 0.0)
        figures.back_s.append(self.watch.wait_for("") - restored)
        time.sleep(1.0)  # until its rate is known again


@pytest.mark.parametrize(
    ("kind", "fault"), [("http", "killed"), ("tcp", "frozen"), ("udp", "killed"), ("rtsp", "killed")]
)
def test_a_camera_that_goes_away_is_marked_and_comes_back_by_itself(kind: str, fault: str) -> None:
    figures = Figures()
    with camera(kind) as ir, camera("http") as vis, watched(ir.url, vis.url) as (pair, watch):
        Victim("ir", ir, pair.ir, watch).suffer(fault, 1.2, figures)
        watch.wait_for("")
    assert figures.lost_s[0] < 20
    assert watch.stream.counts.lost > 0


def test_while_the_visible_camera_is_away_the_picture_goes_on_from_infrared() -> None:
    figures = Figures()
    with camera("tcp") as ir, camera("http") as vis, watched(ir.url, vis.url) as (pair, watch):
        Victim("vis", vis, pair.vis, watch).suffer("killed", 1.5, figures)
        assert pair.vis.state().reconnects >= 1
        assert watch.longest_gap_s < 20
    assert watch.stream.counts.lost > 0


def test_a_camera_that_is_switched_on_later_comes_into_the_running_picture() -> None:
    with camera("http") as ir, camera("http") as vis:
        vis.kill()
        with watched(ir.url, vis.url) as (pair, watch):
            watch.wait_for("vis")
            assert pair.vis.info.is_guess
            vis.start()
            pair.vis.retry_now()
            watch.wait_for("")
            assert not pair.vis.info.is_guess
            assert str(pair.vis.info.size) == "160×120"
            assert pair.vis.state().reconnects == 0


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", KINDS)
def test_fifty_losses_leave_no_trace(kind: str, reliability: Record) -> None:
    figures = {fault: Figures() for fault in FAULTS}
    process = psutil.Process()
    with camera(kind) as ir, camera("http") as vis, watched(ir.url, vis.url) as (pair, watch):
        victim = Victim("ir", ir, pair.ir, watch)
        for number in range(50):
            fault = "killed" if number % 2 else "frozen"
            victim.suffer(fault, DOWN_S[number // 2 % len(DOWN_S)], figures[fault])
            if number == 9:
                before, threads_before = process.memory_info().rss, process.num_threads()
        growth, threads = process.memory_info().rss - before, process.num_threads() - threads_before
        reconnects = pair.ir.state().reconnects
    for fault, found in figures.items():
        for seconds in (found.lost_s, found.beyond_wait_s):
            assert statistics.quantiles(seconds, n=10)[-1] <= 1.0, f"{fault}: {found}"  # 90 %: the machine may be busy
            assert max(seconds) <= 3.0, f"{fault}: {found}"
        reliability("A lost camera is marked and comes back by itself", str(found), f"{STREAMS[kind]}, {fault}")
    assert threads <= 0
    assert growth < 30e6
    assert reconnects >= 20  # a sender by UDP that is away for less than 2 s needs none
    figure = f"{growth / 1e6:+.1f} MB and {threads:+d} threads from loss 10 to loss 50, {reconnects} reconnects"
    reliability("Losing cameras costs neither memory nor threads", figure, STREAMS[kind])
