import subprocess
import sys
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


def test_a_package_of_the_caller_with_the_same_name_is_told() -> None:
    script = f"""
import sys, types, torch
sys.modules["models"] = types.ModuleType("models")
torch.hub.load({str(ROOT / "models")!r}, "lite_2k", source="local")
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT.parent)
    assert ran.returncode
    assert "ImportError: a package named models is imported that is not the one in" in ran.stderr
