"""A disk that becomes full while a recording runs: it ends in time, says so, and what was written plays."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from fusion_app.errors import RecordingError
from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.recording import About, EngineFacts, Entry, Recording, entry_of, unfinished_recordings
from fusion_app.recording.disk import DiskWatch
from fusion_app.recording.part import PartPlan
from fusion_app.recording.sidecar import Sidecar
from fusion_app.settings import RecordingSettings, Settings
from fusion_app.system.yaml_files import load_as
from tests.reliability import Record

ROOT = Path(__file__).resolve().parents[2]
NOISE = np.random.default_rng(0).integers(0, 65535, (20, 120, 160), np.uint16)


def entry(index: int) -> Entry:
    """A frame of noise: about 40 kB."""
    deep = NOISE[index % 20]
    colour = np.dstack([deep & 255] * 3).astype(np.uint8)
    pair = FramePair(Frame(deep, index / 25, index), Frame(colour, index / 25, index))
    return entry_of(FusedFrame(colour, pair, colour[..., 0]), 0.04, 0.04, is_live=False)


def plan(**settings: object) -> PartPlan:
    chosen = replace(RecordingSettings(), **settings)  # type: ignore[arg-type]
    return PartPlan(chosen, About(EngineFacts("max", "max", "", "cpu", ""), Settings()))


def plays(path: Path) -> int:
    """Return how many frames of each track play."""
    counts = []
    for number in range(3):
        with av.open(str(path)) as container:
            times = [frame.pts * frame.time_base for frame in container.decode(video=number)]
        assert all(a < b for a, b in pairwise(times))
        counts.append(len(times))
    assert max(counts) - min(counts) <= 2
    return min(counts)


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A real file system of so many megabytes as the test's parameter says."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def record_until_it_stops(recording: Recording) -> float:
    """Feed frames until the recording has stopped; return the seconds since its file last grew."""
    size, grew_at, deadline = -1, time.monotonic(), time.monotonic() + 200
    for index in range(100_000):
        recording(entry(index))
        if (now := recording.status().size) != size:
            size, grew_at = now, time.monotonic()
        if recording.error is not None:
            return time.monotonic() - grew_at
        assert time.monotonic() < deadline, "it did not stop"
        time.sleep(0.004)
    raise AssertionError("it did not stop")


@pytest.mark.parametrize("small_disk", [4], indirect=True)
def test_a_full_disk_stops_the_recording_at_once_and_what_was_written_plays(
    small_disk: Path, reliability: Record
) -> None:
    recording = Recording(small_disk / "r.mkv", plan(warn_free_mb=0, stop_free_mb=0))
    stopped_after_s = record_until_it_stops(recording)
    assert stopped_after_s < 15.0
    written = recording.status().written
    with pytest.raises(RecordingError, match="No space left") as caught:
        recording.close()
    assert "\n" not in str(caught.value)
    frames = plays(small_disk / "r.mkv")
    assert frames >= 0.95 * written - 10
    assert (small_disk / "r.csv").read_bytes().endswith(b"\n") or (small_disk / "r.csv").stat().st_size == 0
    assert unfinished_recordings(small_disk) == []
    reliability(
        "A write error stops a recording within a second, and what was written plays",
        f"stopped {stopped_after_s * 1000:.0f} ms after the last byte; {frames} of {written} frames play",
        case="a file system of 4 MB",
    )


@pytest.mark.parametrize("small_disk", [12], indirect=True)
def test_a_disk_that_becomes_full_is_warned_of_and_the_recording_ends_complete(
    small_disk: Path, reliability: Record
) -> None:
    recording = Recording(small_disk / "r.mkv", plan(warn_free_mb=10, stop_free_mb=5))
    warnings = set()
    deadline = time.monotonic() + 200
    for index in range(100_000):
        recording(entry(index))
        warnings.add(recording.status().warning)
        if recording.error is not None:
            break
        assert time.monotonic() < deadline, "it did not stop"
        time.sleep(0.05)
    assert any("are left on the disk" in text for text in warnings)
    assert "" in warnings
    with pytest.raises(RecordingError, match="ends here, complete"):
        recording.close()
    status = recording.status()
    facts = load_as(Sidecar, small_disk / "r.yaml")
    assert facts.frames == plays(small_disk / "r.mkv") == status.written
    assert facts.finished
    assert "are left in" in facts.ended
    assert unfinished_recordings(small_disk) == []
    with av.open(str(small_disk / "r.mkv")) as container:
        assert container.duration is not None  # it has its end and its index
    reliability(
        "A recording ends complete before the disk is full, after a warning",
        f"{status.written} of {status.written} frames play; the file has its index",
        case="limits 10 MB and 5 MB, a file system of 12 MB",
    )


def test_without_space_no_recording_begins(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="free some space or choose another folder"):
        Recording(tmp_path / "r.mkv", plan(stop_free_mb=1_000_000))
    assert list(tmp_path.iterdir()) == []


def test_free_space_is_looked_at_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free, now, looks = [9e9], [100.0], []
    monkeypatch.setattr("shutil.disk_usage", lambda _: looks.append(1) or type("Usage", (), {"free": int(free[0])}))
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watch = DiskWatch(tmp_path, RecordingSettings())
    for _ in range(50):
        watch.check()
    assert len(looks) == 1
    assert watch.warning == ""
    free[0], now[0] = 4.9e9, 101.1
    watch.check()
    assert "4.9 GB" in watch.warning
    free[0], now[0] = 0.49e9, 102.2
    with pytest.raises(RecordingError, match="490 MB"):
        watch.check()


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as only POSIX can")
def test_a_limit_to_the_size_of_files_stops_the_recording_and_what_was_written_plays(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys, time\n"
        "from pathlib import Path\n"
        "from fusion_app.recording import Recording\n"
        "from tests.e2e.test_disk import plan, record_until_it_stops\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n"
        "recording = Recording(Path(sys.argv[1]), plan(warn_free_mb=0, stop_free_mb=0))\n"
        "print(record_until_it_stops(recording), recording.status().written)\n"
        "try:\n"
        "    recording.close()\n"
        "except Exception as error:\n"
        "    print(f'{type(error).__name__}: {error}')\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "r.mkv")]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=250)
    figures, sentence = finished.stdout.splitlines()
    stopped_after_s, written = map(float, figures.split())
    assert stopped_after_s < 15.0
    assert sentence.startswith("RecordingError: ")
    assert "cannot be written (File too large)" in sentence
    assert plays(tmp_path / "r.mkv") >= 0.95 * written - 10
    assert unfinished_recordings(tmp_path) == []
