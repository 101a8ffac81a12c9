"""A recording is fused again: the same frames at the same times, whatever happened while it was made."""

import csv
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from fusion_app.cli import main
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.frames import Frame, FramePair
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.recording import About, EngineFacts, Recording, entry_of
from fusion_app.recording.part import PartPlan
from fusion_app.recording.reading import settings_of_recording
from fusion_app.run.runner import Pace
from fusion_app.session.export import FuseJob, fuse_recordings
from fusion_app.session.session import Session, open_session
from fusion_app.settings import FusionSettings, RecordingSettings, Settings, ThermalSettings, save_settings
from tests.media import counting_frames, read_back

SIZE = (64, 48)
FPS = 25
COLOUR = counting_frames(60, SIZE)
DEEP = [(7000 + 37 * image.astype(np.uint16)) for image in counting_frames(60, SIZE, colour=False)]
HOW = RecordingSettings(quality=8, warn_free_mb=0, stop_free_mb=0)
RIG = Settings(fusion=FusionSettings(model="max"), recording=HOW)
TWO_HUNDRED = 200


def pair(index: int) -> FramePair:
    """Two cameras of 25 and 8⅓ fps; infrared never came before 12, is lost 50 to 79, visible is lost 100 to 129."""
    time_s = 1000 + index / FPS
    if index < 12:
        blank = Frame(np.zeros(SIZE[::-1], np.uint8), time_s, -1)
        return FramePair(blank, vis(index, time_s), lost="ir")
    ir_index = min(index, 50) if index < 80 else index
    ir_index -= ir_index % 3
    ir = Frame(DEEP[ir_index % 60], 1000 + ir_index / FPS - 0.006, ir_index // 3)
    if 50 <= index < 80:
        return FramePair(ir, vis(index, time_s), lost="ir")
    if 100 <= index < 130:
        fresh = Frame(DEEP[index % 60], time_s, index)  # infrared leads alone
        return FramePair(fresh, replace(vis(99, time_s), index=99), lost="vis")
    return FramePair(ir, vis(index, time_s), is_held=index % 3 == 2)


def vis(index: int, time_s: float) -> Frame:
    return Frame(COLOUR[index % 60], time_s, index)


def record(path: Path, pairs: Sequence[FramePair], splits: Sequence[int] = ()) -> Path:
    """Fuse and record ``pairs`` as a session does."""
    pipeline = FusionPipeline(ClassicalEngine("max"))
    recording = Recording(path, PartPlan(HOW, About(EngineFacts("max", "max · CPU", "", "cpu", ""), RIG)))
    for number, item in enumerate(pairs):
        if number in splits:
            recording.split()
        recording(entry_of(pipeline(item), 1 / FPS, 3 / FPS, is_live=False))
    recording.close()
    assert recording.status().dropped == 0
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.with_suffix(".csv").open(newline="") as file:
        return list(csv.DictReader(file))


def parts_of(path: Path) -> list[Path]:
    return [path, *sorted(path.parent.glob(f"{path.stem}-0*.mkv"))]


def recorded(path: Path) -> tuple[list[float], list[np.ndarray]]:
    """Time on the clock of the whole recording and pixels of every fused frame that was recorded."""
    times, frames = [], []
    for part in parts_of(path):
        times += [float(row["time_s"]) for row in rows(part)]
        frames += read_back(part)[1]
    assert len(times) == len(frames)
    return times, frames


def assert_the_same(path: Path, again: Path) -> None:
    times, frames = recorded(path)
    pts, found = read_back(again)
    assert pts == pytest.approx(times, abs=1.1e-3)
    errors = [float(np.abs(a.astype(int) - b).mean()) for a, b in zip(frames, found, strict=True)]
    assert max(errors) < 4, f"frame {int(np.argmax(errors))}"


@pytest.fixture
def eventful(tmp_path: Path) -> Path:
    """All that can happen to cameras, in one recording: a part ends where infrared comes with other pictures."""
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(TWO_HUNDRED)])
    assert len(parts_of(path)) == 2
    return path


def test_where_a_camera_was_lost_the_frames_are_the_same_again(
    tmp_path: Path, eventful: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fuse", str(eventful), "-o", str(tmp_path / "again.mkv")]) == 0
    assert_the_same(eventful, tmp_path / "again.mkv")
    said = capsys.readouterr().out
    assert "in 72 frames a camera was lost" in said
    assert "not fused" not in said


@pytest.mark.parametrize("name", ["r.mkv", "r.yaml", "r.csv"])
def test_any_of_the_three_files_names_the_recording_with_all_its_parts(tmp_path: Path, name: str) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 48)], splits=(10, 20))
    assert main(["fuse", str(tmp_path / name), "-o", str(tmp_path / "again.mkv"), "--quiet"]) == 0
    assert_the_same(path, tmp_path / "again.mkv")


