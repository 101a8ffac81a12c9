import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fusion_app.cli import main
from fusion_app.frames import Size
from fusion_app.sources.synthetic import Scene
from tests.media import counting_frames, write_images, write_video

SCENE = Scene(Size(160, 120))
FPS = 20


def write_pair(folder: Path, seconds: int, ir_ms: Sequence[float], every: int = 1) -> tuple[str, str]:
    """Write the street as two files; infrared has every so-many-th frame, stamped ``ir_ms``."""
    count = seconds * FPS
    ir = [SCENE.infrared(index) for index in range(0, count, every)]
    vis = [SCENE.visible(index) for index in range(count)]
    files = (
        write_video(folder / "ir.mkv", ir, [round(time) for time in ir_ms[: len(ir)]]),
        write_video(folder / "vis.mkv", vis, [round(1000 * index / FPS) for index in range(count)]),
    )
    return str(files[0]), str(files[1])


def late_ms(count: int, late: float, every: int = 1) -> list[float]:
    """Return stamps that are ``late`` ms late from the second frame on: files begin at 0."""
    return [0.0, *(1000 * every * index / FPS + late for index in range(1, count))]


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["sync", *arguments, "--json"]) == 0
    printed = capsys.readouterr().out
    found = json.loads(printed)
    assert list(found) == ["offset_ms", "margin", "accepted"]
    return dict(found)


@pytest.mark.parametrize("late", [-200.0, 340.0])
def test_sync_prints_what_must_be_added_to_infrared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], late: float
) -> None:
    seconds = 5
    if late > 0:
        files = write_pair(tmp_path, seconds, late_ms(seconds * FPS, late))
    else:  # infrared is early: its file lacks the first frames
        count = seconds * FPS
        cut = round(-late / 1000 * FPS)
        ir = write_video(
            tmp_path / "ir.mkv",
            [SCENE.infrared(index) for index in range(cut, count)],
            [round(1000 * index / FPS) for index in range(count - cut)],
        )
        vis = write_video(
            tmp_path / "vis.mkv",
            [SCENE.visible(index) for index in range(count)],
            [round(1000 * index / FPS) for index in range(count)],
        )
        files = (str(ir), str(vis))
    found = answer(capsys, *files)
    assert found["accepted"] is True
    assert found["offset_ms"] == pytest.approx(-late, abs=500 / FPS)


def test_sync_says_in_words_how_late_infrared_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = write_pair(tmp_path, 4, late_ms(40, 150.0, every=2), every=2)
    assert main(["sync", *files]) == 0
    printed = capsys.readouterr().out
    assert "ms late: use --offset-ms -1" in printed
    assert "too short to tell a drift" in printed


def test_a_refusal_is_an_answer_and_not_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    still = [np.full((48, 64), 90, np.uint8)] * 60
    ir, vis = (str(write_video(tmp_path / f"{name}.mkv", still)) for name in ("ir", "vis"))
    assert answer(capsys, ir, vis) == {"offset_ms": 0.0, "margin": 0.0, "accepted": False}
    assert main(["sync", ir, vis]) == 0
    assert "no offset can be told" in capsys.readouterr().out


def test_what_has_no_times_is_refused_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames = counting_frames(3)
    folder = write_images(tmp_path / "images", ["1.png", "2.png", "3.png"], frames)
    film = write_video(tmp_path / "film.mkv", frames)
    for source, hint in ((str(folder), "between two video files"), ("udp://127.0.0.1:9", "is live"), ("no", "exist")):
        assert main(["sync", source, str(film)]) == 2
        printed = capsys.readouterr()
        assert hint in printed.err
        assert printed.err.count("\n") == 1
        assert printed.out == ""


@pytest.mark.parametrize("option", [["--window", "0"], ["--window", "x"], ["--max-offset", "-1"]])
def test_a_window_that_makes_no_sense_is_refused(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["sync", "a.mp4", "b.mp4", *option])
    assert refused.value.code == 2
    assert option[0] in capsys.readouterr().err


@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_drift_over_minutes_is_told_as_a_slope(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seconds, per_minute = 90, 100.0
    stamps = [1000 * index / FPS * (1 + per_minute / 60_000) for index in range(seconds * FPS)]
    files = write_pair(tmp_path, seconds, stamps)
    assert main(["sync", *files]) == 0
    printed = capsys.readouterr().out
    found = float(printed.split("infrared gets ")[1].split(" ms later")[0])
    assert found == pytest.approx(per_minute, rel=0.15)
