"""The metrics against the original MATLAB codes' figures, and the two further tests against their defining scripts."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest

from fusion_app.metrics import evaluate
from fusion_app.metrics.impairment import KINDS, impairment_metrics
from fusion_app.metrics.targets import find_targets, saturation_loss, target_contrast

TRIPLES = ("tno_avg", "tno_max_odd", "roadscene_avg", "msrs_max", "synth_avg", "synth_flat_max")
PAIRS = (("msrs", "00563D.png"), ("msrs", "00910N.png"), ("roadscene", "FLIR_05697.jpg"))


def script(shared: Path, name: str) -> ModuleType:
    path = shared / "tools" / f"{name}.py"
    if not path.is_file():
        pytest.skip(f"needs {name}.py beside the real data")
    spec = importlib.util.spec_from_file_location(f"defining_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pair(shared: Path, folder: str, name: str) -> tuple[Any, Any]:
    dev = shared / "data" / "pairs" / folder / "dev"
    return cv2.imread(str(dev / "ir" / name), cv2.IMREAD_GRAYSCALE), cv2.imread(str(dev / "vis" / name))


def grey(vis: Any) -> Any:
    return cv2.cvtColor(vis, cv2.COLOR_BGR2GRAY)


@pytest.mark.parametrize("triple", TRIPLES)
def test_every_metric_has_the_reference_value(shared: Path, triple: str) -> None:
    folder = shared / "reference" / "metrics"
    expected = json.loads((folder / "expected.json").read_text())
    files, metrics = expected["triples"][triple]["files"], expected["triples"][triple]["metrics"]
    images = (cv2.imread(str(folder / files[key]), cv2.IMREAD_GRAYSCALE) for key in ("ir", "vis", "fused"))
    values = evaluate(*images)
    assert values.keys() == metrics.keys()
    for name, entry in metrics.items():
        assert values[name] == pytest.approx(entry["value"], rel=expected["tolerance_rel"]), name


@pytest.mark.parametrize(("folder", "name"), PAIRS)
def test_targets_and_saturation_are_those_of_the_defining_script(shared: Path, folder: str, name: str) -> None:
    defining = script(shared, "target_contrast")
    ir, vis = pair(shared, folder, name)
    fused = np.maximum(ir, grey(vis))
    assert target_contrast(find_targets(ir), ir, fused) == pytest.approx(defining.target_scores(ir, fused), rel=1e-12)
    assert saturation_loss(ir, grey(vis), fused) == defining.saturation_loss(ir, grey(vis), fused)


@pytest.mark.parametrize("rule", [np.maximum, np.minimum], ids=["max", "min"])
def test_kept_and_leak_are_those_of_the_defining_script(shared: Path, rule: Callable[[Any, Any], Any]) -> None:
    defining = script(shared, "impairment")
    pairs = [tuple(np.ascontiguousarray(image[::2, ::2]) for image in pair(shared, *where)) for where in PAIRS]
    values = impairment_metrics(lambda ir, vis: rule(ir, grey(vis)), pairs)
    assert values == pytest.approx(defining.evaluate(lambda ir, vis: rule(ir, grey(vis)), pairs), rel=1e-12)
    assert {f"kept_{kind}" for kind in KINDS} | {"kept", "leak"} == values.keys()
