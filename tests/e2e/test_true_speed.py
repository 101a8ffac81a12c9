"""A recording is as long as what it shows lasted: at every rate, and where the machine is too slow."""

import time
from pathlib import Path

import av
import pytest

from fusion_app.frames import FusedFrame
from fusion_app.runner import Pace
from fusion_app.session import open_session
from fusion_app.session_recorder import SessionRecorder
from fusion_app.settings import FusionSettings, RecordingSettings, Settings, SourceSettings
from tests.reliability import Record

RATES = (9, 15, 25, 30, 60)


class Watch:
    """A sink that notes when frames come, and may be slow."""

    def __init__(self, takes_s: float = 0.0) -> None:
        self.came: list[float] = []
        self._takes_s = takes_s

    def __call__(self, _: FusedFrame) -> None:
        self.came.append(time.monotonic())
        time.sleep(self._takes_s)


def record(folder: Path, fps: int, seconds: float, slower: float = 0.0) -> tuple[float, Watch]:
    """Record a live pair; return the length of the file and what was seen of its frames.

    ``slower``: each frame takes so many periods of the source.
    """
    options = f"fps={fps}&frames={fps * 2}&size=64x48"
    sources = SourceSettings(f"synthetic:ir?{options}", f"synthetic:vis?{options}", realtime=True, loop=True)
    recording = RecordingSettings(str(folder), warn_free_mb=0, stop_free_mb=0)
    settings = Settings(sources, FusionSettings(model="max"), recording=recording)
    session = open_session(settings, Pace.LIVE)
    recorder, watch = SessionRecorder(session, settings), Watch(slower / fps)
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
    with av.open(str(path)) as container:
        assert container.duration is not None
        return container.duration / 1e6, watch


@pytest.mark.parametrize("fps", RATES)
def test_a_recording_lasts_as_long_as_what_it_shows(tmp_path: Path, fps: int) -> None:
    length_s, watch = record(tmp_path, fps, 1.5)
    seen_s = watch.came[-1] - watch.came[0] + 1 / fps
    assert length_s == pytest.approx(seen_s, abs=1 / fps + 0.1)  # how late a frame comes varies on a busy machine


def test_a_recording_of_a_machine_that_is_too_slow_lasts_as_long_with_fewer_frames(tmp_path: Path) -> None:
    length_s, watch = record(tmp_path, 30, 2.0, slower=4)
    assert len(watch.came) < 25
    assert length_s == pytest.approx(watch.came[-1] - watch.came[0], abs=5 / 30 + 0.1)


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("slower", [0.0, 4.0], ids=["in time", "overload"])
@pytest.mark.parametrize("fps", RATES)
def test_a_recording_of_twenty_seconds_is_true_to_a_frame(
    tmp_path: Path, fps: int, slower: float, reliability: Record
) -> None:
    length_s, watch = record(tmp_path, fps, 20.0, slower)
    frame_s = max(1.0, slower) / fps
    seen_s = watch.came[-1] - watch.came[0] + 1 / fps
    assert length_s == pytest.approx(seen_s, abs=frame_s + 0.02)
    figure = f"{length_s:.3f} s of video in {seen_s:.3f} s: {abs(length_s - seen_s) / frame_s:.2f} frames apart"
    case = f"{fps} fps{', each frame takes four periods' if slower else ''}"
    reliability("A recording is as long as what it shows lasted, to a frame", figure, case=case)
