"""What a user types, and what is there afterwards."""

import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.cli import main
from fusion_app.engine import open_engine
from fusion_app.frames import Frame, FramePair
from fusion_app.pipeline.pipeline import FusionPipeline
from fusion_app.settings import FusionSettings
from tests.media import counting_frames, read_back, write_images, write_video
from tests.servers import mjpeg_camera

ROOT = Path(__file__).resolve().parents[2]
SIZE = (64, 48)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    """Two recordings of 30 frames, at uneven times."""
    times = [0, 40, 80, 130, 160, 200, 260] + [300 + 40 * i for i in range(23)]
    ir = write_video(tmp_path / "ir.mkv", counting_frames(30, SIZE, colour=False), times)
    vis = write_video(tmp_path / "vis.mkv", counting_frames(30, SIZE), times)
    return str(ir), str(vis)


def fuse(*arguments: object) -> int:
    return main(["fuse", *map(str, arguments), "--model", "max", "--quiet"])


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_two_videos_become_one_with_the_visible_streams_pts(pair: tuple[str, str], tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    assert fuse(*pair, "-o", out) == 0
    pts, frames = read_back(out)
    assert pts == pytest.approx(read_back(Path(pair[1]))[0], abs=1e-3)
    assert frames[0].shape == (48, 64, 3)


def test_a_learned_model_fuses_headless(pair: tuple[str, str], tmp_path: Path, tiny_weights: Path) -> None:
    out = tmp_path / "out.mkv"
    assert main(["fuse", *pair, "-o", str(out), "--weights", str(tiny_weights), "--device", "cpu", "--quiet"]) == 0
    assert len(read_back(out)[1]) == 30


def test_what_overlaps_gives_the_pixels_of_one_frame_after_the_other(tmp_path: Path, tiny_weights: Path) -> None:
    frames = {"ir": counting_frames(20, SIZE, colour=False), "vis": counting_frames(20, SIZE)}
    paths = {name: str(write_video(tmp_path / f"{name}.mkv", images)) for name, images in frames.items()}
    model, out = ("--weights", str(tiny_weights), "--device", "cpu", "--quiet"), tmp_path / "out"
    assert main(["fuse", paths["ir"], paths["vis"], "-o", str(out), *model]) == 0
    fused = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in sorted(out.iterdir())]
    engine = open_engine(FusionSettings(weights=str(tiny_weights), device="cpu"), is_real_time=False)
    pipeline, pts_s = FusionPipeline(engine), [index / 25 for index in range(20)]
    pairs = zip(frames["ir"], frames["vis"], pts_s, strict=True)
    expected = [pipeline(FramePair(Frame(ir, t, i), Frame(vis, t, i))).image for i, (ir, vis, t) in enumerate(pairs)]
    assert len(fused) == 20
    assert all(np.array_equal(one, other) for one, other in zip(fused, expected, strict=True))


@pytest.mark.gpu
def test_a_gpu_takes_the_same_path(pair: tuple[str, str], tmp_path: Path, tiny_weights: Path) -> None:
    for device in ("cpu", "cuda"):
        out = str(tmp_path / device)
        assert main(["fuse", *pair, "-o", out, "--weights", str(tiny_weights), "--device", device, "--quiet"]) == 0
    for name in sorted(path.name for path in (tmp_path / "cpu").iterdir()):
        images = [cv2.imread(str(tmp_path / device / name)).astype(int) for device in ("cpu", "cuda")]
        assert np.abs(images[0] - images[1]).max() <= 1


def test_two_folders_become_a_folder_of_the_same_names(tmp_path: Path) -> None:
    ir = write_images(tmp_path / "ir", ["a.png", "b.png", "x.png"], counting_frames(3, SIZE, colour=False))
    vis = write_images(tmp_path / "vis", ["a.jpg", "b.jpg", "y.jpg"], counting_frames(3, SIZE))
    assert fuse(ir, vis, "-o", tmp_path / "out") == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a.png", "b.png"]
    fused = cv2.imread(str(tmp_path / "out" / "b.png"))
    luma = fused @ np.array([0.114, 0.587, 0.299])
    assert (luma + 2 >= cv2.imread(str(ir / "b.png"), cv2.IMREAD_GRAYSCALE)).mean() > 0.98


