"""Recordings whose process is killed: what plays, what is offered for recovery, and what recovery makes of it."""

import csv
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av
import pytest

from fusion_app.errors import RecordingError
from fusion_app.recording import dismiss, recover, unfinished_recordings
from fusion_app.recording.sidecar import Sidecar
from fusion_app.sources import open_source
from fusion_app.system.yaml_files import load_as
from tests.recorder_victim import KINDS
from tests.reliability import Record

ROOT = Path(__file__).resolve().parents[2]
SAFE_S = 2.0
PROMISE = "A recording that is killed plays, its times rise, and nothing but its last frames is lost"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills as only POSIX can")


@dataclass(frozen=True)
class Killed:
    """What was left of a recording."""

    kind: str
    path: Path
    safe: int
    """Frames written at least 2 s before the kill."""
    written: int


def kill(folder: Path, kinds: list[str], moments: list[float]) -> list[Killed]:
    """Let one process per kind record at the same time, and kill each so many seconds after its first frame."""
    paths = {kind: folder / f"{kind}{KINDS[kind].suffix}" for kind in kinds}
    running = {
        kind: subprocess.Popen([sys.executable, "-m", "tests.recorder_victim", kind, str(path)], cwd=ROOT)
        for kind, path in paths.items()
    }
    left = dict(zip(kinds, moments, strict=True))
    found = []
    while left:
        time.sleep(0.005)
        for kind, overview in list(left.items()):
            first = next((at for at, count in notes_of(paths[kind]) if count), None)
            if first is not None and time.monotonic() - first >= overview:
                running[kind].send_signal(signal.SIGKILL)
                killed_at = time.monotonic()
                running[kind].wait()
                del left[kind]
                found.append(seen(kind, paths[kind], killed_at))
    return found


def whole_lines(path: Path) -> list[str]:
    return path.read_text().rpartition("\n")[0].splitlines() if path.exists() else []


def notes_of(path: Path) -> list[tuple[float, int]]:
    """When how many frames of ``path`` were written."""
    return [(float(at), int(count)) for at, count in map(str.split, whole_lines(path.with_suffix(".log")))]


def seen(kind: str, path: Path, killed_at: float) -> Killed:
    notes = notes_of(path)
    safe = max((count for overview, count in notes if overview <= killed_at - SAFE_S), default=0)
    return Killed(kind, path, safe, notes[-1][1])


def frames_of(path: Path) -> dict[str, list[float]]:
    """PTS of every frame that can be decoded, by track, read by nothing of the application."""
    found = {}
    with av.open(str(path)) as container:
        names = [stream.metadata.get("title", "fused") for stream in container.streams.video]
    for number, name in enumerate(names):
        with av.open(str(path)) as container:
            found[name] = [float(frame.pts * frame.time_base) for frame in container.decode(video=number)]
    return found


def check(killed: Killed) -> int:
    """Check all promises; return how many of the frames written are not there."""
    found = frames_of(killed.path)
    assert killed.safe > 0
    assert len(found["fused"]) >= 0.95 * killed.safe
    for times in found.values():
        assert all(a < b for a, b in pairwise(times))
    if len(found) > 1:
        assert len(found["visible"]) >= 0.95 * killed.safe
        assert len(found["ir"]) >= 0.95 * killed.safe * 9 / 25 - 1
        check_log(killed)
    return max(0, killed.written - len(found["fused"]))


def check_log(killed: Killed) -> None:
    text = killed.path.with_suffix(".csv").read_bytes()
    assert text.endswith(b"\n")
    rows = list(csv.DictReader(text.decode().splitlines()))
    assert len(rows) >= killed.safe
    assert [int(row["frame"]) for row in rows] == list(range(len(rows)))


def recovered(killed: Killed) -> None:
    before = frames_of(killed.path)
    assert unfinished_recordings(killed.path.parent).count(killed.path) == 1
    assert recover(killed.path) == killed.path
    assert frames_of(killed.path) == before
    with av.open(str(killed.path)) as container:
        assert container.duration == pytest.approx((before["fused"][-1] + 0.04) * 1e6, abs=80_000)
    assert killed.path not in unfinished_recordings(killed.path.parent)
    facts = load_as(Sidecar, killed.path.with_suffix(".yaml"))
    assert (facts.ended, facts.frames) == ("recovered", len(before["fused"]))


