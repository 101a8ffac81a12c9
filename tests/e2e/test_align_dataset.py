"""``align --dataset``: a data set in order, its originals untouched, broken off and gone on with."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.alignment.profile import Matrix
from fusion_app.cli import main
from fusion_app.datasets import Aligning, Plan, find_clips
from fusion_app.frames import Size
from fusion_app.settings import ThermalSettings, load_settings
from fusion_app.sources.synthetic import Scene
from tests.media import write_images, write_video
from tests.scenes import scene, seen, similarity

SIZE = Size(160, 120)
TRUTH = similarity(1.0, 0.0, 0.04, 0.0, SIZE, SIZE)
ROOT = Path(__file__).resolve().parents[2]


def write_pairs(folder: Path, matrices: Sequence[Matrix], size: Size = SIZE, *, bits: int = 8) -> Path:
    """Write a pair of pictures for each matrix, which says where infrared lies."""
    pictures = [seen(seed, matrix, size, size) for seed, matrix in enumerate(matrices)]
    names = [f"{number}.png" for number in range(len(pictures))]
    scaled = [one.ir if bits == 8 else one.ir.astype(np.uint16) * 20 + 7000 for one in pictures]
    write_images(folder / "ir", names, scaled)
    write_images(folder / "vis", names, [cv2.cvtColor(one.vis, cv2.COLOR_GRAY2BGR) for one in pictures])
    return folder


def align(folder: Path, output: Path, *more: str) -> int:
    return main(["align", "--dataset", str(folder), "-o", str(output), "--quiet", *more])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lines(output: Path) -> list[dict[str, str]]:
    with (output / "report.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def off_from_truth(path: Path, seed: int) -> float:
    """Return how far an infrared picture is from the one that lies right, mean grey levels inside the borders."""
    right = cv2.resize(scene(seed)[0], SIZE, interpolation=cv2.INTER_AREA).astype(float)
    found = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).astype(float)
    return float(np.abs(found - right)[12:-12, 12:-12].mean())


def test_one_homography_puts_the_pairs_of_a_rig_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, output = write_pairs(tmp_path / "data", [TRUTH] * 4), tmp_path / "done"
    before = contents(data)
    assert main(["align", "--dataset", str(data), "-o", str(output)]) == 0
    said = capsys.readouterr().out
    assert "1 clip: 1 corrected" in said
    assert "edges agree" in said
    assert contents(data) == before
    aligned = output / "aligned" / "data"
    for seed in range(4):
        assert off_from_truth(aligned / "ir" / f"{seed}.png", seed) < 0.6 * off_from_truth(
            data / "ir" / f"{seed}.png", seed
        )
        assert (aligned / "vis" / f"{seed}.png").read_bytes() == before[os.path.join("vis", f"{seed}.png")]
    (row,) = lines(output)
    assert row["corrected"] == "yes"
    assert float(row["edges_after"]) > float(row["edges_before"])
    assert float(row["off_px_after"]) < float(row["off_px_before"])
    page = (output / "report.html").read_text(encoding="utf-8")
    assert all((output / "pictures" / path.name).exists() for path in (output / "pictures").iterdir())
    assert page.count("<img ") == len(list((output / "pictures").iterdir())) > 0
    (profile,) = output.glob("*.yaml")
    assert main(["fuse", *(str(data / side) for side in ("ir", "vis")), "-o", str(tmp_path / "f"), "--align",
                 str(profile), "--model", "max", "--quiet"]) == 0  # fmt: skip


def test_pairs_of_several_sizes_are_aligned_one_by_one_and_what_does_not_fit_stays(tmp_path: Path) -> None:
    data = write_pairs(tmp_path / "data", [TRUTH])
    other = seen(7, similarity(1.0, 0, 0.02, 0, Size(176, 120), Size(176, 120)), Size(176, 120), Size(176, 120))
    write_images(data / "ir", ["1.png", "2.png"], [other.ir, scene(1)[0][::4, ::4]])
    write_images(data / "vis", ["1.png", "2.png"], [other.vis, scene(51)[1][::4, ::4]])
    output = tmp_path / "done"
    assert align(data, output) == 0
    found = {row["pair"]: row for row in lines(output)}
    assert [found[str(number)]["corrected"] for number in range(3)] == ["yes", "yes", "no"]
    assert found["2"]["told"]
    kept = output / "aligned" / "data" / "ir" / "2.png"
    assert kept.read_bytes() == (data / "ir" / "2.png").read_bytes()
    assert align(data, tmp_path / "rig", "--per", "rig") == 2


def test_counts_of_16_bit_stay_counts(tmp_path: Path) -> None:
    data, output = write_pairs(tmp_path / "data", [TRUTH], bits=16), tmp_path / "done"
    assert align(data, output, "--per", "pair") == 0
    found = cv2.imread(str(output / "aligned" / "data" / "ir" / "0.png"), cv2.IMREAD_UNCHANGED)
    assert found.dtype == np.uint16
    assert 7000 <= int(np.median(found)) <= 7000 + 20 * 255


def test_what_was_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    data, output = write_pairs(tmp_path / "data", [TRUTH] * 2), tmp_path / "done"
    plan = Plan(str(data.resolve()), "pair")
    clips, _ = find_clips(data, output, ThermalSettings())
    aligning = Aligning(plan, clips, output)
    done: list[int] = []
    assert not aligning.run(done.append, lambda: max(done, default=0) < 1)
    aligning.close()
    first = output / "aligned" / "data" / "ir" / "0.png"
    assert [row.pair for row in aligning.rows] == ["0"]
    first.write_bytes(b"as it was")
    with (output / "align.jsonl").open("a") as journal:
        journal.write('{"row": {"clip": "da')  # a power cut
    again = Aligning(plan, clips, output)
    assert again.run(lambda _: None, lambda: True)
    again.close()
    assert [row.pair for row in again.rows] == ["0", "1"]
    assert first.read_bytes() == b"as it was"
    assert all(json.loads(line) for line in (output / "align.jsonl").read_text().splitlines())


def test_nothing_of_others_is_overwritten_and_no_original(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_pairs(tmp_path / "data", [TRUTH])
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    for output, said in ((other, "other files"), (data, "is the data set itself"), (tmp_path, "or holds it")):
        assert align(data, output, "--overwrite") == 2
        assert said in capsys.readouterr().err
    assert contents(other) == {"mine.txt": b"mine"}
    output = tmp_path / "done"
    assert align(data, output, "--per", "pair") == 0
    assert align(data, output, "--per", "rig") == 2
    assert "--overwrite" in capsys.readouterr().err
    assert align(data, output, "--per", "rig", "--overwrite") == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--dataset", "DATA"], "-o FOLDER"),
        (["ir", "vis", "--dataset", "DATA", "-o", "OUT"], "no sources"),
        (["--dataset", "DATA", "-o", "OUT", "--realtime"], "--realtime"),
        (["--dataset", "DATA", "-o", "OUT", "--preview", "P.png"], "--preview"),
        (["--dataset", "ABSENT", "-o", "OUT"], "ABSENT"),
        (["ir", "vis", "--per", "pair"], "--dataset"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("DATA").mkdir()
    assert main(["align", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not Path("OUT").exists()


def test_a_damaged_picture_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    data, output = write_pairs(tmp_path / "data", [TRUTH] * 2), tmp_path / "done"
    (data / "ir" / "1.png").write_bytes(b"\x89PNG\r\n\x1a\nno picture")
    assert align(data, output, "--per", "pair") == 1
    assert [row["corrected"] for row in lines(output)] == ["yes", "failed"]


@pytest.mark.full
def test_two_videos_get_a_rig_with_their_offset(tmp_path: Path) -> None:
    street, fps, count = Scene(Size(160, 120)), 20, 100
    stamps = [round(1000 * index / fps) for index in range(count)]
    data = tmp_path / "data"
    data.mkdir()
    late = [0, *(stamp + 200 for stamp in stamps[1:])]  # files begin at 0
    write_video(data / "street_ir.mkv", [street.infrared(index) for index in range(count)], late)
    write_video(data / "street_vis.mkv", [street.visible(index) for index in range(count)], stamps)
    assert align(data, tmp_path / "done", "--time") == 0
    (row,) = lines(tmp_path / "done")
    assert float(row["offset_ms"]) == pytest.approx(-200, abs=50)
    (rig,) = (tmp_path / "done" / "aligned").glob("*.yaml")
    assert load_settings(rig).sources.offset_ms == pytest.approx(float(row["offset_ms"]), abs=1e-3)


@pytest.mark.full
@pytest.mark.skipif(sys.platform == "win32", reason="ends a process by a POSIX signal")
def test_ctrl_c_ends_it_between_two_pairs_and_the_same_command_goes_on(tmp_path: Path) -> None:
    data, output = write_pairs(tmp_path / "data", [TRUTH] * 12), tmp_path / "done"
    command = [
        sys.executable,
        str(ROOT / "main.py"),
        "align",
        "--dataset",
        str(data),
        "-o",
        str(output),
        "--per",
        "pair",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        journal = output / "align.jsonl"
        while not journal.exists() or journal.read_text().count("\n") < 2:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "give the same command again" in said
    assert align(data, output, "--per", "pair") == 0
    assert len(lines(output)) == 12
