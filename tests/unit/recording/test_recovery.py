"""Recovery: one at a time, and nobody's file is lost over it."""

import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fusion_app.cli import main
from fusion_app.errors import RecordingError
from fusion_app.recording import dismiss, in_progress, recover, unfinished_recordings
from fusion_app.recording.in_progress import MarkerFile, adopt, begin, claim, is_abandoned
from fusion_app.recording.part import Part, PartPlan
from fusion_app.recording.sidecar import About, EngineFacts, sidecar_of, write_yaml
from fusion_app.settings import RecordingSettings, Settings
from tests.media import counting_frames, read_back, write_video
from tests.unit.recording.test_recording import entry

PLAN = PartPlan(RecordingSettings(), About(EngineFacts("max", "max", "", "cpu", ""), Settings()))
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks and limits as POSIX has them")


@pytest.fixture
def unfinished(tmp_path: Path) -> Path:
    """A recording whose program has died."""
    path = write_video(tmp_path / "r.mkv", counting_frames(10))
    path.with_suffix(".recording").touch()
    return path


def test_what_another_window_recovers_is_neither_offered_nor_recovered_twice(unfinished: Path) -> None:
    other = adopt(unfinished)
    assert other is not None
    before = unfinished.read_bytes()
    assert unfinished_recordings(unfinished.parent) == []
    with pytest.raises(RecordingError, match="another window"):
        recover(unfinished)
    assert unfinished.read_bytes() == before
    other.release()  # it gave up, or died
    assert unfinished_recordings(unfinished.parent) == [unfinished]
    assert recover(unfinished) == unfinished
    with pytest.raises(RecordingError, match="is finished"):
        recover(unfinished)


def test_of_two_that_recover_at_once_one_does(unfinished: Path) -> None:
    ended: list[str] = []
    ready = threading.Barrier(2)

    def run() -> None:
        ready.wait()
        try:
            recover(unfinished)
            ended.append("recovered")
        except RecordingError:
            ended.append("refused")

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["recovered", "refused"]
    assert len(read_back(unfinished)[1]) == 10
    assert [path.name for path in unfinished.parent.iterdir()] == ["r.mkv"]


def test_who_looks_does_not_keep_a_recording_from_holding_its_marker_file(tmp_path: Path) -> None:
    video = tmp_path / "r.mkv"
    video.with_suffix(".recording").touch()
    looked = os.open(video.with_suffix(".recording"), os.O_RDWR)
    import fcntl

    fcntl.flock(looked, fcntl.LOCK_EX)
    release = threading.Timer(0.05, os.close, [looked])
    release.start()
    held = begin(video)
    release.join()
    assert not is_abandoned(video.with_suffix(".recording"))
    held.remove()


