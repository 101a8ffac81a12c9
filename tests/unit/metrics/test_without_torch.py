import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
FIGURES = """
import importlib, pkgutil, sys
sys.modules["torch"] = None  # whoever imports it gets an ImportError
import numpy as np
import fusion_app.metrics as metrics
for module in pkgutil.iter_modules(metrics.__path__):
    importlib.import_module(f"{metrics.__name__}.{module.name}")
rng = np.random.default_rng(0)
ir, vis = (rng.integers(0, 256, (64, 72)).astype(np.uint8) for _ in range(2))
print(len(metrics.evaluate(ir, vis, np.maximum(ir, vis))))
"""


def test_all_metrics_are_imported_and_computed_without_torch() -> None:
    done = subprocess.run([sys.executable, "-c", FIGURES], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 20
