"""Branches that a gate shuts out are left out, and nobody can see it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from fusion_app.engine import open_engine
from fusion_app.settings import FusionSettings
from models import build
from models.cs2fusion import IDLE_GATE, Backbone, BackboneConfig
from models.folding import FoldedBackbone, fold
from models.weights import WeightsCard, save_weights

SHUT, OPEN = -60.0, 0.5


def backbone(*biases: float, darkness: float = 0.0) -> Backbone:
    """Return a network whose gates have these logits on bright pictures; ``darkness`` opens the shut ones on black."""
    torch.manual_seed(11)
    model = Backbone(BackboneConfig())
    for module, bias in zip(model.ddm, biases, strict=True):
        torch.nn.init.zeros_(module.gate.conv.weight)
        torch.nn.init.constant_(module.gate.conv.bias, bias + darkness)
        if darkness:
            half = module.gate.conv.weight.shape[1] // 2
            module.gate.conv.weight.data[:, :half, 1, 1] = -darkness / half
    return model.eval().requires_grad_(False)


def pair(level: float) -> tuple[Tensor, Tensor]:
    torch.manual_seed(2)
    return level * torch.rand(1, 1, 24, 32), level * torch.rand(1, 1, 24, 32)


def calls_of_supply(model: Backbone, level: float) -> list[int]:
    calls: list[int] = []
    for stage, module in enumerate(model.ddm):
        module.supply.register_forward_hook(lambda *_, stage=stage: calls.append(stage))
    with torch.inference_mode():
        model(*pair(level))
    return calls


def test_what_nobody_demands_is_not_computed_and_not_missed() -> None:
    model = backbone(SHUT, OPEN, SHUT)
    with torch.inference_mode():
        lazy = model(*pair(255))
        whole = model.train()(*pair(255))
    assert torch.equal(lazy, whole)
    assert calls_of_supply(model.eval(), 255) == [1, 1]


def test_training_computes_every_branch() -> None:
    assert calls_of_supply(backbone(SHUT, SHUT, SHUT).train(), 255) == [0, 0, 1, 1, 2, 2]


def test_folding_leaves_out_the_idle_stages_and_tells_what_they_demand() -> None:
    model = backbone(SHUT, OPEN, SHUT)
    folded = fold(model)
    assert isinstance(folded, FoldedBackbone)
    assert folded.idle == {0, 2}
    with torch.inference_mode():
        fused, demand = folded(*pair(255))
        assert torch.equal(fused, model(*pair(255)))
    assert demand.shape == (1,)
    assert 0 < demand.item() < IDLE_GATE


@pytest.mark.parametrize("name", ["lite-2k", "gateless", "live"])
def test_where_nothing_is_idle_nothing_is_folded(name: str) -> None:
    models = {
        "lite-2k": lambda: build("lite-2k"),
        "gateless": lambda: Backbone(BackboneConfig(gates="none")),
        "live": lambda: backbone(OPEN, OPEN, OPEN),
    }
    assert fold(models[name]()) is None


@pytest.mark.parametrize("runtime", ["torch", "openvino"])
def test_a_frame_that_opens_a_gate_is_fused_with_all_it_demands(tmp_path: Path, runtime: str) -> None:
    if runtime == "openvino":
        pytest.importorskip("fusion_app.engine.cpu.openvino_runtime", reason="needs the extra 'cpu'")
    model = backbone(-1.0, 0.5, -1.0, darkness=2.0)
    folded = fold(model)
    assert folded is not None, "the probes are bright, so the gates should have been shut"
    save_weights(tmp_path / "w.safetensors", model, WeightsCard("cs2fusion", {}))
    settings = FusionSettings(weights=str(tmp_path / "w.safetensors"), device="cpu", runtime=runtime, precision="fp32")  # type: ignore[arg-type]
    engine = open_engine(settings, is_real_time=False)
    for level in (255.0, 0.01, 255.0):
        vis, ir = pair(level)
        with torch.inference_mode():
            whole, demand = model.train()(vis, ir)[0, 0].numpy(), folded(vis, ir)[1].item()
        assert (demand < IDLE_GATE) == (level > 1)
        assert np.abs(engine.fuse(ir[0, 0].numpy(), vis[0, 0].numpy()) - whole).max() <= 0.01
