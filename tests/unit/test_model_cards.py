"""What model hubs are given: a folder whose files are of one network and say so."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from models.pretrained import load

onnxruntime = pytest.importorskip("onnxruntime")
ROOT = Path(__file__).resolve().parents[2]


def test_the_folder_of_a_network_holds_what_its_page_promises(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("model_cards", ROOT / "release" / "model_cards.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    target = tmp_path / "lite-2k"
    script.make("lite-2k", target)
    _, front, page = (target / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    values = yaml.safe_load(front)
    figures = {item["type"]: item["value"] for item in values["model-index"][0]["results"][0]["metrics"]}
    (measured,) = json.loads((target / "model.json").read_text())["quality"].values()
    assert figures == measured
    named = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert named <= {path.name for path in target.iterdir()}
    assert json.loads((target / "config.json").read_text())["model"] == "lite-2k"
    net = load(target / "model.safetensors")
    pair = [np.random.default_rng(number).uniform(0, 255, (1, 1, 40, 50)).astype(np.float32) for number in (1, 2)]
    import torch

    expected = net(*map(torch.from_numpy, pair)).numpy()
    found = onnxruntime.InferenceSession(str(target / "model.onnx")).run(None, {"vis": pair[0], "ir": pair[1]})[0]
    assert np.abs(found - expected).max() < 0.05