def test_sixteen_bit_infrared_images_are_fused(tmp_path: Path) -> None:
    deep = [(7000 + f.astype(np.uint16)) for f in counting_frames(2, SIZE, colour=False)]
    ir = write_images(tmp_path / "ir", ["a.png", "b.png"], deep)
    vis = write_images(tmp_path / "vis", ["a.png", "b.png"], [np.zeros((48, 64, 3), np.uint8)] * 2)
    assert fuse(ir, vis, "-o", tmp_path / "out") == 0
    assert cv2.imread(str(tmp_path / "out" / "a.png")).max() > 200


def test_an_error_amid_the_work_tells_what_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"{number}.png" for number in range(4)]
    ir = write_images(tmp_path / "ir", names, counting_frames(4, SIZE, colour=False))
    vis = write_images(tmp_path / "vis", names, counting_frames(4, SIZE))
    out = tmp_path / "out"
    (out / "2.png").mkdir(parents=True)  # cannot be replaced by an image
    assert fuse(ir, vis, "-o", out, "--overwrite") == 2
    assert f"{out} holds what was fused before: 2 frames" in capsys.readouterr().err
    assert sorted(path.name for path in out.iterdir() if path.is_file()) == names[:2]


def test_two_single_images_become_one(tmp_path: Path) -> None:
    write_images(tmp_path, ["i.png", "v.png"], counting_frames(2, SIZE))
    assert fuse(tmp_path / "i.png", tmp_path / "v.png", "-o", tmp_path / "f.png") == 0
    assert cv2.imread(str(tmp_path / "f.png")).shape == (48, 64, 3)


def test_start_and_end_cut_the_output_and_the_cut_starts_at_zero(pair: tuple[str, str], tmp_path: Path) -> None:
    assert fuse(*pair, "-o", tmp_path / "cut.mkv", "--start", 0.3, "--end", 0.7) == 0
    assert read_back(tmp_path / "cut.mkv")[0] == pytest.approx([0.04 * i for i in range(10)], abs=1e-3)


