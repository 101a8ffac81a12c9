"""A recording is as long as what it shows lasted: at every rate, and where the machine is too slow."""

import time
from pathlib import Path

import av
import pytest

from fusion_app.frames import FusedFrame
from fusion_app.run.runner import Pace
from fusion_app.session.recorder import Recorder
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, RecordingSettings, Settings, SourceSettings
from tests.media import read_back
from tests.reliability import Record

PROMISE = "A recording is as long as what it shows lasted, to a frame"
RATES = (9, 15, 25, 30, 60)
FEW_RATES = (9, 25, 60)


class Watch:
    """A sink that notes when frames come, and may be slow."""

    def __init__(self, takes_s: float = 0.0) -> None:
        self.came: list[float] = []
        self.stamps: list[float] = []
        self._takes_s = takes_s

    def __call__(self, fused: FusedFrame) -> None:
        self.came.append(time.monotonic())
        self.stamps.append(fused.pts_s)
        time.sleep(self._takes_s)


def record(folder: Path, fps: int, seconds: float, slower: float = 0.0) -> tuple[Path, Watch]:
    """Record a live pair; return the file and what was seen of its frames.

    ``slower``: each frame takes so many periods of the source.
    """
    options = f"fps={fps}&frames={fps * 2}&size=64x48"
    sources = SourceSettings(f"synthetic:ir?{options}", f"synthetic:vis?{options}", realtime=True, loop=True)
    recording = RecordingSettings(str(folder), warn_free_mb=0, stop_free_mb=0)
    settings = Settings(sources, FusionSettings(model="max"), recording=recording)
    session = open_session(settings, Pace.LIVE)
    recorder, watch = Recorder(session, settings), Watch(slower / fps)
    recorder.start()
    session.runner.add_sink(watch)
    session.runner.start()
    time.sleep(seconds)
    session.runner.stop()
    recorder.detach()
    path = recorder.stop()
    session.close()
    assert recorder.final is not None
    assert recorder.final.dropped == 0
    return path, watch


def apart_s(path: Path, clock: list[float]) -> float:
    """Return how far the time in the file has moved against ``clock``, from its beginning to its end.

    A frame comes a little after its time, by more on a busy machine. The least delay of many is the same at any time.
    """
    times = read_back(path)[0]
    assert len(times) == len(clock)
    delays = [overview - pts for overview, pts in zip(clock, times, strict=True)]
    many = max(5, len(delays) // 3)
    return min(delays[-many:]) - min(delays[:many])


def length_s(path: Path) -> float:
    with av.open(str(path)) as container:
        assert container.duration is not None
        return container.duration / 1e6


@pytest.mark.parametrize("fps", FEW_RATES)
def test_a_recording_lasts_as_long_as_what_it_shows(tmp_path: Path, fps: int) -> None:
    path, watch = record(tmp_path, fps, 1.5)
    assert abs(apart_s(path, watch.stamps)) <= 1 / fps
    assert length_s(path) == pytest.approx(read_back(path)[0][-1] + 1 / fps, abs=1 / fps)


def test_a_recording_of_a_machine_that_is_too_slow_lasts_as_long_with_fewer_frames(tmp_path: Path) -> None:
    path, watch = record(tmp_path, 30, 2.0, slower=4)
    assert len(watch.came) < 25
    assert abs(apart_s(path, watch.stamps)) <= 1 / 30


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("slower", [0.0, 4.0], ids=["in time", "overload"])
@pytest.mark.parametrize("fps", RATES)
def test_a_recording_of_twenty_seconds_is_true_to_a_frame(
    tmp_path: Path, fps: int, slower: float, reliability: Record
) -> None:
    path, watch = record(tmp_path, fps, 20.0, slower)
    frame_s, case = max(1.0, slower) / fps, f"{fps} fps{', each frame takes four periods' if slower else ''}"
    assert length_s(path) == pytest.approx(read_back(path)[0][-1] + 1 / fps, abs=1 / fps)
    apart = abs(apart_s(path, watch.stamps))
    assert apart <= 1 / fps
    reliability(PROMISE, f"after {length_s(path):.1f} s {apart * 1000:.1f} ms from the camera's clock", case=case)
    if max(came - stamp for came, stamp in zip(watch.came, watch.stamps, strict=True)) > frame_s + 0.1:
        pytest.skip(f"this machine is too busy to deliver {fps} frames per second in time")
    apart = abs(apart_s(path, watch.came))
    assert apart <= frame_s
    reliability(PROMISE, f"after {length_s(path):.1f} s {apart * 1000:.1f} ms from the clock on the wall", case=case)