def run_round(folder: Path, seed: int, longest_s: float) -> list[tuple[Killed, int]]:
    draw = random.Random(seed)
    kinds = list(KINDS)
    killed = kill(folder, kinds, [draw.uniform(SAFE_S + 0.2, longest_s) for _ in kinds])
    lost = [(item, check(item)) for item in killed]
    for item in killed:
        if KINDS[item.kind].ir_codec:
            recovered(item)
    return lost


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.full)])
def test_what_is_killed_plays_and_is_recovered(tmp_path: Path, seed: int) -> None:
    assert len(run_round(tmp_path, seed, SAFE_S + 0.8)) == len(KINDS)


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_what_is_killed_at_any_of_twenty_moments_plays_and_is_recovered(tmp_path: Path, reliability: Record) -> None:
    lost: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for seed in range(100, 120):
        folder = tmp_path / str(seed)
        folder.mkdir()
        for killed, count in run_round(folder, seed, 6.0):
            lost[killed.kind].append(count)
    for kind, counts in lost.items():
        middle, worst = sorted(counts)[len(counts) // 2], max(counts)
        figure = f"{len(counts)} kills at 25 fps: {middle} frames lost in the median, {worst} at most"
        reliability(PROMISE, figure, case=KINDS[kind].words)


def test_a_damaged_neighbour_does_not_stop_recovery(tmp_path: Path) -> None:
    (killed,) = kill(tmp_path, ["tracks-ffv1-16"], [SAFE_S + 0.2])
    killed.path.with_suffix(".yaml").write_text("{ broken")
    killed.path.with_suffix(".csv").write_bytes(b"\xff\xfe,,,\n\x00")
    recover(killed.path)
    assert len(frames_of(killed.path)["ir"]) > 10


def readable(path: Path) -> int:
    """Return how many visible frames can be read in spite of damage."""
    source = open_source(f"{path}#visible")
    try:
        return len(list(iter(source.read, None)))
    finally:
        source.close()


def test_of_a_damaged_recording_the_original_is_kept(tmp_path: Path) -> None:
    (killed,) = kill(tmp_path, ["tracks-ffv1-16"], [SAFE_S + 0.2])
    data = bytearray(killed.path.read_bytes())
    data[len(data) // 3 : 2 * len(data) // 3] = bytes(2 * len(data) // 3 - len(data) // 3)
    killed.path.write_bytes(data)
    recover(killed.path)
    damaged = tmp_path / "tracks-ffv1-16.damaged.mkv"
    assert damaged.read_bytes() == data
    assert readable(killed.path) == readable(damaged) > 5


def test_what_cannot_be_recovered_is_left_as_it_was_and_may_be_dismissed(tmp_path: Path) -> None:
    path = tmp_path / "r.mkv"
    path.write_bytes(b"no video at all")
    (tmp_path / "r.recording").touch()
    assert unfinished_recordings(tmp_path) == [path]
    with pytest.raises(RecordingError, match="could not be recovered"):
        recover(path)
    assert path.read_bytes() == b"no video at all"
    assert unfinished_recordings(tmp_path) == [path]
    dismiss(path)
    assert unfinished_recordings(tmp_path) == []
    assert [item.name for item in tmp_path.iterdir()] == ["r.mkv"]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_what_was_ended_in_order_is_finished_and_not_offered_for_recovery(
    tmp_path: Path, ending: signal.Signals
) -> None:
    command = [sys.executable, "main.py", "record", "synthetic:ir?frames=9999", "synthetic:vis?frames=9999"]
    process = subprocess.Popen([*command, "-o", str(tmp_path), "--model", "max", "--quiet"], cwd=ROOT)
    deadline = time.monotonic() + 200
    while not (logs := list(tmp_path.glob("*.csv"))) or len(whole_lines(logs[0])) < 10:
        assert time.monotonic() < deadline, "nothing was recorded"
        time.sleep(0.05)
    assert unfinished_recordings(tmp_path) == []  # it is being written by someone who lives
    process.send_signal(ending)
    assert process.wait(200) == 0
    assert unfinished_recordings(tmp_path) == []
    facts = load_as(Sidecar, logs[0].with_suffix(".yaml"))
    assert facts.ended == "stopped"
    assert facts.frames == len(frames_of(logs[0].with_suffix(".mkv"))["fused"]) == len(whole_lines(logs[0])) - 1
