"""What is handed out runs by itself: the bundle without Python, the node in an empty root. Both take minutes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.media import read_back

ROOT = Path(__file__).resolve().parents[2]
DEMO = ("fuse", "synthetic:ir?frames=25", "synthetic:vis?frames=25", "-o", "demo.mkv", "--quiet")
COPIED = ("fusion_app", "models", "training", "assets", "release", "pyproject.toml", "requirements.lock", "README.md",
          "LICENSE", "Dockerfile")  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what is handed out."""
    for name in COPIED:
        source, target = ROOT / name, tmp_path / "checkout" / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return tmp_path / "checkout"


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_the_bundle_starts_and_fuses_the_demo_without_python(checkout: Path, tmp_path: Path) -> None:
    pytest.importorskip("PyInstaller", reason="make bundle installs it")
    make = [sys.executable, "-m", "PyInstaller", "--log-level", "WARN", "--distpath", str(tmp_path / "dist")]
    made = run([*make, "--workpath", str(tmp_path / "work"), "release/bundle.spec"], checkout, **os.environ)
    assert made.returncode == 0, made.stderr
    moved = (tmp_path / "dist" / "cs2fusion-live").rename(tmp_path / "moved")  # nothing in it knows where it was made
    shutil.rmtree(checkout)
    program, home = str(moved / "cs2fusion-live"), {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    finished = run([program, *DEMO], tmp_path, **home)
    assert finished.returncode == 0, finished.stderr
    assert len(read_back(tmp_path / "demo.mkv")[1]) == 25
    assert run([program, "probe-window"], tmp_path, QT_QPA_PLATFORM="offscreen", **home).returncode == 0
    told = run([program, "doctor"], tmp_path, **home).stdout
    assert "Self-test" in told
    assert "Missing" not in told


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.skipif(sys.platform != "linux", reason="the node is a Linux container")
def test_the_steps_of_the_dockerfile_make_a_node_in_an_empty_root_that_fuses_the_demo(
    checkout: Path, tmp_path: Path
) -> None:
    finished = run(["release/rehearse.sh", str(tmp_path / "root"), sys.executable], checkout, **os.environ)
    if "No matching distribution" in finished.stderr or "Connection" in finished.stderr:
        pytest.skip("no package index can be reached")
    assert finished.returncode == 0, finished.stderr
    assert len(read_back(tmp_path / "root/data/demo.mkv")[1]) == 25
