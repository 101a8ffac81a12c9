"""A step of training can be recorded once and played again: nothing in it looks at a number that it computes."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from models.compensation import CompensationPerceptionNetwork
from models.cs2fusion import Backbone, BackboneConfig
from models.lite import Lite, LiteConfig
from training.data.batch import Scene
from training.data.cameras import CameraSettings, InfraredFaults, staged
from training.data.impairment import KINDS, MORE_KINDS, ImpairmentConfig
from training.data.levels import vary_levels
from training.data.twins import TwinSettings, twinned
from training.losses.fusion import fusion_loss
from training.losses.fusion_config import FusionLossConfig
from training.losses.objectives import decided_by

LOOKS = {
    torch.ops.aten._local_scalar_dense.default,
    torch.ops.aten.nonzero.default,
    torch.ops.aten.masked_select.default,
    torch.ops.aten.lift_fresh.default,  # a tensor made of Python numbers: on a GPU a copy from the CPU in every step
}
EVERYTHING = FusionLossConfig(
    information_scales=4, edges=1, outlines=1, rims=1, halos=1, broken=1, mirror=1, structure_floor=6, detail_floor=2
)
REST = FusionLossConfig(lend_contrast=16, lend_reach=4, lift=0.8, far_intensity=1, shared=1, decided=1, steadiness=1)
CAMERAS = CameraSettings(InfraredFaults(0.5), noise_share=0.5, bright_share=0.5, shift_share=0.5)


class NoLook(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        assert func not in LOOKS, func
        indexed = func is torch.ops.aten.index.Tensor and any(i is not None and i.dtype == torch.bool for i in args[1])
        assert not indexed, "indexing by a mask"
        return func(*args, **(kwargs or {}))


def drawn() -> Scene:
    generator = torch.Generator().manual_seed(1)
    vis, ir = (255 * torch.rand((4, 1, 64, 64), generator=generator) for _ in range(2))
    vis = vary_levels(vis, 0.5, generator)
    scene = staged(vis, ir, ImpairmentConfig(kinds=KINDS + MORE_KINDS), CAMERAS, generator)
    return twinned(scene, TwinSettings(1), generator)


def student_step() -> Tensor:
    scene, student = drawn(), Lite(LiteConfig(16, (1,), context=16))
    fused = student(*scene.inputs)
    return torch.stack([term for config in (EVERYTHING, REST) for term in fusion_loss(fused, scene, config).values()])


def backbone_step() -> Tensor:
    scene, backbone = drawn(), Backbone(BackboneConfig(gates="map", output="decision"))
    features = backbone.encode(*scene.inputs)
    ir_map = CompensationPerceptionNetwork(map_range="percentile")(*features).ir_map
    return fusion_loss(backbone(*scene.inputs), decided_by(ir_map, scene, 1.0), REST)["intensity"]


@pytest.mark.parametrize("step", [student_step, backbone_step])
def test_a_step_looks_at_no_number_that_it_computes(step: Callable[[], Tensor]) -> None:
    step()  # constants are made once, and kept
    with NoLook():
        step().sum().backward()


def test_looking_would_be_seen() -> None:
    for look in (lambda: float(torch.ones(1)), lambda: torch.ones(3)[torch.ones(3) > 0]):
        with pytest.raises(AssertionError), NoLook():
            look()
