"""Folders by night: what `batch` leaves, whatever happens on the way."""

import json
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fusion_app.cli import main
from tests.batches import (
    add_sound,
    assert_same_video,
    ended_amid,
    finished,
    kill,
    lossless_rig,
    noted,
    shown,
    start,
    wait_for_segments,
    write_image_pair,
    write_pair,
)
from tests.reliability import Record

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="kills as only POSIX can")
PROMISE = "A batch that is killed and started again ends with the frames of one that was not"


def batch(*arguments: object, model: str = "max") -> int:
    return main(["batch", *map(str, arguments), "--model", model, "--quiet"])


def fuse(*arguments: object) -> int:
    return main(["fuse", *map(str, arguments), "--model", "max", "--quiet"])


@pytest.mark.parametrize("deep", [True, False], ids=["counts", "flickering grey"])
@pytest.mark.parametrize("codec", ["ffv1", "libx264"])
def test_a_file_in_segments_shows_the_pixels_and_times_of_fuse(tmp_path: Path, deep: bool, codec: str) -> None:
    write_pair(tmp_path / "in", "night", 130, deep=deep, codec=codec)
    rig = lossless_rig(tmp_path / "rig.yaml", bad_pixels=True)
    sources = (tmp_path / "in" / "ir" / "night.mkv", tmp_path / "in" / "vis" / "night.mkv")
    assert fuse(*sources, "-o", tmp_path / "one.mkv", "--rig", rig, "--offset-ms", 25) == 0
    assert batch(tmp_path / "in", "-o", tmp_path / "out", "--segment", 1, "--rig", rig, "--offset-ms", 25) == 0
    assert len(noted(tmp_path / "out")) == 5
    assert assert_same_video(tmp_path / "out" / "night.mkv", tmp_path / "one.mkv") == 130


def done_and_half_done(tmp_path: Path, segments: int) -> tuple[object, ...]:
    """Fuse a pair into ``straight``, and into ``out`` until its process is killed after so many segments.

    Returns:
        The words both were asked with, ``-o`` apart.
    """
    write_pair(tmp_path / "in", "night", 130)
    asked = (tmp_path / "in", "--segment", 1, "--rig", lossless_rig(tmp_path / "rig.yaml"))
    assert batch(*asked, "-o", tmp_path / "straight") == 0
    ended_amid(tmp_path / "out", signal.SIGKILL, *asked, segments=segments)
    return asked


def test_segments_in_any_order_show_the_same_pixels(tmp_path: Path) -> None:
    """Whoever begins amid a file reads infrared before it once more, so that no joint shows."""
    output = tmp_path / "out"
    done_and_half_done(tmp_path, 1)
    # A claim that lives keeps the first two segments from the process, which begins with the third.
    place = output / ".batch" / "jobs" / "night"
    for path in place.iterdir():
        if path.name != "cut.json":
            path.unlink()
    from fusion_app.batch.claims import Claims

    key = json.loads((place / "cut.json").read_text())["key"][:16]
    held = [Claims().take(place / f"{number:05d}-{key}") for number in (0, 1)]
    process = start("--join", output)
    wait_for_segments(output, 4, [process])
    assert [line["segment"] for line in noted(output)[1:]] != []
    for claim in held:
        assert claim is not None
        claim.release()
    assert process.wait(90) == 0
    process.communicate()
    names = [str(line["segment"]) for line in noted(output)]
    assert names.index(f"00002-{key}") < len(names) - 1 - names[::-1].index(f"00001-{key}")
    assert_same_video(output / "night.mkv", tmp_path / "straight" / "night.mkv")


@pytest.mark.parametrize("mode", ["edges", "hot", "blend", "pyramid"])
def test_modes_of_fusion_in_segments_show_the_pixels_of_fuse(tmp_path: Path, mode: str) -> None:
    write_pair(tmp_path / "in", "night", 80)
    rig = lossless_rig(tmp_path / "rig.yaml")
    sources = (tmp_path / "in" / "ir" / "night.mkv", tmp_path / "in" / "vis" / "night.mkv")
    assert fuse(*sources, "-o", tmp_path / "one.mkv", "--rig", rig, "--mode", mode) == 0
    assert batch(tmp_path / "in", "-o", tmp_path / "out", "--segment", 1, "--rig", rig, "--mode", mode) == 0
    assert len(noted(tmp_path / "out")) == 3
    assert assert_same_video(tmp_path / "out" / "night.mkv", tmp_path / "one.mkv") == 80