def test_headless_output_does_not_depend_on_the_container(pair: tuple[str, str], tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert fuse(*pair, "-o", tmp_path / name) == 0
    for first in sorted((tmp_path / "a").iterdir()):
        assert first.read_bytes() == (tmp_path / "b" / first.name).read_bytes()


@pytest.mark.parametrize(
    ("ir_size", "vis_size"), [((64, 48), (63, 47)), ((33, 21), (64, 48)), ((80, 60), (64, 48)), ((64, 48), (65, 49))]
)
def test_odd_and_different_sizes_are_fused_at_the_visible_size(
    tmp_path: Path, ir_size: tuple[int, int], vis_size: tuple[int, int], tiny_weights: Path
) -> None:
    ir = write_video(tmp_path / "ir.mkv", counting_frames(5, ir_size, colour=False))
    vis = write_video(tmp_path / "vis.mkv", counting_frames(5, vis_size))
    out = tmp_path / "out.mkv"
    assert main(["fuse", str(ir), str(vis), "-o", str(out), "--weights", str(tiny_weights), "--quiet"]) == 0
    frames = read_back(out)[1]
    assert len(frames) == 5
    assert frames[0].shape[:2] == vis_size[::-1]


def test_different_proportions_are_fused_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ir = write_video(tmp_path / "ir.mkv", counting_frames(5, (64, 64), colour=False))
    vis = write_video(tmp_path / "vis.mkv", counting_frames(5, SIZE))
    assert main(["fuse", str(ir), str(vis), "-o", str(tmp_path / "o.mkv"), "--model", "max"]) == 0
    assert "stretched" in capsys.readouterr().out


def test_grey_visible_and_colour_coded_infrared_are_fused(tmp_path: Path) -> None:
    ir = write_video(tmp_path / "ir.mkv", [cv2.applyColorMap(f, cv2.COLORMAP_HOT) for f in counting_frames(5, SIZE)])
    vis = write_video(tmp_path / "vis.mkv", counting_frames(5, SIZE, colour=False))
    assert fuse(ir, vis, "-o", tmp_path / "o.mkv") == 0
    assert len(read_back(tmp_path / "o.mkv")[1]) == 5


def test_a_shorter_infrared_stream_fuses_what_there_is_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ir = write_video(tmp_path / "ir.mkv", counting_frames(10, SIZE, colour=False))
    vis = write_video(tmp_path / "vis.mkv", counting_frames(40, SIZE))
    assert main(["fuse", str(ir), str(vis), "-o", str(tmp_path / "o.mkv"), "--model", "max"]) == 0
    assert "infrared ends at 0.36 s" in capsys.readouterr().out
    assert 10 <= len(read_back(tmp_path / "o.mkv")[1]) <= 13


def test_a_truncated_file_fuses_what_is_left_says_so_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ir = write_video(tmp_path / "ir.mkv", counting_frames(30, SIZE, colour=False))
    ir.write_bytes(ir.read_bytes()[: ir.stat().st_size // 2])
    vis = write_video(tmp_path / "vis.mkv", counting_frames(30, SIZE))
    assert main(["fuse", str(ir), str(vis), "-o", str(tmp_path / "o.mkv"), "--model", "max"]) == 1
    assert "of 30 frames" in capsys.readouterr().out
    assert 5 < len(read_back(tmp_path / "o.mkv")[1]) < 30


def failing(tmp_path: Path, kind: str, pair: tuple[str, str]) -> list[str]:
    (tmp_path / "text.mp4").write_text("not a video")
    (tmp_path / "empty").mkdir()
    write_images(tmp_path / "p", ["a.png"], counting_frames(1))
    write_images(tmp_path / "q", ["b.png"], counting_frames(1))
    out = ["-o", str(tmp_path / "out.mkv")]
    cases = {
        "missing": [pair[0], str(tmp_path / "absent.mp4"), *out],
        "no video": [str(tmp_path / "text.mp4"), pair[1], *out],
        "empty folder": [str(tmp_path / "empty"), pair[1], *out],
        "no common name": [str(tmp_path / "p"), str(tmp_path / "q"), "-o", str(tmp_path / "o")],
        "unknown suffix": [*pair, "-o", str(tmp_path / "out.avi")],
        "unwritable": [*pair, "-o", "/proc/nowhere/out.mkv"],
        "exists": [*pair, "-o", pair[0]],
        "is a source": [*pair, "-o", pair[0], "--overwrite"],
        "no such model": [*pair, *out, "--model", "dream"],
        "no such weights": [*pair, *out, "--weights", str(tmp_path / "w.safetensors")],
        "no such device": [*pair, *out, "--model", "lite-6k", "--device", "cuda:77"],
        "no such rig": [*pair, *out, "--rig", str(tmp_path / "rig.yaml")],
        "many frames in one image": [*pair, "-o", str(tmp_path / "out.png")],
        "no output name": [*pair, "-o", ""],
        "a name too long": [*pair, "-o", str(tmp_path / ("x" * 300 + ".mkv"))],
        "a source name too long": [str(tmp_path / ("x" * 300)), pair[1], *out],
        "empty range": [*pair, *out, "--start", "1000"],
    }
    return cases[kind]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "does not exist"),
        ("no video", "is neither a video nor an image"),
        ("empty folder", "no images"),
        ("no common name", "occurs both in"),
        ("unknown suffix", ".mkv or .mp4"),
        ("unwritable", "cannot be written"),
        ("exists", "--overwrite|is a source"),
        ("is a source", "is a source"),
        ("no such model", "cs2fusion"),
        ("no such weights", "check the path"),
        ("no such device", "--device auto or cpu"),
        ("no such rig", "does not exist"),
        ("many frames in one image", "is one image"),
        ("no output name", "no name"),
        ("a name too long", "cannot be written"),
        ("a source name too long", "cannot be opened"),
        ("empty range", "no frame could be fused"),
    ],
)
def test_what_cannot_start_is_one_sentence_and_exit_code_2(
    tmp_path: Path, pair: tuple[str, str], capsys: pytest.CaptureFixture[str], kind: str, words: str
) -> None:
    arguments = failing(tmp_path, kind, pair)
    if "--model" not in arguments and "--weights" not in arguments:
        arguments += ["--model", "max"]
    before = Path(pair[0]).read_bytes()
    assert main(["fuse", *arguments]) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("error: ")
    assert "\n" not in error
    assert any(word in error for word in words.split("|")), error
    assert Path(pair[0]).read_bytes() == before
    assert not (tmp_path / "out.mkv").exists()


