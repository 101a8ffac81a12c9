"""Recordings that begin at the same overview, fail before their first frame, or have a gap between two parts."""

import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fusion_app.cli import main
from fusion_app.errors import RecordingError
from fusion_app.recording import Recording, entry_of
from fusion_app.recording.part import PartPlan
from fusion_app.recording.parts import Parts
from fusion_app.recording.reading import settings_of_recording
from fusion_app.recording.sidecar import Sidecar
from fusion_app.session.recorder import Recorder, about_session
from fusion_app.session.session import Session
from fusion_app.settings import Settings
from fusion_app.system.yaml_files import load_as
from tests.sessions import first_frames, rows, wait_for_frames


def test_recordings_of_one_second_in_one_folder_get_names_and_files_of_their_own(
    session: Session, settings: Settings
) -> None:
    recorders = [Recorder(session, settings) for _ in range(4)]  # each could be another program
    paths = [recorder.start() for recorder in recorders]
    assert len(set(paths)) == 4
    session.runner.start()
    wait_for_frames(session, 5)
    for recorder in recorders:
        recorder.detach()
    assert [recorder.stop() for recorder in recorders] == paths
    for path in paths:
        beside = {other.suffix for other in path.parent.glob(f"{path.stem}.*")}
        assert beside == {".mkv", ".yaml", ".csv"}


def test_a_recording_says_what_was_set_when_it_began(session: Session, settings: Settings) -> None:
    recorder = Recorder(session, settings)
    session.runner.start()
    now = replace(settings, thermal=replace(settings.thermal, polarity="black-hot"))
    session.adjust_thermal(now.thermal)
    path = recorder.start(now)
    wait_for_frames(session, 3)
    recorder.detach()
    recorder.stop()
    assert settings_of_recording(path).thermal.polarity == "black-hot"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a folder that nobody may write to")
def test_a_folder_that_cannot_be_written_to_is_told_at_once(session: Session, settings: Settings) -> None:
    place = replace(settings, recording=replace(settings.recording, folder="/proc/1"))
    recorder = Recorder(session, settings)
    with pytest.raises(RecordingError, match="/proc/1 cannot be"):
        recorder.start(place)
    assert recorder.recording is None


def test_what_fails_before_the_first_frame_is_told_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = ["synthetic:ir?size=64x49", "synthetic:vis?size=64x49"]
    assert main(["record", *sources, "--layout", "dual", "--model", "max", "-o", str(tmp_path / "out"), "--quiet"]) == 2
    assert "no two halves" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_where_no_camera_answers_the_error_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"http://me:secret@127.0.0.1:{server.getsockname()[1]}/"
    cameras = [f"{nobody}ir", f"{nobody}vis"]
    assert main(["record", *cameras, "--model", "max", "-o", str(tmp_path), "--duration", "0.2", "--quiet"]) == 2
    said = capsys.readouterr().err
    assert "nothing was recorded: http://me:…@127.0.0.1" in said
    assert "does not answer" in said
    assert list(tmp_path.iterdir()) == []


def test_time_goes_on_while_nothing_comes_between_two_parts(
    tmp_path: Path, session: Session, settings: Settings
) -> None:
    fused = first_frames(session, 1)
    parts = Parts(tmp_path / "r.mkv", PartPlan(settings.recording, about_session(session, settings)))
    for pts_s in (0.0, 0.025, 10.0, 10.025):
        frame = fused[0]
        pair = replace(frame.pair, ir=replace(frame.pair.ir, pts_s=pts_s), vis=replace(frame.pair.vis, pts_s=pts_s))
        entry = entry_of(replace(frame, pair=pair), 0.025, 0.025, is_live=True)
        parts.write(replace(entry, begins_part=pts_s == 10.0))
    parts.close()
    assert [float(row["time_s"]) for row in rows(tmp_path / "r-002.mkv")] == [10.0, 10.025]
    assert parts.seconds == pytest.approx(10.05)


@pytest.mark.parametrize("suffix", [".mkv", ".csv", ".yaml"])
def test_no_file_beside_a_part_is_replaced(tmp_path: Path, session: Session, settings: Settings, suffix: str) -> None:
    fused = first_frames(session, 1)
    mine = tmp_path / f"r{suffix}"
    mine.write_text("mine")
    parts = Parts(tmp_path / "r.mkv", PartPlan(settings.recording, about_session(session, settings)))
    with pytest.raises(RecordingError, match="replace nothing"):
        parts.write(entry_of(fused[0], 0.025, 0.025, is_live=True))
    assert mine.read_text() == "mine"


def test_a_marker_and_a_new_part_come_in_the_order_of_the_user_however_long_the_queue(
    tmp_path: Path, session: Session, settings: Settings
) -> None:
    fused = first_frames(session, 60)
    recording = Recording(tmp_path / "r.mkv", PartPlan(settings.recording, about_session(session, settings)))
    for number, frame in enumerate(fused[:60]):  # faster than they are written
        if number == 20:
            recording.add_marker("here")
        if number == 40:
            recording.split()
        recording(entry_of(frame, 0.025, 0.025, is_live=True))
    recording.close()
    marks = [row["marks"] for row in rows(tmp_path / "r.mkv")]
    assert len(marks) == 40
    assert "marker:here" in marks[20]
    assert len(rows(tmp_path / "r-002.mkv")) == 20


def test_the_command_recovers_what_was_killed_and_touches_nothing_else(
    tmp_path: Path, settings: Settings, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    recorder = Recorder(session, settings)
    session.runner.start()
    whole = recorder.start()
    wait_for_frames(session, 5)
    recorder.detach()
    recorder.stop()
    before = whole.read_bytes()
    assert main(["recover", str(whole)]) == 2
    assert main(["recover", str(whole.parent)]) == 0
    assert "no unfinished recording" in capsys.readouterr().out
    assert whole.read_bytes() == before
    whole.with_suffix(".recording").touch()  # what a dead process leaves
    assert main(["recover", str(whole.parent)]) == 0
    assert f"recovered: {whole}" in capsys.readouterr().out
    assert load_as(Sidecar, whole.with_suffix(".yaml")).ended == "recovered"
    whole.write_bytes(b"no video")
    whole.with_suffix(".recording").touch()
    assert main(["recover", str(whole)]) == 1
    assert whole.read_bytes() == b"no video"
