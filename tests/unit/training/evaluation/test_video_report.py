import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from fusion_app.settings import ThermalSettings
from fusion_app.thermal.agc import Agc
from fusion_app.thermal.moves import Move
from tests.media import write_images, write_video
from tests.unit.metrics.test_temporal import texture
from training.data.dataset import DataError
from training.evaluate import main
from training.evaluation.video import Follower, Stretch, read_video

Grey = npt.NDArray[np.uint8]
JUMP, AT, COUNT = 12, 5, 9
HEIGHT, WIDTH = 96, 128


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A folder with ``ir.mkv``, whose level jumps by 12 at frame 5, steady ``vis.mkv``, and a blurred ``fused.mkv``."""
    ir = [np.clip(texture(1) // 2 + 40 + JUMP * (index >= AT), 0, 255).astype(np.uint8) for index in range(COUNT)]
    vis = [texture(2)] * COUNT
    blurred = [cv2.GaussianBlur(image, (0, 0), 4) for image in vis]
    write_video(tmp_path / "ir.mkv", ir)
    write_video(tmp_path / "vis.mkv", [cv2.merge([image] * 3) for image in vis])
    write_video(tmp_path / "fused.mkv", blurred)
    return tmp_path


def sources(film: Path) -> list[str]:
    return ["--video", str(film / "ir.mkv"), str(film / "vis.mkv")]


def refusal(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--quiet"])
    assert stopped.value.code == 2
    return capsys.readouterr().err


def test_a_known_jump_stands_in_table_json_and_page(
    film: Path, tiny_weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures, page = film / "new" / "figures.json", film / "new" / "page.html"
    fused = ["average", str(film / "fused.mkv"), str(tiny_weights)]
    assert main([*sources(film), *fused, "--json", str(figures), "--html", str(page), "--quiet"]) == 0
    report = json.loads(figures.read_text())
    rows = {row["name"]: row for row in report["rows"]}
    assert list(rows) == ["ir", "visible", "average", "fused", "tiny"]
    jumps = {name: row["means"]["jump_max"] for name, row in rows.items()}
    assert jumps["ir"] == pytest.approx(JUMP, abs=0.5)
    assert jumps["average"] == pytest.approx(JUMP / 2, abs=0.5)
    assert jumps["visible"] == pytest.approx(0, abs=0.05)
    assert rows["average"]["means"]["jump_at_ir"] == pytest.approx(JUMP / 2, abs=0.5)
    assert rows["fused"]["means"]["sharpness"] < 0.6 * rows["visible"]["means"]["sharpness"]
    curve = rows["ir"]["frames"]["level_jump"]
    assert len(curve) == len(report["pts_s"]) == COUNT - 1
    assert int(np.argmax(np.abs(curve))) == AT - 1
    assert "level jump max" in capsys.readouterr().out
    assert page.read_text().count("<img src=") == 3 + 2 * len(rows)
    assert "infrared jumps by 12" in page.read_text()


def test_a_source_cannot_be_a_contender_of_the_same_name(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "visible" in refusal([*sources(film), "visible"], capsys)


def test_videos_that_do_not_belong_together_are_refused(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = str(write_video(film / "short.mkv", [texture(3)] * 3))
    assert "has no frame at" in refusal([*sources(film), short], capsys)
    small = str(write_video(film / "small.mkv", [texture(3)[:48, :64]] * COUNT))
    assert "another size" in refusal([*sources(film), small], capsys)
    assert "differ in size" in refusal(["--video", small, str(film / "vis.mkv"), "max"], capsys)
    tiny = str(write_video(film / "tiny.mkv", [texture(3)[:8, :64]] * COUNT))
    assert "16 pixels" in refusal(["--video", tiny, tiny, "max"], capsys)
    assert "less than two frames" in refusal(
        ["--video", *[str(write_video(film / "one.mkv", [texture(3)]))] * 2, "max"], capsys
    )


def test_what_is_no_video_is_refused_in_a_sentence(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (film / "text.mp4").write_text("no video")
    assert "cannot be read as a video" in refusal([*sources(film), str(film / "text.mp4")], capsys)
    assert "cannot be read as a video" in refusal(["--video", "no.mp4", str(film / "vis.mkv"), "max"], capsys)
    folder = write_images(film / "images", ["1.png"], [texture(1)])
    assert "is a folder" in refusal([*sources(film), str(folder)], capsys)
    assert "at least one FUSED" in refusal(sources(film), capsys)


def test_a_video_is_followed_by_time_and_not_by_number(tmp_path: Path) -> None:
    frames = [np.full((16, 16), 20 * index, np.uint8) for index in range(6)]
    path = write_video(tmp_path / "film.mkv", frames, [0, 100, 210, 300, 390, 500])
    assert [round(frame.pts_s, 3) for frame in read_video(path)] == [0, 0.1, 0.21, 0.3, 0.39, 0.5]
    follower = Follower(path)
    assert [int(follower.at(time)[0, 0]) // 20 for time in (0.0, 0.04, 0.06, 0.3, 0.52)] == [0, 0, 1, 3, 5]
    with pytest.raises(DataError, match="has no frame at"):
        follower.at(0.9)


def test_sixteen_bit_infrared_is_stretched_as_the_application_does(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    counts = [generator.normal(29_000 + 40 * index, 120, (HEIGHT, WIDTH)).astype(np.uint16) for index in range(12)]
    counts[7] += 20_000  # another scene
    path = write_video(tmp_path / "ir.mkv", counts)
    agc = Agc()
    for frame, raw in zip(read_video(path, Stretch()), counts, strict=True):
        shown = agc(raw, ThermalSettings(), Move.NEXT)
        assert np.abs(frame.image.astype(int) - shown).max() <= 1
        assert np.ptp(frame.image) > 200
    assert np.ptp(Follower(path).at(0.0)) < 10  # what their full range would make of it