def test_a_recording_and_a_camera_are_not_paired(
    pair: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with mjpeg_camera() as url:
        assert fuse(pair[0], url, "-o", tmp_path / "o.mkv") == 2
        assert "is live" in capsys.readouterr().err
        assert fuse(url, url, "-o", tmp_path / "o.mkv", "--end", 3) == 2
        assert "--end" in capsys.readouterr().err


def test_ctrl_c_ends_a_live_run_whose_cameras_send_nothing(tmp_path: Path) -> None:
    with mjpeg_camera(frames=30, freezes=True) as ir, mjpeg_camera(frames=30, freezes=True) as vis:
        command = [sys.executable, "main.py", "fuse", ir, vis, "-o", str(tmp_path / "o.mkv"), "--model", "max"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 200
        while not (tmp_path / "o.mkv").exists():
            assert time.monotonic() < deadline, "nothing was written"
            time.sleep(0.05)
        time.sleep(2.0)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=200)
    assert process.returncode == 130
    assert "interrupted at" in said
    assert len(read_back(tmp_path / "o.mkv")[1]) > 0


def test_a_job_is_not_begun_without_its_cameras(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with mjpeg_camera() as url:
        assert fuse(url, "http://me:s3cret@127.0.0.1:9/x", "-o", tmp_path / "o.mkv") == 2
    error = capsys.readouterr().err
    assert error.startswith("error: http://me:…@127.0.0.1:9/x: does not answer")
    assert error.count("\n") == 1
    assert not (tmp_path / "o.mkv").exists()


def test_images_that_cannot_be_read_are_named_and_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_images(tmp_path / "p", ["a.png", "b.png", "c.png"], counting_frames(3, SIZE))
    (folder / "b.png").write_bytes(b"broken")
    vis = write_images(tmp_path / "q", ["a.png", "b.png", "c.png"], counting_frames(3, SIZE))
    assert main(["fuse", str(folder), str(vis), "-o", str(tmp_path / "my.out"), "--model", "max"]) == 2
    (tmp_path / "my.out").mkdir()
    assert main(["fuse", str(folder), str(vis), "-o", str(tmp_path / "my.out"), "--model", "max"]) == 1
    assert "b.png" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "my.out").iterdir()) == ["a.png", "c.png"]


def test_folders_pair_by_name_whatever_their_suffixes(tmp_path: Path) -> None:
    level = {"a": 40, "a.k": 200}
    for folder, suffix in (("ir", ".png"), ("vis", ".bmp")):
        images = [np.full((48, 64), value, np.uint8) for value in level.values()]
        write_images(tmp_path / folder, [name + suffix for name in level], images)
    assert fuse(tmp_path / "ir", tmp_path / "vis", "-o", tmp_path / "out") == 0
    for name, value in level.items():
        assert (cv2.imread(str(tmp_path / "out" / f"{name}.png")) == value).all()


