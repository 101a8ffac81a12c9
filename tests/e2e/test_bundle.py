"""What is handed out runs by itself: the bundle without Python, the node in an empty root. Both take minutes."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
import tifffile
import torch
from packaging.utils import canonicalize_name
from PyInstaller.archive.readers import CArchiveReader

from tests.media import counting_frames, read_back, write_video
from tests.onnx_files import mean_of_two
from tests.serving import Client

ROOT = Path(__file__).resolve().parents[2]
DEMO = ("fuse", "synthetic:ir?frames=25", "synthetic:vis?frames=25", "-o", "demo.mkv", "--quiet")
LIVE = ("synthetic:ir?frames=100000", "synthetic:vis?frames=100000")
COPIED = ("fusion_app", "models", "training", "assets", "release", "pyproject.toml", "requirements.lock", "README.md",
          "LICENSE", "Dockerfile")  # fmt: skip
MADE = "CS2FUSION_BUNDLE"
"""A variable of the environment: a bundle that is there already and shall be tested."""
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


def release_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release_script", ROOT / "release" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The bundle, moved since it was made, and what it was made from gone; or the one that is named in MADE."""
    if made := os.environ.get(MADE):
        yield Path(made).resolve()
        return
    folder = tmp_path_factory.mktemp("bundle")
    made_from = checkout(folder / "checkout")
    make = [sys.executable, "-m", "PyInstaller", "--log-level", "WARN", "--distpath", str(folder / "dist")]
    built = run([*make, "--workpath", str(folder / "work"), "release/bundle.spec"], made_from, **os.environ)
    assert built.returncode == 0, built.stderr
    assert "ERROR" not in built.stderr
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
def test_the_bundle_serves_its_page_with_all_that_belongs_to_it(
    bundle: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    command = [str(bundle / "cs2fusion-live"), "serve", *LIVE, "--model", "max", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=bare, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            client = Client(int(process.stdout.readline().strip().strip("/").rpartition(":")[2]))
            page = client.get("/")
            assert page.status == 200
            belonging = re.findall(r'(?:src|href)="(/?[\w.]+\.\w+)"', page.text)
            assert {"style.css", "page.js"} <= {name.strip("/") for name in belonging}
            for name in belonging:
                assert client.get("/" + name.strip("/")).status == 200, name
            with client.stream():
                pass  # a picture has come
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=100)
        finally:
            if process.poll() is None:
                process.kill()
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_the_bundle_works_on_a_batch_in_processes_of_its_own(
    bundle: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        write_video(tmp_path / f"in/{name}_ir.mkv", counting_frames(12, colour=False))
        write_video(tmp_path / f"in/{name}_vis.mkv", counting_frames(12))
    command = [str(bundle / "cs2fusion-live"), "batch", "in", "-o", "out", "--model", "max", "--jobs", "2", "--quiet"]
    finished = run(command, tmp_path, **bare)
    assert finished.returncode == 0, finished.stderr
    assert [len(read_back(path)[1]) for path in sorted((tmp_path / "out").glob("*.mkv"))] == [12, 12]


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_the_bundle_opens_its_window_in_chinese_without_python(
    bundle: Path, bare: dict[str, str], tmp_path: Path
) -> None:
    command = [str(bundle / "cs2fusion-live"), "view", "synthetic:ir", "synthetic:vis"]
    settings = tmp_path / "home/.config/CS2Fusion/CS2Fusion Live.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text("[General]\nlanguage=zh_CN\n", encoding="utf-8")
    process = subprocess.Popen(
        command, cwd=tmp_path, env={**bare, "QT_QPA_PLATFORM": "offscreen"}, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 200
    while "recent" not in settings.read_text("utf-8").lower():  # written once the pair has been opened
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert "translation" not in "".join(path.read_text("utf-8") for path in (tmp_path / "home/.local").rglob("*.log"))


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_the_licence_of_every_library_in_the_bundle_is_told(bundle: Path) -> None:
    archive = CArchiveReader(str(bundle / "cs2fusion-live")).open_embedded_archive("PYZ.pyz")
    names = {name.partition(".")[0] for name in archive.toc} | {path.name for path in (bundle / "_internal").iterdir()}
    owners = packages_distributions()
    held = {canonicalize_name(owner) for name in names for owner in owners.get(name, ())}
    release = release_script()
    told = {canonicalize_name(one.name) for one in release.needed("cs2fusion-live", release.EXTRAS)}
    assert held - told <= {"cs2fusion-live", "pyinstaller", "pyinstaller-hooks-contrib"}
    assert {"torch", "starlette", "uvicorn", "websockets", "simplejpeg"} <= held


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