def test_a_folder_of_radiometric_jpegs_becomes_a_folder(tmp_path: Path) -> None:
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "rjpeg"
    names = ("flir_ax8.jpg", "flir_c2_04.jpg")
    if not all((folder / name).is_file() for name in names):
        pytest.skip("needs radiometric JPEGs in ../shared/data/rjpeg")
    (tmp_path / "in").mkdir()
    for name in names:
        shutil.copy(folder / name, tmp_path / "in")
    assert batch(tmp_path / "in", "-o", tmp_path / "out") == 0
    fused = [path.name for path in sorted((tmp_path / "out" / "in").iterdir())]
    assert len(fused) == 2
    assert fuse(tmp_path / "in", "-o", tmp_path / "one") == 0
    for name in fused:
        assert np.array_equal(cv2.imread(str(tmp_path / "one" / name)), cv2.imread(str(tmp_path / "out" / "in" / name)))


@POSIX
@pytest.mark.full
@pytest.mark.timeout(900)
def test_four_processes_share_a_queue_and_two_that_are_killed_are_replaced(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_pair(tmp_path / "in", name, 300)
    asked = (tmp_path / "in", "--segment", 1, "--rig", lossless_rig(tmp_path / "rig.yaml"))
    assert batch(*asked, "-o", tmp_path / "straight") == 0
    output = tmp_path / "out"
    workers = [start(*asked, "-o", output)]
    wait_for_segments(output, 1, workers)
    workers += [start("--join", output) for _ in range(3)]
    for count, victim in ((4, 1), (8, 0)):
        wait_for_segments(output, count, [one for one in workers if one.poll() is None])
        kill(workers[victim])
    left = workers[2:]
    assert [one.wait(200) for one in left] == [0, 0]
    for one in left:
        one.communicate()
    names = [str(line["segment"]) for line in noted(output)]
    assert len(set(names)) == 36
    assert len(names) - len(set(names)) <= 2  # noted by the killed ones a moment before they would have had their names
    for name in ("a", "b", "c"):
        assert_same_video(output / f"{name}.mkv", tmp_path / "straight" / f"{name}.mkv")


def test_sound_and_chapters_come_in_once_and_in_step(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "night", 120)
    add_sound(tmp_path / "in" / "vis" / "night.mkv", 4.8)
    sources = (tmp_path / "in" / "ir" / "night.mkv", tmp_path / "in" / "vis" / "night.mkv")
    assert fuse(*sources, "-o", tmp_path / "one.mkv") == 0
    assert batch(tmp_path / "in", "-o", tmp_path / "out", "--segment", 1) == 0
    heard = []
    for path in (tmp_path / "out" / "night.mkv", tmp_path / "one.mkv"):
        with av.open(str(path)) as container:
            assert len(container.streams.audio) == 1
            heard.append(np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1))
    assert np.array_equal(*heard)
    with av.open(str(tmp_path / "out" / "night.mkv")) as container:
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["c1", "c2"]
        assert container.streams.video[0].metadata["title"] == "fused"


def test_a_folder_of_images_becomes_a_folder_and_many_things_become_one_each(tmp_path: Path) -> None:
    write_pair(tmp_path / "in" / "videos", "night", 10)
    write_image_pair(tmp_path / "in" / "stills", 7)
    assert batch(tmp_path / "in" / "videos", tmp_path / "in" / "stills", "-o", tmp_path / "out") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".batch", "night.mkv", "stills"]
    assert len(list((tmp_path / "out" / "stills").glob("*.png"))) == 7
    assert fuse(tmp_path / "in" / "stills", "-o", tmp_path / "one") == 0
    for path in (tmp_path / "one").iterdir():
        assert np.array_equal(cv2.imread(str(path)), cv2.imread(str(tmp_path / "out" / "stills" / path.name)))


def test_many_images_go_on_where_they_were_killed(tmp_path: Path) -> None:
    write_image_pair(tmp_path / "in", 530)
    output = tmp_path / "out"
    process = start(tmp_path / "in", "-o", output)
    wait_for_segments(output, 1, [process])
    kill(process)
    assert batch(tmp_path / "in", "-o", output) == 0
    names = [line["segment"] for line in noted(output)]
    assert len(set(names)) == 2  # 250 and 280: less than half a segment is none of its own
    assert len(list((output / "in").glob("*.png"))) == 530


