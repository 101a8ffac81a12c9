import torch
from torch import Tensor

from training.data.batch import Scene
from training.losses.objectives import decided_by


def flat(level: float) -> Tensor:
    return torch.full((1, 1, 48, 48), level)


def textured(seed: int) -> Tensor:
    return 60 + 130 * torch.rand((1, 1, 48, 48), generator=torch.Generator().manual_seed(seed))


def scene(vis: Tensor, ir: Tensor) -> Scene:
    return Scene(ir, vis, vis, torch.zeros_like(vis))


def test_infrared_lends_where_the_map_says_so_and_visible_shows_nothing() -> None:
    found = decided_by(flat(1.0), scene(flat(200), textured(0)), 1.0)

    assert found.patch.min() > 0.99
    assert found.ir_blind.max() < 0.01


def test_visible_is_all_there_is_where_the_map_says_so_and_infrared_shows_nothing() -> None:
    found = decided_by(flat(0.0), scene(textured(0), flat(120)), 0.5)

    assert 0.49 < found.ir_blind.min() <= found.ir_blind.max() <= 0.5
    assert found.patch.max() < 0.01


def test_a_source_with_structure_sees_whatever_the_map_says() -> None:
    pair = scene(textured(0), textured(1))
    for level in (0.0, 1.0):
        found = decided_by(flat(level), pair, 1.0)
        assert found.patch.max() < 0.01
        assert found.ir_blind.max() < 0.01


def test_an_undecided_map_changes_nothing() -> None:
    found = decided_by(flat(0.5), scene(flat(200), flat(120)), 1.0)

    assert not found.patch.any()
    assert not found.ir_blind.any()


def test_the_patches_of_the_run_stay_what_they_are() -> None:
    pair = Scene(flat(120), textured(0), flat(255), flat(1.0))

    assert torch.equal(decided_by(flat(0.0), pair, 1.0).patch, pair.patch)
    assert not decided_by(flat(0.0), pair, 1.0).ir_blind.any()