def test_existing_files_are_replaced_only_when_asked(pair: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    out.write_text("precious")
    assert fuse(*pair, "-o", out) == 2
    assert out.read_text() == "precious"
    assert fuse(*pair, "-o", out, "--overwrite") == 0
    assert len(read_back(out)[1]) == 30


def test_existing_images_are_replaced_only_when_asked(tmp_path: Path) -> None:
    ir, vis = (write_images(tmp_path / side, ["a.png"], counting_frames(1, SIZE)) for side in ("ir", "vis"))
    out = write_images(tmp_path / "out", ["a.png", "other.png"], counting_frames(2, (8, 8)))
    assert fuse(ir, vis, "-o", out) == 2
    assert cv2.imread(str(out / "a.png")).shape == (8, 8, 3)
    assert fuse(ir, vis, "-o", out, "--overwrite") == 0
    assert cv2.imread(str(out / "a.png")).shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("suffix", "ending"), [(".mkv", signal.SIGINT), (".mp4", signal.SIGINT), (".mkv", signal.SIGTERM)]
)
def test_ctrl_c_leaves_a_playable_file_and_says_how_far_it_got(tmp_path: Path, suffix: str, ending: int) -> None:
    out = tmp_path / f"out{suffix}"
    sources = ["synthetic:ir?frames=100000", "synthetic:vis?frames=100000"]
    command = [sys.executable, "main.py", "fuse", *sources, "-o", str(out), "--model", "average"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    deadline = time.monotonic() + 200
    while not out.exists() or out.stat().st_size < 20_000:
        assert time.monotonic() < deadline, "nothing was written"
        time.sleep(0.05)
    process.send_signal(ending)
    said, _ = process.communicate(timeout=200)
    assert process.returncode == 130
    assert "interrupted at" in said
    pts, frames = read_back(out)
    assert f"{len(frames)} frames fused" in said
    assert all(a < b for a, b in pairwise(pts))


def test_a_rig_file_names_the_sources_and_the_command_line_wins(pair: tuple[str, str], tmp_path: Path) -> None:
    rig = tmp_path / "rig.yaml"
    rig.write_text("fusion: {model: dream}\n")
    out = tmp_path / "out.mkv"
    assert main(["fuse", *pair, "-o", str(out), "--rig", str(rig), "--quiet"]) == 2
    assert main(["fuse", *pair, "-o", str(out), "--rig", str(rig), "--model", "average", "--quiet"]) == 0


def test_two_network_cameras_that_end_and_come_back_are_one_recording(tmp_path: Path) -> None:
    out = tmp_path / "live.mkv"
    asked: list[str] = []
    with mjpeg_camera(fps=25, frames=40, connections=asked) as ir, mjpeg_camera(fps=25) as vis:
        command = [sys.executable, "main.py", "fuse", ir, vis, "-o", str(out), "--model", "max"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 200
        while not out.exists():
            assert time.monotonic() < deadline, "nothing was written"
            time.sleep(0.05)
        times = len(asked)
        while len(asked) <= times:  # it has ended and is asked again
            assert time.monotonic() < deadline, "it is not opened again"
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=200)
    assert process.returncode == 130
    pts, frames = read_back(out)
    assert pts[0] == 0
    assert pts[-1] > 0.5
    assert all(a < b for a, b in pairwise(pts))
    assert frames[0].shape == (48, 64, 3)


@pytest.mark.parametrize("display", ["", ":65000"], ids=["no display", "a dead display"])
def test_without_a_display_the_demo_is_fused_to_a_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], display: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    if display:
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    assert main(["demo", "--model", "max"]) == 0
    said = capsys.readouterr().out
    recorded = list((tmp_path / "recordings").iterdir())
    assert len(recorded) == 1
    assert str(recorded[0]) in said
    assert "fps" in said
    assert len(read_back(recorded[0])[1]) == 40


def test_the_help_names_every_command() -> None:
    finished = subprocess.run(
        [sys.executable, "main.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert all(
        command in finished.stdout
        for command in ("view", "fuse", "record", "recover", "sync", "devices", "demo", "bench", "import-weights")
    )
