import pytest
import torch
from torch import Tensor

from training.data.batch import Scene
from training.data.twins import TwinSettings, flicker, twinned
from training.losses.fusion import fusion_loss
from training.losses.fusion_config import FusionLossConfig

COUNT = 3


def batch(size: int = 8) -> Scene:
    generator = torch.Generator().manual_seed(1)
    ir, vis = (60 + 130 * torch.rand((size, 1, 32, 32), generator=generator) for _ in range(2))
    patch = (torch.rand((size, 1, 32, 32), generator=generator) > 0.5).float()
    return Scene(ir, vis, torch.lerp(vis, torch.full_like(vis, 200.0), patch), patch)


def twins_of(scene: Scene, noise: tuple[float, float] = (0.3, 4.0)) -> Scene:
    return twinned(scene, TwinSettings(COUNT, noise), torch.Generator().manual_seed(2))


def scaled(images: Tensor) -> Tensor:
    return images / 255


def test_the_last_crops_are_the_first_ones_again_and_the_others_stay() -> None:
    scene = batch()

    doubled = twins_of(scene)

    assert doubled.twins == COUNT
    assert torch.equal(doubled.patch[-COUNT:], scene.patch[:COUNT])
    for before, after in ((scene.ir, doubled.ir), (scene.vis, doubled.vis), (scene.impaired, doubled.impaired)):
        assert torch.equal(after[:-COUNT], before[:-COUNT])
        assert 0 < float((after[-COUNT:] - before[:COUNT]).abs().mean()) < 4


@pytest.mark.parametrize("strength", [0.5, 4.0])
def test_twins_differ_by_noise_of_the_strength_asked_for_and_each_source_by_its_own(strength: float) -> None:
    scene = batch()

    doubled = twins_of(scene, (strength, strength))

    of_ir, of_vis = doubled.ir[-COUNT:] - scene.ir[:COUNT], doubled.vis[-COUNT:] - scene.vis[:COUNT]
    assert float(of_ir.std()) == pytest.approx(strength, rel=0.15)
    assert float(of_vis.std()) == pytest.approx(strength, rel=0.15)
    assert abs(float(torch.corrcoef(torch.stack([of_ir.flatten(), of_vis.flatten()]))[0, 1])) < 0.2


def test_without_twins_the_scene_stays() -> None:
    scene = batch()

    assert twinned(scene, TwinSettings(), torch.Generator()) is scene


def test_copying_either_source_does_not_flicker_and_doubling_its_noise_does() -> None:
    scene = twins_of(batch())
    ir, vis = scaled(scene.ir), scaled(scene.impaired)

    copied = [float(flicker(fused, ir, vis, COUNT)) for fused in (ir, vis)]
    doubled = float(flicker(2 * vis, ir, vis, COUNT))

    assert copied == [0, 0]
    assert doubled > 0.2 / 255


def test_the_loss_asks_for_steadiness_only_where_there_are_twins() -> None:
    config, scene = FusionLossConfig(steadiness=100.0), batch()

    assert "steadiness" not in fusion_loss(scene.vis, scene, config)
    assert float(fusion_loss(2 * scene.vis, twins_of(scene), config)["steadiness"]) > 0


def test_more_twins_than_half_a_batch_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 4, half the batch"):
        TwinSettings(5).check(8)


@pytest.mark.parametrize("settings", [{"count": -1}, {"noise": (4.0, 0.3)}, {"noise": (0.0, 1.0)}])
def test_impossible_twins_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="twins"):
        TwinSettings(**settings)  # type: ignore[arg-type]
