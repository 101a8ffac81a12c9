"""`make metrics-wheel`: the metrics as a wheel of their own, which needs numpy and OpenCV only."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "build" / "metrics-wheel"
OURS, THEIRS = "fusion_app.metrics", "fusion_metrics"

PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "fusion-metrics"
version = "{version}"
description = "26 metrics of infrared and visible image fusion, in the conventions of the original MATLAB codes."
readme = "README.md"
requires-python = ">=3.11"
license = "GPL-3.0-or-later"
license-files = ["LICENSE"]
dependencies = [{dependencies}]

[tool.setuptools]
packages = ["{package}"]
"""
README = """\
# fusion-metrics

```python
from fusion_metrics import evaluate

figures = evaluate(ir, vis, fused)  # grey uint8 arrays of one size; a dict of 26 figures
```

`fusion_metrics.intervals` gives means with bootstrap intervals, `targets`, `impairment` and `temporal` what the usual
metrics do not see. Part of CS2Fusion Live.

"""


def main() -> int:
    """Build the wheel; return the exit code."""
    shutil.rmtree(TARGET, ignore_errors=True)
    lay_out(TARGET / "source")
    wheel = build(TARGET / "source", TARGET)
    print(f"made: {wheel}")
    return 0


def lay_out(source: Path) -> None:
    """Write a project that holds the metrics under their own name."""
    package = source / THEIRS
    package.mkdir(parents=True)
    for path in sorted((ROOT / "fusion_app" / "metrics").glob("*.py")):
        (package / path.name).write_text(path.read_text(encoding="utf-8").replace(OURS, THEIRS), encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [text for text in project["dependencies"] if text.startswith(("numpy", "opencv-python"))]
    text = PROJECT.format(
        version=project["version"], package=THEIRS, dependencies=", ".join(f'"{text}"' for text in needed)
    )
    (source / "pyproject.toml").write_text(text, encoding="utf-8")
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    table = page[page.index("I, V and F are") :].replace("fusion_app/metrics/", f"{THEIRS}/")
    (source / "README.md").write_text(README + table, encoding="utf-8")
    shutil.copyfile(ROOT / "LICENSE", source / "LICENSE")


def build(source: Path, target: Path) -> Path:
    """Return the wheel of a project; nothing is downloaded."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(target.glob("*.whl"))


if __name__ == "__main__":
    sys.exit(main())
