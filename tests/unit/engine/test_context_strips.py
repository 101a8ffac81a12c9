"""Networks that look far: in strips, in one piece, of any size and in OpenVINO they give one picture."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from fusion_app.engine.cpu.torch_runtime import TorchRuntime
from fusion_app.engine.network import NetworkEngine
from models import build
from models.weights import WeightsCard, save_weights

FAR_SEEING = [
    ("lite-2k", {"context": 16, "context_dilations": [1, 1], "dilations": [1]}),
    ("cs2fusion", {"gates": "map", "output": "decision"}),
]


def network(name: str, config: dict[str, object]) -> nn.Module:
    torch.manual_seed(2)
    model = build(name, config).eval().requires_grad_(False)
    far = model.context.layers[-1] if name != "cs2fusion" else model.ddm[0].supply[0]  # type: ignore[union-attr,index]
    nn.init.normal_(far.weight, std=0.1)  # type: ignore[arg-type]
    head = model.head if name != "cs2fusion" else model.reconstruct
    nn.init.normal_(head.weight, std=0.1)  # type: ignore[arg-type]
    return model


def pair(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    ir, vis = (rng.uniform(0, 255, (height, width)).astype(np.float32) for _ in range(2))
    return ir, vis


@pytest.mark.parametrize(("name", "config"), FAR_SEEING)
def test_strips_of_a_network_that_looks_far_are_the_whole_picture(name: str, config: dict[str, object]) -> None:
    model = network(name, config)
    ir, vis = pair(530, 36)

    def engine(strip_pixels: int) -> NetworkEngine:
        runtime = TorchRuntime(model, 1)
        runtime.strip_pixels = strip_pixels
        found = NetworkEngine(name, model.halo, runtime, grid=model.grid)  # type: ignore[arg-type]
        found._least_rows = 32
        return found

    whole, strips = engine(1 << 30).fuse(ir, vis), engine(32 * 64).fuse(ir, vis)

    assert whole.shape == ir.shape
    np.testing.assert_allclose(strips, whole, atol=2e-3)


@pytest.mark.skipif(find_spec("openvino") is None, reason="OpenVINO is not installed")
@pytest.mark.parametrize(("name", "config"), FAR_SEEING)
def test_openvino_gives_the_picture_of_a_network_that_looks_far(
    name: str, config: dict[str, object], tmp_path: Path
) -> None:
    from fusion_app.engine.cpu.openvino_models import _convert
    from fusion_app.engine.cpu.openvino_runtime import OpenVinoRuntime

    model = network(name, config)
    path = tmp_path / "far.safetensors"
    save_weights(path, model, WeightsCard(name, config))
    found = _convert(path)
    ir, vis = pair(70, 50)
    engines = (
        NetworkEngine(name, found.halo, OpenVinoRuntime(found.network, threads=1, precision="fp32"), grid=found.grid),
        NetworkEngine(name, model.halo, TorchRuntime(model, 1), grid=model.grid),  # type: ignore[arg-type]
    )

    of_openvino, of_torch = (engine.fuse(ir, vis) for engine in engines)
    np.testing.assert_allclose(of_openvino, of_torch, atol=0.05)
