"""`fuse --map`: the signed difference of every frame, exact, beside a result that is the same as without it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.cli import main
from fusion_app.session.maps import STEP, ZERO, difference_of, map_of
from tests.media import counting_frames, read_back, write_images, write_video

SIZE = (64, 48)
RNG = np.random.default_rng(8)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Three pairs of noise: every grey level of either source meets every other one."""
    names = ["a.png", "b.png", "c.png"]
    ir = [RNG.integers(0, 256, (48, 64), np.uint8) for _ in names]
    vis = [RNG.integers(0, 256, (48, 64, 3), np.uint8) for _ in names]
    return write_images(tmp_path / "ir", names, ir), write_images(tmp_path / "vis", names, vis)


def fuse(*arguments: object) -> int:
    return main(["fuse", *map(str, arguments), "--quiet"])


def luma(path: Path) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2GRAY).astype(int)


def test_every_difference_there_can_be_is_read_back() -> None:
    every = np.arange(-255, 256, dtype=np.int16)[None]
    assert np.array_equal(difference_of(map_of(every)), every)
    assert map_of(np.zeros((1, 1), np.int16))[0, 0] == ZERO


@pytest.mark.parametrize("model", ["max", "average"])
def test_a_map_is_what_the_fused_image_and_the_visible_one_say(
    folders: tuple[Path, Path], tmp_path: Path, model: str
) -> None:
    out, maps = tmp_path / "out", tmp_path / "out" / "maps"
    assert fuse(*folders, "-o", out, "--map", maps, "--model", model) == 0
    assert sorted(path.name for path in maps.iterdir()) == ["a.png", "b.png", "c.png"]
    for path in maps.iterdir():
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert image.dtype == np.uint16
        expected = luma(out / path.name) - luma(folders[1] / path.name)
        assert np.array_equal((image.astype(int) - ZERO) / STEP, expected)
        assert (expected < 0).any() is np.bool_(model == "average")


def test_maps_of_a_video_are_called_by_the_number_of_the_frame(tmp_path: Path) -> None:
    ir = write_video(tmp_path / "ir.mkv", counting_frames(10, SIZE, colour=False))
    vis = write_video(tmp_path / "vis.mkv", counting_frames(10, SIZE))
    common = (ir, vis, "--model", "max", "--start", 0.1)
    assert fuse(*common, "-o", tmp_path / "with.mkv", "--map", tmp_path / "maps") == 0
    assert fuse(*common, "-o", tmp_path / "without.mkv") == 0
    frames, others = (read_back(tmp_path / f"{name}.mkv")[1] for name in ("with", "without"))
    assert np.array_equal(frames, others)
    names = sorted(path.name for path in (tmp_path / "maps").iterdir())
    assert names == [f"{number:06d}.png" for number in range(len(names))]
    assert len(names) == len(frames)


@pytest.mark.parametrize(
    ("place", "words"),
    [("out", "is the output"), ("vis", "is a source"), ("full", "replace nothing"), ("ir/a.png", "is no folder")],
)
def test_maps_never_lie_among_other_images(
    folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str, words: str
) -> None:
    write_images(tmp_path / "full", ["z.png"], [np.zeros((4, 4), np.uint8)])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.png")}
    arguments = (*folders, "-o", tmp_path / "out", "--map", tmp_path / place, "--overwrite", "--model", "max")
    assert fuse(*arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "another" in error
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*.png")}
