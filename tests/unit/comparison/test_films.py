"""``metrics`` on videos: the figures of their frames, in one process as in two, and what is refused."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from fusion_app.cli import main
from fusion_app.metrics import evaluate
from fusion_app.metrics.filters import Image
from tests.media import write_video
from tests.unit.metrics.test_temporal import texture

COUNT, JUMP, AT = 6, 12, 3


def frames(seed: int, jump: int = 0) -> list[Image]:
    image = texture(seed, 64, 72)
    return [(image + jump * (index >= AT)).astype(np.uint8) for index in range(COUNT)]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    write_video(tmp_path / "ir.mkv", frames(1, JUMP))
    write_video(tmp_path / "vis.mkv", frames(2))
    write_video(tmp_path / "fused.mkv", frames(3))
    return tmp_path


def arguments(film: Path, *names: str) -> list[str]:
    return ["metrics", *(str(film / name) for name in names), "--quiet"]


ALL = ("ir.mkv", "vis.mkv", "fused.mkv")


def test_videos_give_steadiness_and_the_metrics_of_every_nth_frame(
    film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, page = film / "steps.csv", film / "page.html"
    words = [*arguments(film, *ALL), "--jobs", "1", "--every", "5", "--csv", str(lines), "--html", str(page)]
    assert main([*words, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    ir, vis, fused = report["rows"]
    assert report["jumps"] == [AT - 1]
    assert ir["means"]["jump_max"] == pytest.approx(JUMP, abs=0.5)
    assert vis["means"]["BiSWE-DIS"] == pytest.approx(0, abs=0.01)
    expected = evaluate(frames(1)[0], frames(2)[0], frames(3)[0])
    last = evaluate(frames(1, JUMP)[-1], frames(2)[-1], frames(3)[-1])
    assert fused["pictures"]["Qabf"] == pytest.approx((expected["Qabf"] + last["Qabf"]) / 2, rel=1e-5)
    with lines.open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 3 * (COUNT - 1)
    assert "BiSWE-DIS" in page.read_text(encoding="utf-8")


def test_the_table_names_every_row_and_figure(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments(film, *ALL), "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    for word in ("visible", "fused.mkv", "flowD-DIS", "BiSWE-DIS", "flicker at rest", "infrared jumps", "Qcb"):
        assert word in out


def test_a_video_that_ends_early_is_measured_up_to_there_and_that_is_said(
    film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_video(film / "short.mkv", frames(3)[:2], pts_ms=[0, 10])
    assert main([*arguments(film, "ir.mkv", "vis.mkv", "short.mkv"), "--json", "--jobs", "1"]) == 0
    told = capsys.readouterr()
    assert "ends at 0.04 s" in told.err or "ends at 0.08 s" in told.err
    assert len(json.loads(told.out)["pts_s"]) < COUNT - 1


def test_videos_that_cannot_be_measured_together_are_refused(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_video(film / "small.mkv", [texture(3, 48, 64)] * COUNT)
    (film / "picture.png").write_bytes(b"x")
    refused = {
        "small.mkv": "one size",
        "picture.png": "is no video",
        "gone.mkv": "does not exist",
    }
    for name, words in refused.items():
        assert main([*arguments(film, "ir.mkv", "vis.mkv", name), "--jobs", "1"]) == 2
        assert words in capsys.readouterr().err
    assert main([*arguments(film, *ALL), "--every", "0"]) == 2
    assert "every" in capsys.readouterr().err
