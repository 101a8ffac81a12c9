"""What every live source promises: a state where it is not there, and coming back by itself."""

import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from fusion_app.sources import BufferedSource, Phase, SourceState, open_source
from tests.servers import free_port, mjpeg_camera, mute_server


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait long for a server that takes the connection and says nothing; it ends once the server has gone."""
    monkeypatch.setattr("fusion_app.sources.stream.OPEN_TIMEOUT_S", 100.0)


def wait_for(source: BufferedSource, is_reached: Callable[[SourceState], bool], timeout_s: float = 60.0) -> SourceState:
    deadline = time.monotonic() + timeout_s
    while not is_reached(state := source.state()):
        assert time.monotonic() < deadline, state
        time.sleep(0.01)
    return state


def test_a_network_camera_is_read_live_with_monotonic_stamps() -> None:
    with mjpeg_camera(fps=50) as url:
        before = time.monotonic()
        source = BufferedSource(open_source(url), capacity=4)
        assert source.info.is_live
        frames = [frame for frame in (source.read() for _ in range(5)) if frame is not None]
        assert len(frames) == 5
        assert all(before <= a.pts_s < b.pts_s for a, b in pairwise(frames))
        source.close()


def test_a_live_source_drops_the_oldest_and_counts_it() -> None:
    with mjpeg_camera(fps=100) as url:
        source = BufferedSource(open_source(url), capacity=3)
        deadline = time.monotonic() + 60
        while source.dropped <= 10:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        first = source.read()
        assert first is not None
        assert first.index > 10
        source.close()


def test_a_live_stream_that_ends_is_opened_again() -> None:
    with mjpeg_camera(fps=100, frames=5) as url:
        source = BufferedSource(open_source(url), capacity=10)
        frames = [source.read() for _ in range(7)]
        assert [frame.index for frame in frames if frame is not None] == list(range(7))
        assert source.state().reconnects >= 1
        state = wait_for(source, lambda state: state.phase is Phase.RECONNECTING)
        assert "stream ended" in state.reason
        assert not source.is_over
        source.close()
        assert source.is_over


def test_a_stream_that_stops_sending_is_stalled_within_a_second() -> None:
    with mjpeg_camera(fps=25, frames=20, freezes=True) as url:
        source = BufferedSource(open_source(url))
        wait_for(source, lambda state: state.phase is Phase.OK)
        looks: list[SourceState] = []
        state = wait_for(source, lambda state: looks.append(state) or state.phase is not Phase.OK)
        assert state.phase is Phase.STALLED
        assert all(look.age_s is not None and look.age_s < 1.0 for look in looks[:-1])  # as soon as anybody looks
        assert state.age_s is not None
        assert state.age_s > 0.7
        assert "no new frame" in state.reason
        source.close()


def test_retrying_now_does_not_wait_for_the_end_of_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.sources.reconnecting.FIRST_PAUSE_S", 100.0)
    port = free_port()
    source = BufferedSource(open_source(f"http://127.0.0.1:{port}/stream"))
    wait_for(source, lambda state: (state.retry_in_s or 0) > 20)
    with mjpeg_camera(port=port):
        source.retry_now()
        started = time.monotonic()
        assert source.read() is not None
        assert time.monotonic() - started < 80
        assert not source.info.is_guess
        assert source.info.size == (64, 48)
        source.close()


@pytest.mark.usefixtures("_patient")
def test_a_server_that_says_nothing_keeps_no_other_source_from_opening() -> None:
    with mute_server() as mute, mjpeg_camera() as url:
        silent = BufferedSource(open_source(mute))
        time.sleep(0.2)
        source = BufferedSource(open_source(url))
        assert source.read(60.0) is not None
        assert silent.state().phase is Phase.OPENING
        source.close()
        silent.close()
    wait_for_threads(f"source {mute}")


def wait_for_threads(name: str) -> None:
    """Wait until the driver of an abandoned source has let go."""
    deadline = time.monotonic() + 60
    while any(thread.name == name for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the driver never let go"
        time.sleep(0.05)


@pytest.mark.usefixtures("_patient")
def test_a_driver_that_does_not_let_go_is_left_alone_and_not_asked_twice(caplog: pytest.LogCaptureFixture) -> None:
    with mute_server() as url:  # takes connections and says nothing: opening takes its whole time-out
        first = BufferedSource(open_source(url))
        time.sleep(0.3)
        started = time.monotonic()
        first.close()
        assert time.monotonic() - started < 30
        assert "does not let go" in caplog.text
        second = BufferedSource(open_source(url))
        state = wait_for(second, lambda state: state.phase is Phase.RECONNECTING)
        assert "still held" in state.reason
        started = time.monotonic()
        second.close()
        assert time.monotonic() - started < 30
    wait_for_threads(f"source {url}")


def test_closing_wakes_a_reader_that_waits() -> None:
    with mjpeg_camera(fps=3) as url:
        source = BufferedSource(open_source(url), capacity=2)
        source.read()
        started = time.monotonic()
        source.close()
        assert source.read() is None
        assert time.monotonic() - started < 30
