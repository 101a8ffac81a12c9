import pytest
import torch
from torch import Tensor

from training.losses.faithfulness import undecided_structure, unshared_information
from training.losses.neighbourhood import blur, moments

BINS = 64


def random(seed: int) -> Tensor:
    return torch.rand((2, 1, 48, 48), generator=torch.Generator().manual_seed(seed))


def unshared(fused: Tensor, source: Tensor) -> float:
    return float(unshared_information(fused, source, torch.ones_like(source), BINS))


def on_bins(image: Tensor) -> Tensor:
    return (image * (BINS - 1)).round() / (BINS - 1)


def test_a_copy_shares_all_information_whatever_its_levels() -> None:
    source = on_bins(random(0))

    assert unshared(source, source) == pytest.approx(0, abs=1e-4)
    assert unshared(1 - source, source) == pytest.approx(0, abs=1e-4)


def test_a_constant_image_shares_nothing() -> None:
    source = random(0)

    assert unshared(torch.full_like(source, 0.5), source) == pytest.approx(1, abs=1e-3)


def test_one_half_from_each_source_shares_more_than_a_mixture() -> None:
    first, second = random(0), random(1)
    halves = first.clone()
    halves[..., 24:] = second[..., 24:]
    mixture = (first + second) / 2

    assert unshared(halves, first) + unshared(halves, second) < unshared(mixture, first) + unshared(mixture, second)


def test_what_is_not_seen_does_not_count() -> None:
    source = on_bins(random(0))
    fused, seen = source.clone(), torch.ones_like(source)
    fused[..., 30:], seen[..., 30:] = 0.3, 0

    assert float(unshared_information(fused, source, seen, BINS)) == pytest.approx(0, abs=1e-4)


def test_descending_the_unshared_information_finds_a_noisy_copy_of_the_source() -> None:
    source = on_bins(blur(random(0), 2.0))
    fused = (source + 0.01 * torch.randn(source.shape, generator=torch.Generator().manual_seed(1))).requires_grad_()
    before = unshared(fused.detach(), source)

    for _ in range(20):
        (slope,) = torch.autograd.grad(unshared_information(fused, source, torch.ones_like(source), BINS), fused)
        fused = (fused - 0.002 * slope.sign()).detach().requires_grad_()

    assert unshared(fused.detach(), source) < 0.8 * before


def test_structure_of_either_source_is_decided_and_a_mixture_is_not() -> None:
    ir, vis = random(0), random(1)
    seen, between = torch.ones_like(ir), moments(ir, vis)

    def undecided(fused: Tensor) -> float:
        return float(undecided_structure(moments(fused, ir), moments(fused, vis), between, seen))

    assert undecided(ir) == pytest.approx(0, abs=1e-3)
    assert undecided(vis) == pytest.approx(0, abs=1e-3)
    assert undecided((ir + vis) / 2) > 0.1
