import pytest
import torch
from torch import Tensor

from training.data.impairment import KINDS, MORE_KINDS, ImpairmentConfig, impair

WHOLE = (2.5, 2.5)  # a patch so large that it covers the whole image wherever its centre falls


def textured(count: int = 8) -> Tensor:
    return 100 + 50 * torch.rand((count, 1, 32, 40), generator=torch.Generator().manual_seed(5))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_nothing_changes_outside_the_patch() -> None:
    vis = textured(40)

    impaired, patch = impair(vis, ImpairmentConfig(share=1.0), seeded())

    assert torch.equal(impaired[patch == 0], vis[patch == 0])
    assert 0.1 < patch.mean() < 0.9
    assert impaired.min() >= 0
    assert impaired.max() <= 255


def test_equal_seeds_impair_equally() -> None:
    first, second = (impair(textured(), ImpairmentConfig(), seeded(3)) for _ in range(2))

    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])


def test_the_share_of_impaired_images_is_kept() -> None:
    _, patch = impair(textured(400), ImpairmentConfig(share=0.25), seeded())

    assert patch.amax(dim=(1, 2, 3)).gt(0).float().mean() == pytest.approx(0.25, abs=0.08)


@pytest.mark.parametrize("kind", KINDS + MORE_KINDS)
def test_every_kind_makes_visible_blind(kind: str) -> None:
    vis = textured()

    impaired, patch = impair(vis, ImpairmentConfig(1.0, (kind,), WHOLE, soft=0.0), seeded())
    changed = (impaired - vis).abs()[patch == 1].mean()
    correlations = [
        float(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1])
        for a, b in zip(impaired, vis, strict=True)
        if a.std() > 0
    ]

    assert patch.mean() == 1
    assert changed > 10
    assert all(correlation < 0.95 for correlation in correlations) or impaired.std(dim=(1, 2, 3)).mean() < 8


@pytest.mark.parametrize(("kind", "low", "high"), [("black", 0, 20), ("white", 235, 255)])
def test_erased_patches_have_the_level_of_their_name(kind: str, low: float, high: float) -> None:
    impaired, _ = impair(textured(), ImpairmentConfig(1.0, (kind,), WHOLE, soft=0.0), seeded())

    assert low <= impaired.min()
    assert impaired.max() <= high


def test_soft_patches_have_values_between() -> None:
    _, soft = impair(textured(), ImpairmentConfig(1.0, soft=1.0), seeded())
    _, hard = impair(textured(), ImpairmentConfig(1.0, soft=0.0), seeded())

    assert ((soft > 0) & (soft < 1)).any()
    assert set(hard.unique().tolist()) <= {0.0, 1.0}


@pytest.mark.parametrize("kinds", [(), ("fog",)])
def test_unknown_kinds_are_refused(kinds: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="kinds must be some of black, white"):
        ImpairmentConfig(kinds=kinds)
