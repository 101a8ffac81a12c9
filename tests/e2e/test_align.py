"""Alignment on the command line: found, used by every command, kept in a recording, replaced when fused again."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.alignment.profile import corners, load_profile, profile_of, save_profile
from fusion_app.cli import main
from fusion_app.frames import Size
from fusion_app.recording.sidecar import Sidecar
from fusion_app.settings import Settings, SourceSettings, save_settings
from fusion_app.sources import open_source
from fusion_app.system.yaml_files import load_as
from tests.media import counting_frames, write_images, write_video
from tests.scenes import scene, seen, similarity

IR_SIZE, SIZE = (32, 24), (64, 48)
PROFILE = profile_of(np.array([[1.0, 0, 16.0], [0, 1.0, 12.0], [0, 0, 1.0]]), Size(*IR_SIZE), Size(*SIZE))
OTHER = profile_of(np.array([[1.0, 0, 30.0], [0, 1.0, 20.0], [0, 0, 1.0]]), Size(*IR_SIZE), Size(*SIZE))
GREY = 40


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    """Bright infrared, 16 bit with one hot corner, and dark visible."""
    counts = np.full(IR_SIZE[::-1], 7900, np.uint16)
    counts[:4, :4] = 7000
    ir = write_video(tmp_path / "ir.mkv", [counts] * 12)
    vis = write_video(tmp_path / "vis.mkv", [np.full((*SIZE[::-1], 3), GREY, np.uint8)] * 12)
    return str(ir), str(vis)


@pytest.fixture
def profile(tmp_path: Path) -> str:
    save_profile(tmp_path / "desk.yaml", PROFILE)
    return str(tmp_path / "desk.yaml")


def run(command: str, *arguments: object) -> int:
    return main([command, *map(str, arguments), "--model", "max", "--quiet"])


def bright(uri: str | Path) -> tuple[int, int, int, int]:
    """Return the box of what is brighter than the visible picture in the last frame: left, top, right, bottom."""
    source = open_source(str(uri))
    *_, last = iter(source.read, None)
    source.close()
    ys, xs = np.nonzero(last.image.max(axis=-1) > GREY + 60)
    return int(xs.min()), int(ys.min()), int(xs.max()), int(ys.max())


WHOLE = (0, 0, 63, 47)


def test_fuse_lays_infrared_where_the_profile_says(pair: tuple[str, str], profile: str, tmp_path: Path) -> None:
    assert run("fuse", *pair, "-o", tmp_path / "plain") == 0
    assert run("fuse", *pair, "-o", tmp_path / "aligned", "--align", profile) == 0
    assert bright(tmp_path / "plain") == WHOLE
    left, top, right, bottom = bright(tmp_path / "aligned")
    assert left in range(20, 26)
    assert top in range(16, 22)
    assert right in range(39, 45)
    assert bottom in range(28, 34)


def test_a_rig_holds_the_alignment_and_the_command_line_wins(
    pair: tuple[str, str], profile: str, tmp_path: Path
) -> None:
    save_settings(tmp_path / "rig.yaml", Settings(SourceSettings(*pair), alignment=PROFILE))
    for name, more in (("rig", []), ("option", ["--align", profile]), ("none", ["--align", "none"])):
        assert run("fuse", "--rig", tmp_path / "rig.yaml", *pair, "-o", tmp_path / name, *more) == 0
    assert bright(tmp_path / "rig") == bright(tmp_path / "option") != WHOLE
    assert bright(tmp_path / "none") == WHOLE


def test_a_recording_keeps_infrared_as_it_came_and_the_profile_beside_it(
    pair: tuple[str, str], profile: str, tmp_path: Path
) -> None:
    assert run("record", *pair, "-o", tmp_path / "out", "--align", profile) == 0
    (path,) = (tmp_path / "out").glob("recording-*.mkv")
    facts = load_as(Sidecar, path.with_suffix(".yaml"))
    assert facts.rig.alignment == PROFILE
    assert load_profile(path.with_suffix(".yaml")) == PROFILE
    source = open_source(f"{path}#ir")
    assert source.info.size == IR_SIZE
    source.close()
    recorded = bright(f"{path}#fused")
    save_profile(tmp_path / "other.yaml", OTHER)
    for name, more in (("again", []), ("moved", ["--align", tmp_path / "other.yaml"]), ("none", ["--align", "none"])):
        assert run("fuse", path, "-o", tmp_path / name, *more) == 0
    assert np.abs(np.subtract(bright(tmp_path / "again"), recorded)).max() <= 1  # the fused track is H.264
    assert bright(tmp_path / "moved")[0] > recorded[0] + 8
    assert bright(tmp_path / "none") == WHOLE


def test_halves_of_one_stream_are_aligned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = [np.hstack([np.full((48, 64, 3), 220, np.uint8), np.full((48, 64, 3), GREY, np.uint8)])] * 6
    path = write_video(tmp_path / "both.mkv", both)
    half = Size(64, 48)
    save_profile(tmp_path / "p.yaml", profile_of(np.diag([0.5, 0.5, 1.0]), half, half))
    sources = (f"split:left:{path}", f"split:right:{path}")
    assert run("fuse", *sources, "-o", tmp_path / "out", "--align", tmp_path / "p.yaml") == 0
    left, top, right, bottom = bright(tmp_path / "out")
    assert (left, top) == (0, 0)
    assert right in range(20, 32)
    assert bottom in range(14, 24)


def test_a_profile_that_is_none_is_one_sentence(
    pair: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.yaml").write_text("ir_to_vis: [[1, 0, 0], [0, 1, 0], [0, 0, .nan]]\nir_size: [3, 3]\n")
    for path in (tmp_path / "bad.yaml", tmp_path / "absent.yaml"):
        assert run("fuse", *pair, "-o", tmp_path / "out.mkv", "--align", path) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out.mkv").exists()


def test_different_proportions_are_not_called_stretched_once_they_are_aligned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ir = write_video(tmp_path / "ir.mkv", counting_frames(5, (64, 64), colour=False))
    vis = write_video(tmp_path / "vis.mkv", counting_frames(5, SIZE))
    matrix = np.array([[0.75, 0, 8.0], [0, 0.75, 0], [0, 0, 1.0]])
    save_profile(tmp_path / "p.yaml", profile_of(matrix, Size(64, 64), Size(*SIZE)))
    command = ["fuse", str(ir), str(vis), "-o", str(tmp_path / "o.mkv"), "--model", "max"]
    assert main([*command, "--align", str(tmp_path / "p.yaml")]) == 0
    assert "stretched" not in capsys.readouterr().out


def scenes(folder: Path, matrix: np.ndarray, ir: Size, vis: Size, count: int = 2) -> tuple[str, str]:
    pictures = [seen(seed, matrix, ir, vis) for seed in range(count)]
    names = [f"{number}.png" for number in range(count)]
    write_images(folder / "vis", names, [one.vis for one in pictures])
    return str(write_images(folder / "ir", names, [one.ir for one in pictures])), str(folder / "vis")


def test_align_finds_the_profile_and_fuse_uses_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ir, vis = Size(160, 120), Size(320, 240)
    truth = similarity(0.7, 3.0, 0.1, -0.05, ir, vis)
    sources, out = scenes(tmp_path, truth, ir, vis), tmp_path / "desk.yaml"
    preview = tmp_path / "preview.png"
    assert main(["align", *sources, "-o", str(out), "--preview", str(preview), "--name", "desk"]) == 0
    said = capsys.readouterr().out
    assert "as wide" in said
    assert f"--align {out}" in said
    found = load_profile(out)
    assert found.name == "desk"
    off = corners(found.homography(ir, vis), ir) - corners(truth, ir)
    assert np.linalg.norm(off, axis=1).mean() < 4
    assert cv2.imread(str(preview)).shape == (240, 640, 3)
    assert run("fuse", *sources, "-o", tmp_path / "fused", "--align", out) == 0
    before = out.read_bytes()
    assert main(["align", *sources, "-o", str(out)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert out.read_bytes() == before


def test_align_refuses_scenes_that_have_nothing_in_common(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"{number}.png" for number in range(2)]
    ir = write_images(tmp_path / "ir", names, [scene(seed)[0] for seed in (1, 2)])
    vis = write_images(tmp_path / "vis", names, [scene(seed)[1] for seed in (51, 52)])
    assert main(["align", str(ir), str(vis), "-o", str(tmp_path / "p.yaml")]) == 1
    assert "no alignment can be told" in capsys.readouterr().out
    assert not (tmp_path / "p.yaml").exists()
    assert main(["align", str(ir), str(vis), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["accepted"] is False
    assert found["reason"]


def test_align_needs_two_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["align", "synthetic:ir"]) == 2
    assert "infrared and a visible source" in capsys.readouterr().err


@pytest.mark.full
def test_live_cameras_are_watched_for_a_while(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sources = ("synthetic:ir?frames=9999&size=320x240", "synthetic:vis?frames=9999&size=320x240")
    assert main(["align", *sources, "--realtime", "--seconds", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["pairs"] >= 2
    off = np.array(found["ir_to_vis"]) - np.eye(3)
    assert np.abs(off[:, :2]).max() < 0.03
    assert np.abs(off[:2, 2]).max() < 8
