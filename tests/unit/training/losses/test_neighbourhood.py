import pytest
import torch
from torch import Tensor
from torch.nn import functional

from training.losses.neighbourhood import blur, box, dilate, gradient, moments


def textured(seed: int = 0) -> Tensor:
    return torch.rand((2, 1, 20, 26), generator=torch.Generator().manual_seed(seed))


def test_a_blur_is_a_convolution_with_a_replicated_border() -> None:
    image, taps = textured(), torch.exp(-0.5 * (torch.arange(-3, 4) / 1.5) ** 2)
    kernel = torch.outer(taps, taps) / taps.sum() ** 2

    expected = functional.conv2d(functional.pad(image, (3, 3, 3, 3), mode="replicate"), kernel[None, None])

    torch.testing.assert_close(blur(image, 1.5, 7), expected)


def test_smoothing_leaves_a_flat_image_flat() -> None:
    flat = torch.full((1, 1, 9, 12), 0.7)

    for smoothed in (blur(flat, 6.0), box(flat, 19), dilate(flat, 3)):
        torch.testing.assert_close(smoothed, flat)


def test_dilation_spreads_the_largest_value_as_far_as_it_reaches() -> None:
    image = torch.zeros(1, 1, 9, 9)
    image[0, 0, 4, 4] = 1

    assert dilate(image, 2).sum() == 25


@pytest.mark.parametrize(("axis", "expected"), [(2, (1.0, 0.0)), (3, (0.0, 1.0))])
def test_a_slope_of_one_has_a_gradient_of_one(axis: int, expected: tuple[float, float]) -> None:
    ramp = torch.arange(10.0).view([-1 if index == axis else 1 for index in range(4)]).expand(1, 1, 10, 10)

    found = tuple(float(along[0, 0, 5, 5]) for along in gradient(ramp))

    assert found == pytest.approx(expected)


def test_an_image_is_most_similar_to_itself() -> None:
    image, other = textured(0), textured(1)

    torch.testing.assert_close(moments(image, image).similarity, torch.ones_like(image))
    torch.testing.assert_close(moments(image + 0.2, image).structure, torch.ones_like(image))
    assert moments(other, image).similarity.mean() < 0.5
