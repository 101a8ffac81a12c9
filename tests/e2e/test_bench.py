"""What a user who wants to know how fast it is types, and what comes out."""

import json
from pathlib import Path

import pytest

from fusion_app.bench.clip import write_scene
from fusion_app.bench.live import measure_live
from fusion_app.cli import main
from fusion_app.cli.bench import in_window
from fusion_app.engine.measuring.candidates import Candidate
from fusion_app.frames import Size
from fusion_app.settings import FusionSettings, Settings
from tests.media import counting_frames, write_video

QUICK = ("--model", "max,average", "--seconds", "0.5")


def test_the_built_in_pair_is_measured_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bench.json"
    assert main(["bench", *QUICK, "--size", "64x48", "--json", str(out)]) == 0
    shown = capsys.readouterr()
    assert "built-in scene · 64×48" in shown.out
    assert "average" in shown.out
    assert "bench: " in shown.err
    values = json.loads(out.read_text(encoding="utf-8"))
    assert [row["candidate"]["model"] for row in values["rows"]] == ["max", "average"]
    assert values["sessions"][0]["result"]["export"]["n"] > 0


def test_a_recording_is_measured_at_its_own_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ir = write_video(tmp_path / "ir.mkv", counting_frames(8, (32, 24), colour=False))
    vis = write_video(tmp_path / "vis.mkv", counting_frames(8, (64, 48)))
    assert main(["bench", str(ir), str(vis), "--model", "average", "--seconds", "0.2", "--quiet"]) == 0
    shown = capsys.readouterr()
    assert "ir.mkv + vis.mkv · 64×48" in shown.out
    assert shown.err == ""


@pytest.mark.full
def test_a_live_session_is_played_shown_and_recorded(tmp_path: Path) -> None:
    sources, max_only = write_scene(tmp_path, Size(160, 120), frames=60), Candidate("max", "numpy")
    row = measure_live(in_window, max_only, Settings(sources, FusionSettings(model="max")), 1.0)
    assert row.problem == ""
    assert row.result is not None
    assert 10 < row.result.n <= 45
    assert 0 < row.result.shown_fps <= 1.2 * row.result.fps
    assert row.result.source_fps == 30
    assert 0 < row.result.latency_median_ms < 2000
    assert row.result.display.n > 3
    assert row.result.engine == "max · CPU"


@pytest.mark.full
def test_who_names_no_model_sees_what_automatic_quality_comes_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--seconds", "1", "--size", "64x48", "--quiet"]) == 0
    sessions = capsys.readouterr().out.partition("whole sessions")[2].splitlines()
    assert sessions[1].startswith("auto: ")
    assert any(line.startswith("lite-2k, ") for line in sessions)
    assert sum(line.startswith("auto: ") for line in sessions) == 2  # without a window and in one


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "dream"], "lite-6k"),
        (["none.mkv", "none.mkv"], "does not exist"),
        (["none.mkv", "none.mkv", "--size", "64x48"], "its own size"),
        (["only.mkv"], "does not exist"),
        (["--json", "no/such/folder/b.json"], "is not a folder"),
    ],
)
def test_what_cannot_start_says_why_in_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *arguments, "--quiet"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert sentence in shown.err
    assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize("size", ["640", "0x10", "99999x10", "axb"])
def test_a_size_that_is_none_is_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "--size", size])
    assert "640x480" in capsys.readouterr().err
