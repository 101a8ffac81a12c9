"""What `batch` says, and leaves alone, when something is not as it should be."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fusion_app.batch.board import Board, State
from fusion_app.cli import main
from fusion_app.cli.batch_table import BatchTable
from tests.batches import assert_same_video, begun, ended_amid, lossless_rig, noted, shown, write_pair
from tests.media import write_video

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs what only Linux lets a test do")


def batch(*arguments: object) -> int:
    model = () if "--join" in arguments else ("--model", "max")
    return main(["batch", *map(str, arguments), *model, "--quiet"])


def fuse(folder: Path, name: str, output: Path, *more: object) -> int:
    sources = (folder / "ir" / f"{name}.mkv", folder / "vis" / f"{name}.mkv", "-o", output, *more)
    return main(["fuse", *map(str, sources), "--model", "max", "--quiet"])


def half_done(folder: Path, output: Path, *more: object) -> None:
    """Leave a batch whose process was killed after its first segment."""
    ended_amid(output, signal.SIGKILL, folder, "--segment", 1, *more)


def test_a_source_that_has_changed_makes_its_segments_void_and_that_is_told(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "night", 130)
    rig = lossless_rig(tmp_path / "rig.yaml")
    output, report = tmp_path / "out", tmp_path / "report.json"
    half_done(tmp_path / "in", output, "--rig", rig)
    write_pair(tmp_path / "in", "night", 90)
    assert batch(tmp_path / "in", "-o", output, "--segment", 1, "--rig", rig, "--report", report) == 0
    (job,) = json.loads(report.read_text())["jobs"]
    assert any("void" in note for note in job["notes"])
    assert fuse(tmp_path / "in", "night", tmp_path / "one.mkv", "--rig", rig) == 0
    frames = assert_same_video(output / "night.mkv", tmp_path / "one.mkv")
    assert frames == job["frames"] == 90 - job["dropped"]
    assert job["segments"] == 3  # the void ones are not counted


def test_a_result_of_other_sources_is_not_replaced_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_pair(tmp_path / "in", "night", 30)
    output = tmp_path / "out"
    assert batch(tmp_path / "in", "-o", output) == 0
    before = (output / "night.mkv").read_bytes()
    write_pair(tmp_path / "in", "night", 20)
    assert batch(tmp_path / "in", "-o", output) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert (output / "night.mkv").read_bytes() == before
    assert batch(tmp_path / "in", "-o", output, "--overwrite") == 0
    assert len(shown(output / "night.mkv")[0]) == 20


def test_sources_that_are_moved_away_once_all_is_done_are_not_missed(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "night", 10)
    output = tmp_path / "out"
    assert batch(tmp_path / "in", "-o", output) == 0
    (tmp_path / "in").rename(tmp_path / "archive")
    assert main(["batch", "--join", str(output), "--quiet"]) == 0


def test_somebody_elses_file_of_that_name_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        write_pair(tmp_path / "in", name, 10)
    output = tmp_path / "out"
    output.mkdir()
    (output / "a.mkv").write_text("mine")
    assert batch(tmp_path / "in", "-o", output) == 1
    assert "exists already" in capsys.readouterr().err
    assert (output / "a.mkv").read_text() == "mine"
    assert len(shown(output / "b.mkv")[0]) == 10


@pytest.mark.parametrize("change", ["sources", "settings"])
def test_another_plan_for_a_name_is_refused_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    write_pair(tmp_path / "in", "night", 10)
    write_pair(tmp_path / "other", "night", 20)
    output = tmp_path / "out"
    assert batch(tmp_path / "in", "-o", output) == 0
    before = (output / "night.mkv").read_bytes()
    more = ("--polarity", "black-hot") if change == "settings" else ()
    assert batch(tmp_path / ("other" if change == "sources" else "in"), "-o", output, *more) == 2
    assert "another plan for night" in capsys.readouterr().err
    assert (output / "night.mkv").read_bytes() == before
    assert len(list((output / ".batch" / "plans").iterdir())) == 1


def test_a_report_replaces_its_own_older_one_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pair(tmp_path / "in", "night", 10)
    report, output = tmp_path / "report.json", tmp_path / "out"
    assert batch(tmp_path / "in", "-o", output, "--report", tmp_path / "nowhere" / "report.json") == 2
    assert "no such folder" in capsys.readouterr().err
    report.write_text('{"jobs": ["mine"]}')
    assert batch(tmp_path / "in", "-o", output, "--report", report) == 2
    error = capsys.readouterr().err
    assert "no report of this queue" in error
    assert error.count("\n") == 1
    assert report.read_text() == '{"jobs": ["mine"]}'
    assert not output.exists()
    assert batch(tmp_path / "in", "-o", output, "--report", report, "--overwrite") == 0
    assert json.loads(report.read_text())["done"] == 1
    assert batch(tmp_path / "in", "-o", output, "--report", report) == 0  # the same words once more
    (job,) = json.loads(report.read_text())["jobs"]
    assert (job["state"], job["frames"]) == ("there", 10)


def test_a_file_of_a_plan_that_is_missing_costs_its_own_job_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pair(tmp_path / "in", "night", 10)
    (tmp_path / "plan.yaml").write_text(
        "jobs:\n- {ir: in/ir/gone.mkv, vis: in/vis/gone.mkv, name: gone}\n"
        "- {ir: in/ir/night.mkv, vis: in/vis/night.mkv, name: night}\n"
    )
    assert batch(tmp_path / "plan.yaml", "-o", tmp_path / "out") == 1
    error = capsys.readouterr().err
    assert error.count("error:") == error.count("gone.mkv") == 1
    assert (tmp_path / "out" / "night.mkv").exists()


def test_a_name_with_a_line_break_stays_on_its_line() -> None:
    told = io.StringIO()
    Board(["new\nline"], BatchTable(quiet=False, stream=told)).set("new\nline", State.DONE)
    assert told.getvalue() == "new\N{REPLACEMENT CHARACTER}line: done\n"


def test_recordings_that_have_come_since_are_fused_by_the_same_words(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "monday", 10)
    output = tmp_path / "out"
    assert batch(tmp_path / "in", "-o", output) == 0
    stamp = (output / "monday.mkv").stat().st_mtime_ns
    write_pair(tmp_path / "in", "tuesday", 10)
    assert batch(tmp_path / "in", "-o", output) == 0
    assert (output / "monday.mkv").stat().st_mtime_ns == stamp
    assert len(shown(output / "tuesday.mkv")[0]) == 10


@pytest.mark.parametrize("place", ["journal/x.jsonl", "plans/x.json"])
def test_a_queue_of_a_newer_version_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str) -> None:
    write_pair(tmp_path / "in", "night", 10)
    output = tmp_path / "out"
    path = output / ".batch" / place
    path.parent.mkdir(parents=True)
    path.write_text('{"format": 2, "jobs": []}\n')
    assert batch(tmp_path / "in", "-o", output) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "newer version" in error
    assert not list(output.glob("*.mkv"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "say what to fuse"),
        (("in",), "say where the results go"),
        (("in", "-o", "in"), "the folder of the sources"),
        (("nothing", "-o", "out"), "does not exist"),
        (("empty", "-o", "out"), "belong together"),
        (("--join", "out"), "holds no queue"),
        (("in", "--join", "out"), "nothing else"),
        (("--join", "out", "--size", "64x48"), "leave out --size"),
        (("bad.yaml", "-o", "out"), "only these names"),
        (("escape.yaml", "-o", "out"), "without folders"),
        (("live.yaml", "-o", "out"), "what is recorded"),
        (("order.yaml", "-o", "out"), "before end_s"),
    ],
)
def test_what_cannot_start_says_so_in_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_pair(tmp_path / "in", "night", 5)
    (tmp_path / "empty").mkdir()
    pair = "ir: in/ir/night.mkv, vis: in/vis/night.mkv"
    (tmp_path / "bad.yaml").write_text("jobs: [{ir: a, colour: red}]")
    (tmp_path / "escape.yaml").write_text(f"jobs: [{{{pair}, name: ../../night}}]")
    (tmp_path / "live.yaml").write_text("jobs: [{ir: 'camera:0', vis: 'camera:1'}]")
    (tmp_path / "order.yaml").write_text(f"jobs: [{{{pair}, start_s: 5, end_s: 2}}]")
    assert batch(*words) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert sentence in error
    assert not list((tmp_path / "out").glob("*.mkv"))


@LINUX
def test_ctrl_c_ends_it_with_130_and_nothing_half_in_the_output(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "night", 130)
    output = tmp_path / "out"
    assert ended_amid(output, signal.SIGINT, tmp_path / "in", "--segment", 1) == 130
    assert [path.name for path in output.iterdir()] == [".batch"]
    left = [path.name for path in (output / ".batch" / "jobs").rglob("*") if path.is_file()]
    assert not [name for name in left if "partial" in name or ".claim-" in name]
    assert batch(tmp_path / "in", "-o", output, "--segment", 1) == 0
    assert len({str(line["segment"]) for line in noted(output)}) == len(noted(output)) == 5


@LINUX
def test_an_output_folder_that_goes_away_ends_it_and_is_not_made_anew(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "night", 400)
    output = tmp_path / "out"
    process = begun(output, tmp_path / "in", "--segment", 1)
    output.rename(tmp_path / "moved")
    _, error = process.communicate(timeout=200)
    assert process.returncode == 1
    assert "is gone" in error
    assert not output.exists()
    (tmp_path / "moved").rename(output)
    assert batch(tmp_path / "in", "-o", output, "--segment", 1) == 0
    assert len(shown(output / "night.mkv")[0]) == 400


@LINUX
def test_a_source_that_is_still_being_written_is_not_fused(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "night", 400)
    output = tmp_path / "out"
    process = begun(output, tmp_path / "in", "--segment", 1)
    os.utime(tmp_path / "in" / "vis" / "night.mkv", (1, 1))
    _, error = process.communicate(timeout=200)
    assert process.returncode == 1
    assert "have changed while they were fused" in error
    assert not list(output.glob("*.mkv"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("needs Linux and the right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_ends_it_in_a_sentence_and_with_space_it_goes_on(
    tmp_path: Path, small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (75, 120, 160, 3), np.uint8)
    for side in ("ir", "vis"):
        (tmp_path / "in" / side).mkdir(parents=True)
        for name in ("a", "b"):
            frames = [image[..., 0] if side == "ir" else image for image in noise]
            write_video(tmp_path / "in" / side / f"{name}.mkv", frames)
    output = small_disk / "out"
    assert batch(tmp_path / "in", "-o", output, "--segment", 1) == 1
    error = capsys.readouterr().err
    assert "is full" in error
    assert "error: b:" not in error  # nobody tries the others in vain
    assert not list(output.glob("*.mkv"))
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert batch(tmp_path / "in", "-o", output, "--segment", 1) == 0
    assert [len(shown(output / f"{name}.mkv")[0]) for name in ("a", "b")] == [75, 75]
    shutil.rmtree(output)
