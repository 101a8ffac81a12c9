import torch
from torch import Tensor

from training.data.levels import vary_levels


def ramps(count: int = 400) -> Tensor:
    """Return images whose grey levels rise from the first pixel to the last."""
    return torch.linspace(0, 255, 64).view(1, 1, 8, 8).repeat(count, 1, 1, 1)


def varied(share: float) -> Tensor:
    return vary_levels(ramps(), share, torch.Generator().manual_seed(0))


def test_no_share_leaves_images_and_generator_alone() -> None:
    generator, images = torch.Generator().manual_seed(0), ramps()
    before = generator.get_state()

    assert vary_levels(images, 0.0, generator) is images
    assert torch.equal(generator.get_state(), before)


def test_about_the_share_asked_for_is_changed_each_in_its_own_way() -> None:
    images = varied(0.6)

    changed = images[(images != ramps()).flatten(1).any(dim=1)]

    assert 0.5 < len(changed) / len(images) < 0.7
    assert len({image.numpy().tobytes() for image in changed}) == len(changed)


def test_varied_images_stay_in_range_and_darker_stays_darker() -> None:
    images = varied(1.0).flatten(1)

    assert images.min() >= 0
    assert images.max() <= 255
    assert (images.diff(dim=1) >= 0).all()
