import pytest
import torch
from torch import Tensor

from training.cameras import BLIND_KINDS, POOR_KINDS, CameraSettings, InfraredFaults, exposed, staged
from training.data.batch import Scene
from training.data.impairment import ImpairmentConfig

NO_PATCH = ImpairmentConfig(share=0.0)


def textured(seed: int, count: int = 12) -> Tensor:
    return 60 + 130 * torch.rand((count, 1, 32, 40), generator=torch.Generator().manual_seed(seed))


def scene(cameras: CameraSettings, patches: ImpairmentConfig = NO_PATCH, count: int = 12) -> Scene:
    return staged(textured(1, count), textured(2, count), patches, cameras, torch.Generator().manual_seed(3))


def test_cameras_without_faults_leave_the_crops_alone() -> None:
    found = scene(CameraSettings())

    assert torch.equal(found.ir, textured(2))
    assert torch.equal(found.inputs[0], textured(1))
    assert torch.equal(found.inputs[1], found.ir)
    assert not found.ir_blind.any()
    assert torch.equal(found.offered_ir, found.ir)


@pytest.mark.parametrize("kind", BLIND_KINDS)
def test_blind_infrared_differs_from_what_it_should_be_and_is_told(kind: str) -> None:
    found = scene(CameraSettings(InfraredFaults(share=1.0, whole=1.0, kinds=(kind,))))

    assert (found.ir_blind == 1).all()
    assert torch.equal(found.ir, textured(2))
    assert (found.inputs[1] - found.ir).abs().mean() > 8
    assert torch.equal(found.offered_ir, found.vis)


@pytest.mark.parametrize("kind", POOR_KINDS)
def test_poor_infrared_is_what_there_is_to_show(kind: str) -> None:
    found = scene(CameraSettings(InfraredFaults(share=1.0, whole=1.0, kinds=(kind,))))

    assert not found.ir_blind.any()
    assert torch.equal(found.ir, found.inputs[1])
    assert found.ir.std() < textured(2).std()


def test_infrared_is_untouched_beside_its_patch() -> None:
    found = scene(CameraSettings(InfraredFaults(share=1.0, whole=0.0, side=(0.4, 0.6), soft=0.0)), count=40)
    outside = found.ir_blind.amax(dim=(1, 2, 3), keepdim=True).gt(0) & (found.ir_blind == 0)

    assert outside.any()
    assert torch.equal(found.inputs[1][outside], found.ir[outside])


def test_a_crop_is_impaired_on_one_side_only() -> None:
    found = scene(CameraSettings(InfraredFaults(share=0.5, whole=1.0)), ImpairmentConfig(share=1.0), count=60)
    of_vis, of_ir = (images.amax(dim=(1, 2, 3)) > 0 for images in (found.patch, found.ir_blind))

    assert not (of_vis & of_ir).any()
    assert 0.15 < of_ir.float().mean() < 0.65
    assert of_vis.float().mean() > 0.2


def test_noise_is_in_what_the_network_sees_and_not_in_the_target() -> None:
    found = scene(CameraSettings(noise_share=1.0, noise=(10.0, 10.0)))

    for clean, seen in zip((found.vis, found.ir), found.inputs, strict=True):
        assert (seen - clean).std() == pytest.approx(10, abs=0.5)
    assert torch.equal(found.vis, textured(1))


def test_infrared_moves_by_whole_pixels_up_to_the_limit_and_repeats_its_border() -> None:
    found, before = scene(CameraSettings(shift_share=1.0, shift=2)), textured(2)

    def moved(image: Tensor, down: int, right: int) -> Tensor:
        rows = (torch.arange(image.shape[-2]) - down).clamp(0, image.shape[-2] - 1)
        columns = (torch.arange(image.shape[-1]) - right).clamp(0, image.shape[-1] - 1)
        return image[..., rows, :][..., columns]

    steps = [
        [(y, x) for y in range(-2, 3) for x in range(-2, 3) if torch.equal(after, moved(image, y, x))]
        for after, image in zip(found.ir, before, strict=True)
    ]
    assert all(len(found_steps) == 1 for found_steps in steps)
    assert len({found_steps[0] for found_steps in steps}) > 4


def test_a_longer_exposure_clips_as_a_camera_does() -> None:
    vis = textured(1)

    brighter = exposed(vis, 1.0, torch.Generator().manual_seed(0))

    assert (brighter >= vis).all()
    assert brighter.max() == 255
    assert exposed(vis, 0.0, torch.Generator()) is vis


def test_equal_seeds_give_equal_scenes() -> None:
    cameras = CameraSettings(InfraredFaults(share=0.5), noise_share=0.5, shift_share=0.5, bright_share=0.5)
    first, second = (scene(cameras, ImpairmentConfig()) for _ in range(2))

    assert all(torch.equal(a, b) for a, b in zip(first.inputs, second.inputs, strict=True))
    assert torch.equal(first.ir_blind, second.ir_blind)


def test_unknown_faults_and_noise_of_no_strength_are_refused() -> None:
    with pytest.raises(ValueError, match="kinds of infrared must be some of flat, faint"):
        InfraredFaults(kinds=("fog",))
    with pytest.raises(ValueError, match="smaller one first"):
        CameraSettings(noise=(0.0, 4.0))
