"""Our networks as ONNX: what torch computes, at any size, and what this program itself reads back."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from fusion_app.cli import main
from fusion_app.engine import learned_names, open_engine
from fusion_app.engine.added import store
from fusion_app.engine.added.card import METADATA_KEY, card_from_text
from fusion_app.engine.exporting import TOLERANCE, exported
from fusion_app.settings import FusionSettings
from models import build
from models.onnx_export import OPSET, onnx_of
from models.pretrained import load, loaded, shipped_names
from models.weights import WeightsFormatError, save_weights

onnxruntime = pytest.importorskip("onnxruntime")


@pytest.mark.parametrize("name", shipped_names())
def test_an_exported_model_gives_the_luma_of_torch_in_every_runtime(name: str) -> None:
    made = exported(name)
    assert {"ONNX Runtime", "OpenVINO"} == made.off_by.keys()
    assert max(made.off_by.values()) <= TOLERANCE
    file = onnx.load_from_string(made.data)
    assert [item.version for item in file.opset_import] == [OPSET]
    inside = {item.key: item.value for item in file.metadata_props}
    assert card_from_text(inside[METADATA_KEY]) == made.card
    assert made.card.size.halo == load(name).halo


@pytest.mark.parametrize(("name", "config"), [("cs2fusion", {"gates": "map"}), ("cs2fusion", {}), ("lite-20k", {})])
@pytest.mark.parametrize("shape", [(33, 47), (64, 96)])
def test_networks_that_see_far_are_exported_for_every_size(name: str, config: dict, shape: tuple[int, int]) -> None:
    torch.manual_seed(3)
    model = build(name, config).eval()
    with torch.no_grad():
        for value in model.parameters():
            value.add_(0.02 * torch.randn_like(value))  # parts of an untrained network are zero
    session = onnxruntime.InferenceSession(onnx_of(model, {}), providers=["CPUExecutionProvider"])
    vis, ir = (255 * torch.rand(1, 1, *shape) for _ in range(2))
    with torch.no_grad():
        expected = model(vis, ir).numpy()
    (found,) = session.run(None, {"vis": vis.numpy(), "ir": ir.numpy()})
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= TOLERANCE


def test_what_is_exported_is_added_again_and_fuses_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    path = tmp_path / "ours.onnx"
    assert main(["export", "lite-6k", "-o", str(path)]) == 0
    assert "grey levels off from torch" in capsys.readouterr().out
    assert main(["models", "add", str(path)]) == 0
    assert store.FROM_FILE in capsys.readouterr().out
    rng = np.random.default_rng(2)
    ir, vis = (rng.uniform(0, 255, (131, 203)).astype(np.float32) for _ in range(2))
    fused = [
        open_engine(FusionSettings(model=name, device="cpu"), is_real_time=False).fuse(ir, vis)
        for name in ("ours", "lite-6k")
    ]
    assert np.abs(fused[0] - fused[1]).max() <= TOLERANCE


def test_weights_of_ones_own_are_exported_too(tmp_path: Path) -> None:
    model, card = loaded("lite-2k")
    with torch.no_grad():
        model.head.bias.add_(0.5)
    weights = tmp_path / "mine.safetensors"
    save_weights(weights, model, card)
    data = exported(str(weights)).data
    assert onnxruntime.InferenceSession(data).get_inputs()[0].name == "vis"
    assert data != exported("lite-2k").data


def test_an_existing_file_another_ending_and_an_unknown_model_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "there.onnx"
    path.write_bytes(b"mine")
    for arguments, said in (
        (["lite-6k", "-o", str(path)], "exists already"),
        (["lite-6k", "-o", str(tmp_path / "x.pt")], "ends in .onnx"),
        (["max", "-o", str(tmp_path / "x.onnx")], "no weights to export"),
        (["gone.safetensors", "-o", str(tmp_path / "x.onnx")], "gone.json cannot be read"),
        (["lite-2k", "-o", str(tmp_path / "no" / "x.onnx")], "cannot be written"),
    ):
        assert main(["export", *arguments]) == 2
        assert said in capsys.readouterr().err
    assert path.read_bytes() == b"mine"
    assert [item.name for item in tmp_path.iterdir()] == ["there.onnx"]


def test_the_loader_gives_a_network_that_is_ready(tmp_path: Path) -> None:
    assert shipped_names() == learned_names()
    net = load("lite-6k")
    assert not net.training
    assert not any(value.requires_grad for value in net.parameters())
    pair = torch.rand(2, 1, 35, 50) * 255, torch.rand(2, 1, 35, 50) * 255
    assert net(*pair).shape == (2, 1, 35, 50)
    with pytest.raises(WeightsFormatError, match="lite-6k"):
        load("lite-9k")


@pytest.mark.skipif(not find_spec("openvino"), reason="OpenVINO is not installed")
def test_whatever_of_the_engine_comes_first_openvino_reports_nothing() -> None:
    """An export is the first to need OpenVINO where torch or ONNX Runtime fuse; it compares what they compute."""
    code = "import sys, fusion_app.engine.enduring, openvino; sys.exit(sys.modules['openvino_telemetry'] is not None)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
