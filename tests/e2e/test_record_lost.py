"""A recording goes on while a camera is away, and shows what there is."""

import csv
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import pytest

from fusion_app.recording import unfinished_recordings
from fusion_app.run.runner import Pace
from fusion_app.session.recorder import Recorder
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, RecordingSettings, Settings, SourceSettings
from tests.servers import Camera, camera

FPS = 12.0


def marks_of(path: Path) -> list[str]:
    """Marks of every frame so far, part after part."""
    rows = []
    for part in sorted(path.parent.glob("*.csv"), key=lambda item: (len(item.name), item.name)):
        with part.open(newline="") as file:
            rows.extend(row["marks"] or "" for row in csv.DictReader(file))
    return rows


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 200
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


@pytest.mark.parametrize("role", ["ir", "vis"])
def test_a_recording_goes_on_while_a_camera_is_away(tmp_path: Path, role: str) -> None:
    with camera("http", FPS) as ir, camera("http", FPS) as vis:
        recording = RecordingSettings(str(tmp_path), warn_free_mb=0, stop_free_mb=0)
        sources = SourceSettings(ir.url, vis.url)
        settings = Settings(sources, FusionSettings(model="max"), recording=recording)
        session = open_session(settings, Pace.LIVE)
        recorder = Recorder(session, settings)
        path = recorder.start()
        session.runner.start()
        try:
            lose_and_find(path, {"ir": ir, "vis": vis}[role], f"lost:{role}")
        finally:
            recorder.detach()
            seconds = recorder.status()
            recorder.stop()
            session.close()
    assert seconds is not None
    assert unfinished_recordings(tmp_path) == []
    parts = sorted(tmp_path.glob("*.mkv"))
    times = []
    for part in parts:
        with av.open(str(part)) as container:
            times.append([float(f.pts * f.time_base) for f in container.decode(video=0)])
        assert all(0 < b - a < 20 for a, b in pairwise(times[-1]))
    assert sum(map(len, times)) == len(marks_of(path))


def lose_and_find(path: Path, gone: Camera, mark: str) -> None:
    """Take a camera away and bring it back; the recording shows both."""

    def last(count: int) -> list[str]:
        return marks_of(path)[-count:] if path.with_suffix(".csv").exists() else []

    wait_until(lambda: len(last(10)) == 10, "ten frames")
    gone.kill()
    wait_until(lambda: all(mark in marks for marks in last(8)), f"eight frames marked {mark}")
    gone.start()
    wait_until(lambda: not any("lost" in marks for marks in last(5)), "both cameras again")
