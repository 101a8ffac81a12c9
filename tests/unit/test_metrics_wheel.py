"""The wheel of the metrics stands alone: it needs nothing of this project, and gives the same figures."""

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from fusion_app.metrics import evaluate
from tests.golden.metrics_triples import triples

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import importlib.abc, json, sys
import numpy as np

class Refusing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("fusion_app", "torch", "models", "training"):
            raise ImportError(f"{name} is not to be imported")

sys.meta_path.insert(0, Refusing())
sys.path.insert(0, sys.argv[1])
import fusion_metrics, fusion_metrics.intervals, fusion_metrics.targets
import fusion_metrics.impairment, fusion_metrics.temporal
print(json.dumps(fusion_metrics.evaluate(*np.load(sys.argv[2]))))
"""


def test_the_wheel_gives_the_figures_of_this_project_without_it(tmp_path: Path) -> None:
    import numpy as np

    spec = importlib.util.spec_from_file_location("metrics_wheel", ROOT / "release" / "metrics_wheel.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.lay_out(tmp_path / "source")
    wheel = script.build(tmp_path / "source", tmp_path)
    assert wheel.stat().st_size < 100_000
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
        metadata = next(name for name in archive.namelist() if name.endswith("METADATA"))
        needs = [line for line in archive.read(metadata).decode().splitlines() if line.startswith("Requires-Dist")]
    assert [line.split()[1].partition("<")[0].partition(">")[0] for line in needs] == ["opencv-python", "numpy"]
    images = triples()["textured, average"]
    np.save(tmp_path / "triple.npy", np.stack(images))
    arguments = [sys.executable, "-c", PROGRAM, str(tmp_path / "installed"), str(tmp_path / "triple.npy")]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=100)
    assert json.loads(done.stdout) == pytest.approx(evaluate(*images), rel=1e-12)