def test_a_rig_of_ones_own_replaces_what_the_recording_says(tmp_path: Path) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 30)])
    rig = tmp_path / "rig.yaml"
    save_settings(rig, replace(RIG, fusion=FusionSettings(model="average"), thermal=ThermalSettings(layout="dual")))
    assert main(["fuse", str(path), "--rig", str(rig), "-o", str(tmp_path / "again.mkv"), "--quiet"]) == 0
    (_, recorded_max), (_, average) = recorded(path), read_back(tmp_path / "again.mkv")
    assert len(recorded_max) == len(average)
    assert np.mean([np.abs(a.astype(int) - b).mean() for a, b in zip(recorded_max, average, strict=True)]) > 5


def test_progress_goes_over_the_whole(tmp_path: Path) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 72)], splits=(20, 40))
    told: list[tuple[int, int | None]] = []
    job = FuseJob(settings_of_recording(path), tmp_path / "again.mkv")
    report = fuse_recordings(job, lambda *said: told.append(said), threading.Event())
    assert told == [(number, 60) for number in range(1, 61)]
    assert (report.fused, report.dropped, report.is_complete) == (60, 0, True)


def test_a_later_part_is_taken_by_itself_and_begins_at_zero(tmp_path: Path) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 48)], splits=(10, 20))
    second = parts_of(path)[1]
    assert main(["fuse", str(second), "-o", str(tmp_path / "again.mkv"), "--quiet"]) == 0
    pts, _ = read_back(tmp_path / "again.mkv")
    assert pts == pytest.approx([float(row["pts_s"]) for row in rows(second)], abs=1.1e-3)


def test_start_and_end_count_from_the_beginning_of_the_whole(tmp_path: Path, eventful: Path) -> None:
    arguments = ["--start", "1.0", "--end", "4.6"]  # in the first part, in a loss of the visible camera
    assert main(["fuse", str(eventful), "-o", str(tmp_path / "again.mkv"), "--quiet", *arguments]) == 0
    times, frames = recorded(eventful)
    wanted = [i for i, time_s in enumerate(times) if 0.999 < time_s < 4.599]
    pts, found = read_back(tmp_path / "again.mkv")
    assert pts == pytest.approx([times[i] - 1.0 for i in wanted], abs=1.1e-3)
    errors = [np.abs(frames[i].astype(int) - image).mean() for i, image in zip(wanted, found, strict=True)]
    assert max(errors) < 4


def test_from_behind_its_end_nothing_is_fused(
    tmp_path: Path, eventful: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fuse", str(eventful), "-o", str(tmp_path / "o.mkv"), "--start", "20"]) == 2
    assert "no frame could be fused: in the chosen range" in capsys.readouterr().err
    assert not (tmp_path / "o.mkv").exists()


@pytest.mark.parametrize("splits", [(), (20,)])
def test_without_csv_frames_are_paired_by_their_times(
    tmp_path: Path, splits: tuple[int, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 48)], splits)
    for log in tmp_path.glob("*.csv"):
        log.unlink()
    assert main(["fuse", str(path), "-o", str(tmp_path / "again.mkv")]) == 0
    assert "CSV is missing or damaged" in capsys.readouterr().out
    assert read_back(tmp_path / "again.mkv")[0] == pytest.approx([i / FPS for i in range(36)], abs=1.1e-3)


def test_a_part_without_yaml_is_joined_by_its_csv_and_one_without_both_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 48)], splits=(20,))
    (tmp_path / "r-002.yaml").unlink()
    assert main(["fuse", str(path), "-o", str(tmp_path / "again.mkv"), "--quiet"]) == 0
    assert_the_same(path, tmp_path / "again.mkv")
    (tmp_path / "r-002.csv").unlink()
    assert main(["fuse", str(path), "-o", str(tmp_path / "other.mkv"), "--quiet"]) == 2
    assert "does not say when it began" in capsys.readouterr().err


def test_of_a_recording_that_was_cut_off_all_frames_there_are_are_fused_and_none_is_repeated(tmp_path: Path) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 49)])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with av.open(str(path)) as container:
        left = len(list(container.decode(video=1)))
    assert left < 36
    assert main(["fuse", str(path), "-o", str(tmp_path / "again.mkv"), "--quiet"]) == 1
    assert len(read_back(tmp_path / "again.mkv")[0]) == left


def test_lines_that_are_damaged_cost_their_frames_only_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 48)])
    lines = path.with_suffix(".csv").read_bytes().splitlines(keepends=True)
    lines[5], lines[9], lines[20] = b"\xff\xfe\x00,,\n", b"9,nan,1,,1,1,inf,0,\n", lines[20].replace(b",", b";")
    path.with_suffix(".csv").write_bytes(b"".join(lines[:31]) + b"30,1.4")
    assert main(["fuse", str(path), "-o", str(tmp_path / "again.mkv")]) == 0
    left = [i / FPS for i in range(30) if i not in (4, 8, 19)]
    assert read_back(tmp_path / "again.mkv")[0] == pytest.approx(left, abs=1.1e-3)
    said = capsys.readouterr().out
    assert "3 visible frames were not fused" in said
    assert "nothing of what follows 1.2 s" in said


