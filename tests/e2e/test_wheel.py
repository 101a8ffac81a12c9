"""What is installed is complete: weights and settings travel with the wheel."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.media import read_back

ROOT = Path(__file__).resolve().parents[2]
CODE = """
import faulthandler, sys
faulthandler.dump_traceback_later(90, exit=True)  # it takes 3 s; should it hang, the test says where
from importlib.resources import files
import fusion_app
assert sys.argv[1] in fusion_app.__file__, fusion_app.__file__
assert (files("assets") / "default.yaml").is_file()
assert (files("training") / "configs" / "gpu" / "lite-2k.yaml").is_file()
assert (files("training") / "chains" / "lite-6k.yaml").is_file()
from fusion_app.cli import main
sys.exit(main(["fuse", "synthetic:ir?frames=3", "synthetic:vis?frames=3", "-o", "demo.mkv", "--quiet"]))
"""


def test_an_installed_copy_fuses_the_demo_pair(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for name in ("fusion_app", "models", "training", "assets"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), "."]
    subprocess.run(build, cwd=checkout, check=True, capture_output=True)
    wheel = next((tmp_path / "dist").glob("cs2fusion_live-*.whl"))
    target = tmp_path / "installed"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(pip, check=True, capture_output=True)
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(target)}
    run = [sys.executable, "-c", CODE, str(target)]
    finished = subprocess.run(run, cwd=empty, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert len(read_back(empty / "demo.mkv")[1]) == 3