def test_a_plan_has_settings_for_each_job(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "a", 50)
    write_pair(tmp_path / "in", "b", 50)
    (tmp_path / "plan.yaml").write_text(
        "jobs:\n"
        "- {ir: in/ir/a.mkv, vis: in/vis/a.mkv, name: whole}\n"
        "- {ir: in/ir/a.mkv, vis: in/vis/a.mkv, name: part, start_s: 0.5, end_s: 1.0, model: average, offset_ms: 40}\n"
        "- {folder: in}\n"
    )
    assert batch(tmp_path / "plan.yaml", "-o", tmp_path / "out") == 0
    times = {path.stem: shown(path)[0] for path in (tmp_path / "out").glob("*.mkv")}
    assert sorted(times) == ["a", "b", "part", "whole"]
    assert len(times["whole"]) == 50
    assert len(times["part"]) == 12
    assert times["part"][0] < 0.04
    sources = (tmp_path / "in" / "ir" / "a.mkv", tmp_path / "in" / "vis" / "a.mkv", "-o", tmp_path / "one.mkv")
    cut = ("--start", "0.5", "--end", "1.0", "--offset-ms", "40", "--model", "average", "--quiet")
    assert main(["fuse", *map(str, sources), *cut]) == 0
    assert_same_video(tmp_path / "out" / "part.mkv", tmp_path / "one.mkv")


def test_one_jobs_failure_never_stops_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "c"):
        write_pair(tmp_path / "in", name, 10)
    (tmp_path / "in" / "vis" / "b.mkv").write_bytes(b"no video")
    report = tmp_path / "report.json"
    assert batch(tmp_path / "in", "-o", tmp_path / "out", "--report", report) == 1
    assert sorted(path.name for path in (tmp_path / "out").glob("*.mkv")) == ["a.mkv", "c.mkv"]
    told = json.loads(report.read_text())
    assert [(job["name"], job["state"], job["frames"]) for job in told["jobs"]] == [
        ("a", "done", 10),
        ("b", "failed", 0),
        ("c", "done", 10),
    ]
    assert "b.mkv" in told["jobs"][1]["error"]
    assert capsys.readouterr().err.count("error: b:") == 1
    assert batch(tmp_path / "in", "-o", tmp_path / "out") == 1  # what was done stays, the damaged one is tried again


def test_infrared_that_ends_early_is_counted_as_fuse_counts_it(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "long", 100)
    write_pair(tmp_path / "short", "long", 45)
    (tmp_path / "short" / "ir" / "long.mkv").replace(tmp_path / "in" / "ir" / "long.mkv")
    report = tmp_path / "report.json"
    assert batch(tmp_path / "in", "-o", tmp_path / "out", "--segment", 1, "--report", report) == 0
    (job,) = json.loads(report.read_text())["jobs"]
    assert job["frames"] + job["dropped"] == 100
    assert job["dropped"] > 40
    assert any("infrared ends" in note for note in job["notes"])