def test_a_recording_without_yaml_is_fused_by_the_defaults_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 20)])
    path.with_suffix(".yaml").unlink()
    assert main(["fuse", str(path), "-o", str(tmp_path / "again.mkv"), "--model", "max"]) == 0
    assert "has no YAML beside it" in capsys.readouterr().out


def test_no_part_of_it_is_replaced_by_the_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 48)], splits=(20,))
    before = (tmp_path / "r-002.mkv").read_bytes()
    assert main(["fuse", str(path), "-o", str(tmp_path / "r-002.mkv"), "--overwrite", "--quiet"]) == 2
    assert "is a source of this job" in capsys.readouterr().err
    assert (tmp_path / "r-002.mkv").read_bytes() == before


def test_a_part_without_the_sources_is_told_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(12, 20)])
    record(tmp_path / "other.mkv", [pair(i) for i in range(12, 20)])
    for suffix in (".yaml", ".csv"):
        (tmp_path / "other").with_suffix(suffix).rename(tmp_path / f"r-002{suffix}")
    (tmp_path / "r-002.mkv").write_bytes(b"no video")
    assert main(["fuse", str(path), "-o", str(tmp_path / "again.mkv"), "--quiet"]) == 2
    assert "has no infrared and visible track" in capsys.readouterr().err
    assert not (tmp_path / "again.mkv").exists()


@pytest.fixture
def session(eventful: Path) -> Iterator[Session]:
    found = open_session(settings_of_recording(eventful), Pace.EXPORT)
    yield found
    found.close()


def test_from_wherever_one_goes_on_the_pairs_are_those_of_reading_through(session: Session) -> None:
    through = [found for _ in range(TWO_HUNDRED) if (found := session.pairs.read())]
    assert len(through) == TWO_HUNDRED
    assert session.pairs.read() is None
    for number in (150, 0, 11, 12, 13, 49, 50, 65, 80, 99, 100, 115, 129, 130, 199):
        session.pairs.seek(through[number].vis.pts_s)
        for expected in through[number : number + 3]:
            found = session.pairs.read()
            assert found is not None
            assert (found.lost, found.is_held) == (expected.lost, expected.is_held)
            for one, other in ((found.ir, expected.ir), (found.vis, expected.vis)):
                assert (one.index, one.pts_s) == (other.index, pytest.approx(other.pts_s))
                assert np.array_equal(one.image, other.image)


def test_the_recorded_numbers_and_marks_come_back(session: Session) -> None:
    for index in range(TWO_HUNDRED):
        found, expected = session.pairs.read(), pair(index)
        assert found is not None
        assert (found.lost, found.is_held) == (expected.lost, expected.is_held)
        assert (found.ir.index, found.vis.index) == (expected.ir.index, expected.vis.index)
        assert found.skew_s == pytest.approx(expected.skew_s, abs=1e-5)
        if found.ir.index >= 0:
            assert np.array_equal(found.ir.image, expected.ir.image)


def test_what_is_played_is_what_is_exported(tmp_path: Path) -> None:
    path = record(tmp_path / "r.mkv", [pair(i) for i in range(40, 75)])
    runs: list[dict[float, np.ndarray]] = []
    for pace in (Pace.EXPORT, Pace.PLAY):
        shown: dict[float, np.ndarray] = {}
        session = open_session(settings_of_recording(path), pace)
        session.runner.add_sink(lambda fused, shown=shown: shown.__setitem__(round(fused.pts_s, 4), fused.image))
        session.runner.start()
        deadline = time.monotonic() + 200
        while session.runner.report is None and not session.runner.is_at_end:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        session.close()
        runs.append(shown)
    exported, played = runs
    assert len(exported) == 35
    assert played
    assert all(np.array_equal(image, exported[pts_s]) for pts_s, image in played.items())


def test_another_offset_shows_infrared_of_another_time(eventful: Path) -> None:
    settings = settings_of_recording(eventful)
    late = open_session(replace(settings, sources=replace(settings.sources, offset_ms=240.0)), Pace.EXPORT)
    try:
        found = [item for _ in range(TWO_HUNDRED) if (item := late.pairs.read())]
    finally:
        late.close()
    assert len(found) == TWO_HUNDRED
    for index in (*range(20, 50), *range(140, 200)):  # 240 ms are six frames
        assert found[index].ir.index == pair(index - 6).ir.index
        assert found[index].skew_s == pytest.approx(pair(index - 6).skew_s, abs=1e-5)
    assert [item.lost for item in found[56:86]] == ["ir"] * 30


def test_the_offset_may_be_changed_while_it_is_read(session: Session) -> None:
    for _ in range(140):
        session.pairs.read()
    for offset_s, frames in ((0.24, 6), (0.0, 0), (-0.24, -6), (0.24, 6)):
        session.offset_s = offset_s
        number = 140
        session.pairs.seek(number / FPS)
        found = session.pairs.read()
        assert found is not None
        assert (found.vis.index, found.ir.index) == (number, pair(number - frames).ir.index)
        session.offset_s = 0.0
        found = session.pairs.read()
        assert found is not None
        assert (found.vis.index, found.ir.index) == (number + 1, pair(number + 1).ir.index)
