import numpy as np
import pytest
import torch

from models.compensation import Compensation
from training.losses.paper import (
    Descriptions,
    augmented_contrast,
    map_loss,
    pair_contrast,
    pull,
    push,
    ssim_map,
    structure_loss,
)


def vectors(seed, count=4, length=7):
    return torch.from_numpy(np.random.default_rng(seed).normal(0.5, 1, (count, length)).astype(np.float32))


def images(seed, shape=(2, 1, 6, 7)):
    return torch.from_numpy(np.random.default_rng(seed).uniform(0, 255, shape).astype(np.float32))


def cosines(first, second):
    a, b = first.double().numpy(), second.double().numpy()
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b /= np.linalg.norm(b, axis=1, keepdims=True)
    return np.clip(a @ b.T, 0.0005, 0.9995)


def expected_pull(first, second):
    terms = []
    for row in cosines(first, second):
        for rank, similarity in enumerate(sorted(row, reverse=True)):
            terms.append(-np.log(similarity) * np.exp(-0.25 * (rank - 1)))
    return np.mean(terms)


def expected_push(first, second):
    return np.mean(-np.log(1 - cosines(first, second)))


def test_pull_weighs_the_closest_of_each_row_most():
    assert pull(vectors(1), vectors(2)).item() == pytest.approx(expected_pull(vectors(1), vectors(2)), rel=1e-5)


def test_push_is_the_mean_of_the_negative_log_of_dissimilarity():
    assert push(vectors(1), vectors(2)).item() == pytest.approx(expected_push(vectors(1), vectors(2)), rel=1e-5)


def test_opposite_and_identical_vectors_give_finite_losses():
    same = vectors(1)
    for loss in (pull(same, -same), push(same, same)):
        assert torch.isfinite(loss)
    assert push(same[:1], same[:1]).item() == pytest.approx(-np.log(0.0005), rel=1e-3)


def test_the_pair_contrast_pulls_each_source_to_its_own_description_and_pushes_the_two_apart():
    found = Compensation(torch.rand(4, 1, 1, 1), vectors(1), vectors(2))
    shown = Descriptions(vis=vectors(3), ir=vectors(4))
    expected = expected_pull(vectors(4), vectors(2)) + expected_pull(vectors(3), vectors(1))
    expected += expected_push(vectors(1), vectors(2))
    assert pair_contrast(found, shown).item() == pytest.approx(expected, rel=1e-5)


def test_the_augmented_contrast_pulls_infrared_to_infrared_and_away_from_the_erased_visible():
    found = Compensation(torch.rand(4, 1, 1, 1), vectors(1), vectors(2))
    augmented = Descriptions(vis=vectors(5), ir=vectors(6))
    expected = expected_pull(vectors(2), vectors(6)) + expected_push(vectors(2), vectors(5))
    assert augmented_contrast(found, augmented).item() == pytest.approx(expected, rel=1e-5)


def test_the_map_loss_is_the_frobenius_norm_of_the_whole_batch_in_grey_levels():
    fused, vis, ir, ir_map = images(1), images(2), images(3), images(4) / 255
    f, v, i, m = (tensor.double().numpy() for tensor in (fused, vis, ir, ir_map))
    expected = np.sqrt(((m * (f - i)) ** 2).sum()) + np.sqrt((((1 - m) * (f - v)) ** 2).sum())
    assert map_loss(fused, vis, ir, ir_map, "frobenius").item() == pytest.approx(expected, rel=1e-5)


def test_an_error_of_20_levels_everywhere_costs_5120_as_a_norm_and_8_percent_as_a_mean():
    source, everywhere = torch.zeros(16, 1, 128, 128), torch.ones(16, 1, 128, 128)
    fused = source + 20
    half = map_loss(fused, fused, source, everywhere / 2, "frobenius")
    assert half.item() == pytest.approx(5120, rel=1e-4)
    assert map_loss(fused, source, source, everywhere / 2, "mean").item() == pytest.approx(20 / 255, rel=1e-5)


def test_the_map_loss_trains_the_fused_image_and_not_the_map():
    fused, ir_map = images(1).requires_grad_(), (images(4) / 255).requires_grad_()
    map_loss(fused, images(2), images(3), ir_map, "frobenius").backward()
    assert fused.grad is not None
    assert ir_map.grad is None


@pytest.mark.parametrize("norm", ["frobenius", "mean"])
def test_a_perfect_copy_has_a_map_loss_of_0_and_a_finite_gradient(norm):
    fused = images(1).requires_grad_()
    loss = map_loss(fused, images(2), images(1), torch.ones(2, 1, 6, 7), norm)
    loss.backward()
    assert loss.item() == 0
    assert torch.isfinite(fused.grad).all()


@pytest.mark.parametrize("data_range", [1, 255])
def test_ssim_compares_means_and_moments_of_3x3_windows(data_range):
    first, second = images(5, (1, 1, 5, 6)), images(6, (1, 1, 5, 6))
    a, b = first[0, 0].double().numpy(), second[0, 0].double().numpy()
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    expected = np.empty((3, 4))
    for row, column in np.ndindex(3, 4):
        x, y = (image[row : row + 3, column : column + 3] for image in (a, b))
        covariance = ((x - x.mean()) * (y - y.mean())).mean()
        brightness = (2 * x.mean() * y.mean() + c1) / (x.mean() ** 2 + y.mean() ** 2 + c1)
        expected[row, column] = brightness * (2 * covariance + c2) / (x.var() + y.var() + c2)
    np.testing.assert_allclose(ssim_map(first, second, data_range)[0, 0].numpy(), expected, rtol=1e-3, atol=1e-5)


def test_the_structure_loss_is_0_for_equal_images_and_at_most_2():
    image = images(1)
    assert structure_loss(image, image, image, 255).item() == pytest.approx(0, abs=1e-5)
    assert 0.5 < structure_loss(255 - image, image, image, 255).item() <= 2


def test_at_the_range_1_of_the_released_code_noise_below_a_grey_level_counts_as_structure():
    flat = torch.full((1, 1, 8, 8), 100.0)
    noise = images(7, (1, 1, 8, 8)) / 255 - 0.5
    assert structure_loss(flat + noise, flat, flat, 1).item() > 0.5
    assert structure_loss(flat + noise, flat, flat, 255).item() < 0.01
