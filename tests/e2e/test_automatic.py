"""``auto``, for who chooses nothing: an image gets the best model, a file the best that is done in time."""

import re
from pathlib import Path

import pytest

from fusion_app.cli import main
from fusion_app.run.runner import Pace
from fusion_app.session.session import open_session
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from tests.media import counting_frames, read_back, write_images, write_video

AUTO = ("--device", "cpu")


def pair_of_videos(folder: Path, size: tuple[int, int], step_ms: int) -> tuple[str, str]:
    times = [index * step_ms for index in range(20)]
    ir = write_video(folder / "ir.mkv", counting_frames(20, size, colour=False), times, rate=1000 // step_ms)
    vis = write_video(folder / "vis.mkv", counting_frames(20, size), times, rate=1000 // step_ms)
    return str(ir), str(vis)


def test_an_image_that_is_looked_at_gets_the_most_faithful_model(tmp_path: Path) -> None:
    ir, vis = (write_images(tmp_path, [f"{name}.png"], counting_frames(1, (64, 48))) for name in ("ir", "vis"))
    sources = SourceSettings(str(ir / "ir.png"), str(vis / "vis.png"))
    session = open_session(Settings(sources, fusion=FusionSettings(device="cpu")), Pace.PLAY)
    try:
        assert session.engine.name == "cs2fusion"
    finally:
        session.close()


def test_a_file_gets_the_most_faithful_model_where_there_is_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = pair_of_videos(tmp_path, (64, 48), step_ms=200)
    assert main(["fuse", *pair, "-o", str(tmp_path / "out.mkv"), *AUTO]) == 0
    said = capsys.readouterr().out
    assert "20 frames fused by cs2fusion" in said
    assert "--model" not in said


def test_a_file_that_would_take_long_gets_less_and_is_told_the_time_and_the_other_choice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = pair_of_videos(tmp_path, (320, 240), step_ms=2)  # 40 ms, 160 at most: no processor does it with the backbone
    assert main(["fuse", *pair, "-o", str(tmp_path / "out.mkv"), *AUTO]) == 0
    told, _, rest = capsys.readouterr().out.partition("\n")
    assert re.fullmatch(
        r"note: auto fuses with (lite-\dk), which takes about \d+ s; "
        r"cs2fusion, more faithful, takes about \d+ s \(--model cs2fusion\)",
        told,
    )
    assert "20 frames fused by lite-" in rest
    assert len(read_back(tmp_path / "out.mkv")[1]) == 20
