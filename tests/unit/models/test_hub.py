from pathlib import Path

import pytest
import torch

from models.pretrained import load, shipped_names

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", shipped_names())
def test_torch_hub_loads_every_shipped_network_from_a_checkout(name: str) -> None:
    vis, ir = torch.rand(2, 1, 1, 33, 42) * 255
    net = torch.hub.load(str(ROOT / "models"), name.replace("-", "_"), source="local")
    torch.testing.assert_close(net(vis, ir), load(name)(vis, ir))
