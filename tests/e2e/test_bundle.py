"""What is handed out runs by itself: the bundle without Python, the node in an empty root. Both take minutes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
import torch

from tests.media import read_back
from tests.onnx_files import mean_of_two

ROOT = Path(__file__).resolve().parents[2]
DEMO = ("fuse", "synthetic:ir?frames=25", "synthetic:vis?frames=25", "-o", "demo.mkv", "--quiet")
COPIED = ("fusion_app", "models", "training", "assets", "release", "pyproject.toml", "requirements.lock", "README.md",
          "LICENSE", "Dockerfile")  # fmt: skip
LARGEST_MB = 1400
"""Of a bundle with torch for the CPU, of which torch is half."""


def checkout(folder: Path) -> Path:
    """Make a copy of what is handed out."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return folder


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The bundle, moved since it was made, and what it was made from gone."""
    folder = tmp_path_factory.mktemp("bundle")
    made_from = checkout(folder / "checkout")
    make = [sys.executable, "-m", "PyInstaller", "--log-level", "WARN", "--distpath", str(folder / "dist")]
    made = run([*make, "--workpath", str(folder / "work"), "release/bundle.spec"], made_from, **os.environ)
    assert made.returncode == 0, made.stderr
    assert "ERROR" not in made.stderr
    moved = (folder / "dist" / "cs2fusion-live").rename(folder / "moved")
    shutil.rmtree(made_from)
    shutil.rmtree(folder / "work")
    yield moved
    shutil.rmtree(moved)


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment without Python, whose home folder is empty."""
    for name in ("home", "bin"):
        (tmp_path / name).mkdir()
    return {"HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "bin")}


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_the_bundle_starts_and_fuses_the_demo_without_python(
    bundle: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    program = str(bundle / "cs2fusion-live")
    finished = run([program, *DEMO], tmp_path, **bare)
    assert finished.returncode == 0, finished.stderr
    assert len(read_back(tmp_path / "demo.mkv")[1]) == 25
    kept = list((tmp_path / "home/.cache/cs2fusion-live").glob("*.kept"))
    assert kept, "the next start converts no network"
    assert run([program, "probe-window"], tmp_path, QT_QPA_PLATFORM="offscreen", **bare).returncode == 0
    told = run([program, "doctor"], tmp_path, **bare).stdout
    assert "Self-test" in told
    assert "Missing" not in told


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_the_bundle_reads_compressed_tiff_without_python(bundle: Path, bare: dict[str, str], tmp_path: Path) -> None:
    image = np.tile(np.arange(160, dtype=np.uint8), (120, 1))
    for folder in ("ir", "vis"):
        (tmp_path / folder).mkdir()
        tifffile.imwrite(tmp_path / folder / "1.tif", image, compression="zstd")
    command = [str(bundle / "cs2fusion-live"), "fuse", "ir", "vis", "-o", "fused", "--model", "max", "--quiet"]
    finished = run(command, tmp_path, **bare)
    assert finished.returncode == 0, finished.stderr
    (fused,) = (tmp_path / "fused").glob("*.png")
    assert np.abs(cv2.imread(str(fused), cv2.IMREAD_GRAYSCALE).astype(int) - image).max() <= 2


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_the_bundle_takes_a_network_of_somebody_else(bundle: Path, bare: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(mean_of_two())
    program = str(bundle / "cs2fusion-live")
    added = run([program, "models", "add", "net.onnx"], tmp_path, **bare)  # tried in a process of its own
    assert added.returncode == 0, added.stderr
    finished = run([program, *DEMO, "--model", "net"], tmp_path, **bare)
    assert finished.returncode == 0, finished.stderr
    assert len(read_back(tmp_path / "demo.mkv")[1]) == 25


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_the_bundle_opens_its_window_without_python(bundle: Path, bare: dict[str, str], tmp_path: Path) -> None:
    command = [str(bundle / "cs2fusion-live"), "view", "synthetic:ir", "synthetic:vis"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env={**bare, "QT_QPA_PLATFORM": "offscreen"}, stderr=subprocess.PIPE, text=True
    )
    settings = tmp_path / "home/.config/CS2Fusion/CS2Fusion Live.conf"
    deadline = time.monotonic() + 200
    while not settings.exists():  # written once the window has been set up
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_the_bundle_holds_nothing_that_it_does_not_need(bundle: Path) -> None:
    files = [path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink()]
    names = "".join(f"\n{path.relative_to(bundle).as_posix()}" for path in files)
    for name in (
        "\n_internal/pytest",
        "\n_internal/hypothesis",
        "\n_internal/training/",
        "torch/test/",
        "gpu_plugin",
        "Qt6Pdf",
    ):
        assert name not in names, name.strip()
    if torch.version.cuda is None:
        assert sum(path.stat().st_size for path in files) < LARGEST_MB * 2**20


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform != "linux", reason="the node is a Linux container")
def test_the_steps_of_the_dockerfile_make_a_node_in_an_empty_root_that_fuses_the_demo(tmp_path: Path) -> None:
    made_from = checkout(tmp_path / "checkout")
    finished = run(["release/rehearse.sh", str(tmp_path / "root"), sys.executable], made_from, **os.environ)
    if "No matching distribution" in finished.stderr or "Connection" in finished.stderr:
        pytest.skip("no package index can be reached")
    assert finished.returncode == 0, finished.stderr
    assert len(read_back(tmp_path / "root/data/demo.mkv")[1]) == 25