def test_a_marker_file_that_was_removed_and_made_anew_is_not_adopted(
    unfinished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one who waits for a lock may get that of a file which is no longer there."""
    open_file: Callable[..., int] = os.open

    def open_then_exchange(path: Path, *rest: int) -> int:
        descriptor = open_file(path, *rest)
        path.unlink()
        path.write_text("")
        return descriptor

    monkeypatch.setattr(os, "open", open_then_exchange)
    assert adopt(unfinished) is None


def test_files_of_the_user_stay_when_a_recording_is_recovered(unfinished: Path) -> None:
    mine = [unfinished.with_name(name) for name in ("r.recovering.mkv", "r.damaged.mkv")]
    for path in mine:
        path.write_text("mine")
    data = bytearray(unfinished.read_bytes())
    data[len(data) // 3 : 2 * len(data) // 3] = bytes(2 * len(data) // 3 - len(data) // 3)
    unfinished.write_bytes(data)
    recover(unfinished)
    assert [path.read_text() for path in mine] == ["mine", "mine"]
    assert unfinished.with_name("r.damaged-2.mkv").read_bytes() == data


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files as Linux tells them")
@pytest.mark.parametrize("taken", ["r.csv", "r.yaml"])
def test_a_part_that_cannot_be_begun_leaves_nothing_open_and_nothing_behind(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).mkdir()
    (tmp_path / taken / "mine").touch()
    before = open_files()
    with pytest.raises(RecordingError, match="cannot be written"):
        Part(tmp_path / "r.mkv", PLAN, entry(0), 1, 0.0)
    assert open_files() == before
    assert [path.name for path in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken / "mine").exists()


def test_a_log_that_cannot_be_begun_is_not_left(tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limit[1]))
    try:
        with pytest.raises(RecordingError, match="cannot be written"):
            Part(tmp_path / "r.mkv", PLAN, entry(0), 1, 0.0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, previous)
    assert list(tmp_path.iterdir()) == []


def test_a_marker_file_is_removed_once(tmp_path: Path) -> None:
    held: MarkerFile = begin(tmp_path / "r.mkv")
    held.remove()
    begin(tmp_path / "r.mkv")  # by another recording
    held.remove()
    assert (tmp_path / "r.recording").exists()


def traces(folder: Path, *, video: bytes | None, rows: int = 0, is_finished: bool = False) -> Path:
    """Return the recording of a program that died over it."""
    path = folder / "r.mkv"
    claim(path)
    in_progress._claimed.pop(path.with_suffix(".recording")).release()  # it has died
    if video is not None:
        path.write_bytes(video)
    path.with_suffix(".csv").write_text("frame,pts_s\n" + "0,0.0\n" * rows)
    sidecar = sidecar_of(PLAN.about, 0.0, 1, 0.0, ())
    write_yaml(path.with_suffix(".yaml"), sidecar.end(0, 0, 0, "stopped") if is_finished else sidecar)
    return path


@pytest.mark.parametrize("video", [None, b""])
def test_of_a_recording_without_a_frame_nothing_is_left(
    tmp_path: Path, video: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = traces(tmp_path, video=video)
    assert unfinished_recordings(tmp_path) == [path]
    assert main(["recover", str(path)]) == 0
    assert f"{path}: nothing was recorded before its program ended" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
    assert main(["recover", str(tmp_path)]) == 0


def test_a_part_that_has_no_frame_yet_does_not_keep_the_others_from_being_recovered(tmp_path: Path) -> None:
    path = traces(tmp_path, video=None)
    for suffix in (".csv", ".yaml", ".recording"):
        path.with_suffix(suffix).rename(tmp_path / f"r-002{suffix}")
    write_video(path, counting_frames(3))
    path.with_suffix(".recording").touch()
    assert main(["recover", str(tmp_path)]) == 0
    assert [item.name for item in tmp_path.iterdir()] == ["r.mkv"]
    assert len(read_back(path)[1]) == 3


def test_the_log_of_a_video_that_was_moved_away_stays(tmp_path: Path) -> None:
    path = traces(tmp_path, video=None, rows=2)
    assert recover(path) is None
    assert sorted(item.name for item in tmp_path.iterdir()) == ["r.csv", "r.yaml"]


def test_a_recording_that_waits_for_its_first_frame_is_not_taken_for_one_of_the_dead(tmp_path: Path) -> None:
    claim(tmp_path / "r.mkv")
    assert unfinished_recordings(tmp_path) == []
    held = begin(tmp_path / "r.mkv")
    assert unfinished_recordings(tmp_path) == []
    held.remove()
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_recording_that_came_to_nothing_is_free_again(tmp_path: Path) -> None:
    claim(tmp_path / "r.mkv")
    dismiss(tmp_path / "r.mkv")
    claim(tmp_path / "r.mkv")
    dismiss(tmp_path / "r.mkv")
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_no_file_system_takes_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recover", "x" * 300]) == 2
    assert "does not exist; check the path" in capsys.readouterr().err


def test_escapes_in_a_file_name_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "a\x1b[2J\x9b31m\nb"
    folder.mkdir()
    path = write_video(folder / "r.mkv", counting_frames(3))
    path.with_suffix(".recording").touch()
    assert main(["recover", str(folder)]) == 0
    assert main(["fuse", str(path), str(path), "-o", str(folder / "o.mkv"), "--model", "max"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("recovered: ")
    assert said[-1].startswith("written to ")
    assert said[-1].endswith("b/o.mkv")
    assert all(line.isprintable() for line in said)
