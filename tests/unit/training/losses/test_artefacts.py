import torch
from torch import Tensor

from training.losses.artefacts import halos, outlines, rims, warmth


def flat(level: float) -> Tensor:
    return torch.full((1, 1, 64, 64), level)


def with_square(image: Tensor, level: float, margin: int = 0) -> Tensor:
    image = image.clone()
    image[:, :, 28 - margin : 36 + margin, 28 - margin : 36 + margin] = level
    return image


BODY = with_square(flat(0.2), 0.9)


def test_what_a_source_has_is_no_artefact() -> None:
    vis = flat(0.5)
    brighter = torch.maximum(BODY, vis)

    assert outlines(brighter, BODY, vis) == 0
    assert rims(brighter, BODY, vis) == 0
    assert halos(brighter, BODY, vis).max() == 0


def test_a_dark_ring_round_a_warm_body_is_an_outline_and_a_halo() -> None:
    vis = flat(0.5)
    ringed = torch.maximum(with_square(with_square(vis, 0.3, margin=3), 0.9), BODY)

    assert outlines(ringed, BODY, vis) > 0.001
    assert halos(ringed, BODY, vis).max() > 0.1


def test_a_bright_ring_that_no_source_has_is_a_rim() -> None:
    body = with_square(flat(0.5), 0.2, margin=4)
    ringed = with_square(with_square(flat(0.5), 0.8, margin=6), 0.2, margin=4)

    assert rims(ringed, flat(0.5), body) > 0.001
    assert rims(body, flat(0.5), body) == 0


def test_a_soft_shadow_and_a_dark_place_in_textured_visible_are_no_halos() -> None:
    vis = flat(0.5)
    textured = vis + 0.15 * (torch.arange(64) % 2)
    soft = torch.maximum(with_square(with_square(vis, 0.48, margin=3), 0.9), BODY)

    assert halos(soft, BODY, vis).max() == 0
    assert halos(torch.maximum(textured - 0.2, BODY), BODY, textured).max() == 0


def test_warm_is_what_is_warmer_than_its_wide_surroundings() -> None:
    warm = warmth(BODY)

    assert warm[0, 0, 32, 32] == 1
    assert warm[0, 0, 32, 10] == 0