def killed_and_started_again(tmp_path: Path, kills: int, seed: int) -> list[tuple[float, int]]:
    """Kill a batch so often at moments by chance; check the result.

    Returns:
        Of each kill, so many seconds after a segment was finished, how many segments were noted by then.
    """
    chance, count = random.Random(seed), 190 + 30 * kills
    for name, deep in (("counts", True), ("grey", False)):
        write_pair(tmp_path / "in", name, count, deep=deep)
    rig = lossless_rig(tmp_path / "rig.yaml")
    asked = (tmp_path / "in", "--segment", 1, "--rig", rig)
    started = time.monotonic()
    assert batch(*asked, "-o", tmp_path / "straight") == 0
    segment_s = (time.monotonic() - started) / (2 * count // 25)
    output, found, safe = tmp_path / "out", [], set[str]()
    for _ in range(kills):
        process = start(*asked, "-o", output)
        before = len(noted(output)) if output.exists() else 0
        (output / ".batch" / "journal").mkdir(parents=True, exist_ok=True)
        wait_for_segments(output, before + chance.choice((0, 1, 1, 2)), [process])
        overview = chance.uniform(0.0, 2 * segment_s)
        time.sleep(overview)
        kill(process)  # where this test was kept waiting, it may be over
        there = finished(output)
        names = [str(line["segment"]) for line in noted(output)[before:]]
        assert not safe & set(names), "a finished segment was fused once more"
        safe |= there
        found.append((overview, before + len(names)))
    assert batch(*asked, "-o", output) == 0
    for name in ("counts", "grey"):
        assert assert_same_video(output / f"{name}.mkv", tmp_path / "straight" / f"{name}.mkv") >= count - 2
    return found


@POSIX
def test_a_batch_that_is_killed_twice_ends_as_if_it_was_not(tmp_path: Path, reliability: Record) -> None:
    found = killed_and_started_again(tmp_path, 2, 20)
    reliability(PROMISE, f"{len(found)} kills at moments by chance, every frame the same")


@POSIX
@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_batch_that_is_killed_ten_times_ends_as_if_it_was_not(tmp_path: Path, reliability: Record) -> None:
    found = killed_and_started_again(tmp_path, 10, 10)
    reliability(PROMISE, f"{len(found)} kills at moments by chance, every frame the same")


@POSIX
def test_halves_that_a_power_cut_leaves_are_made_anew(tmp_path: Path) -> None:
    output = tmp_path / "out"
    asked = done_and_half_done(tmp_path, 2)
    place = output / ".batch" / "jobs" / "night"
    key = json.loads((place / "cut.json").read_text())["key"][:16]
    last = sorted(finished(output))[-1]
    following = int(last[:5]) + 1
    (place / f"{following:05d}-{key}.partial-0001.mkv").write_bytes((place / f"{last}.mkv").read_bytes()[:700])
    (place / f"{following:05d}-{key}.thermal").write_bytes(b"PK half")
    (place / f"result-{key}.mkv").write_bytes(b"half")
    (journal,) = (output / ".batch" / "journal").glob("*.jsonl")
    journal.write_bytes(journal.read_bytes() + b'{"job": "night", "segment": "00004-')
    assert batch(*asked, "-o", output) == 0
    assert_same_video(output / "night.mkv", tmp_path / "straight" / "night.mkv")


@POSIX
def test_two_processes_share_a_queue_and_one_that_is_killed_is_replaced(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_pair(tmp_path / "in", name, 130)
    rig = lossless_rig(tmp_path / "rig.yaml")
    asked = (tmp_path / "in", "--segment", 1, "--rig", rig)
    assert batch(*asked, "-o", tmp_path / "straight") == 0
    output = tmp_path / "out"
    first = start(*asked, "-o", output)
    wait_for_segments(output, 1, [first])
    second, third = start("--join", output), start("--join", output)
    wait_for_segments(output, 3, [first, second, third])
    kill(second)
    assert [first.wait(90), third.wait(90)] == [0, 0]
    first.communicate()
    third.communicate()
    names = [str(line["segment"]) for line in noted(output)]
    assert len(set(names)) == 10
    assert len(names) - len(set(names)) <= 1  # noted by the killed one a moment before it would have had its name
    for name in ("a", "b"):
        assert_same_video(output / f"{name}.mkv", tmp_path / "straight" / f"{name}.mkv")
    assert not [path for path in (output / ".batch" / "jobs").rglob("*") if path.is_file()]


def test_a_queue_can_be_left_to_those_that_join_each_on_a_device_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pair(tmp_path / "in", "night", 30)
    output = tmp_path / "out"
    assert main(["batch", str(tmp_path / "in"), "-o", str(output), "--queue-only", "--model", "max"]) == 0
    assert f"batch --join {output}" in capsys.readouterr().out
    assert not list(output.glob("*.mkv"))
    assert main(["batch", "--join", str(output), "--device", "cpu", "--threads", "1", "--json"]) == 0
    (job,) = json.loads(capsys.readouterr().out)["jobs"]
    assert (job["state"], job["frames"], job["model"]) == ("done", 30, "max · CPU")
    assert batch(tmp_path / "in", "-o", output, "--device", "cpu") == 0  # another device is no other plan


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion_app.batch.estimate.TRIAL_S", 0.3)
    for name in ("a", "b"):
        write_pair(tmp_path / "in", name, 50)
    output = tmp_path / "out"
    assert main(["batch", str(tmp_path / "in"), "-o", str(output), "--dry-run", "--json", "--model", "max"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(job["name"], job["frames"], job["result"]) for job in told["jobs"]] == [
        (name, 50, str(output / f"{name}.mkv")) for name in ("a", "b")
    ]
    seconds = {one["model"]: one["seconds"] for one in told["on_this_machine"]}
    assert seconds.keys() >= {"max", "cs2fusion", "lite-6k"}
    assert seconds["cs2fusion"] > seconds["max"] > 0
    assert not output.exists()


def test_a_model_is_opened_once_for_many_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fusion_app.session.engines import open_engines

    opened: list[str] = []

    def counted(*arguments: object, **more: bool) -> object:
        opened.append("once")
        return open_engines(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("fusion_app.batch.engines.KeptEngines.__init__.__defaults__", (counted,))
    for name in ("a", "b", "c"):
        write_pair(tmp_path / "in", name, 10)
    assert batch(tmp_path / "in", "-o", tmp_path / "out") == 0
    assert opened == ["once"]
    assert len(list((tmp_path / "out").glob("*.mkv"))) == 3
