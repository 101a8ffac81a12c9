import numpy as np
import pytest
import torch

from models.compensation import CompensationPerceptionNetwork, describe, saliency, self_correlate, stretch


@pytest.fixture
def features():
    generator = torch.Generator().manual_seed(1)
    return tuple(torch.randn(3, 64, 6, 5, generator=generator, requires_grad=True) for _ in range(2))


@pytest.fixture
def cpn():
    torch.manual_seed(2)
    return CompensationPerceptionNetwork()


def test_the_map_is_stretched_over_the_whole_batch_not_over_each_image(cpn, features):
    ir_map = cpn(*features).ir_map
    assert ir_map.shape == (3, 1, 6, 5)
    assert ir_map.min() == 0
    assert ir_map.max() == 1
    lows = ir_map.amin(dim=(1, 2, 3))
    assert (lows > 0).sum() == 2


def test_the_two_embeddings_share_out_the_common_features(cpn, features):
    found = cpn(*features)
    common = cpn.common(torch.cat(features, dim=1))
    assert found.vis_embedding.shape == found.ir_embedding.shape == (3, 64 * 6 * 5)
    torch.testing.assert_close(found.vis_embedding + found.ir_embedding, common.flatten(1))
    torch.testing.assert_close(found.ir_embedding, (found.ir_map * common).flatten(1))


def test_the_cpn_learns_but_the_encoders_learn_nothing_from_it(cpn, features):
    found = cpn(*features)
    (found.ir_embedding.sum() + found.vis_embedding.square().sum() + describe(features[0]).sum()).backward()
    assert all(parameter.grad is not None for parameter in cpn.parameters())
    assert features[0].grad is None
    assert features[1].grad is None


def test_flat_features_give_a_finite_map(cpn):
    flat = torch.zeros(2, 64, 8, 8)
    found = cpn(flat, flat)
    assert torch.isfinite(found.ir_embedding).all()
    assert torch.isfinite(describe(flat)).all()


def test_stretch_maps_the_extremes_to_0_and_1():
    torch.testing.assert_close(stretch(torch.tensor([-3.0, 1.0, 5.0])), torch.tensor([0.0, 0.5, 1.0]))


def test_self_correlation_mixes_channels_by_the_softmax_of_their_gram_matrix():
    level = torch.randn(2, 4, 3, 3, generator=torch.Generator().manual_seed(3))
    expected = np.empty((2, 4, 9))
    for index, channels in enumerate(level.flatten(2).numpy().astype(np.float64)):
        exponents = np.exp(channels @ channels.T)
        expected[index] = exponents / exponents.sum(axis=0, keepdims=True) @ channels
    np.testing.assert_allclose(self_correlate(level).flatten(2).numpy(), expected, rtol=1e-4, atol=1e-5)


def test_saliency_is_0_below_the_mean_and_1_at_the_maximum_of_the_batch():
    level = torch.tensor([0.0, 1.0, 2.0, 5.0]).view(2, 2, 1, 1)  # mean 2
    torch.testing.assert_close(saliency(level).flatten(), torch.tensor([0.0, 0.0, 0.0, 1.0]))


def test_the_sso_describes_each_level_of_16_channels_on_its_own():
    features = torch.randn(2, 64, 4, 4, generator=torch.Generator().manual_seed(4))
    changed = features.clone()
    changed[:, 48:] += 1
    before, after = (describe(each).view(2, 64, 4, 4) for each in (features, changed))
    level = features[:, :16]
    torch.testing.assert_close(before[:, :16], level + self_correlate(level) + saliency(level))
    torch.testing.assert_close(before[:, :48], after[:, :48])
    assert not torch.allclose(before[:, 48:], after[:, 48:])


def test_a_feature_range_makes_features_of_grey_levels_count_like_those_of_shares():
    shares = torch.rand(2, 64, 4, 4)
    torch.testing.assert_close(describe(255 * shares, 255), describe(shares))
    assert not torch.allclose(describe(255 * shares) / 255, describe(shares), atol=0.01)


def test_a_map_stretched_by_image_does_not_depend_on_the_batch() -> None:
    values = torch.rand((3, 1, 20, 20), generator=torch.Generator().manual_seed(0)) * torch.tensor([1.0, 9, 50]).view(
        3, 1, 1, 1
    )

    for over in ("image", "percentile", "sigmoid"):
        torch.testing.assert_close(stretch(values, over)[1:2], stretch(values[1:2], over))
    assert stretch(values, "batch")[0].max() < 0.1


def test_a_few_outliers_do_not_set_the_range_of_a_percentile_map() -> None:
    values = torch.linspace(0, 1, 400).view(1, 1, 20, 20).clone()
    values[0, 0, 0, :3] = -1000

    assert stretch(values, "image").median() > 0.99
    assert stretch(values, "percentile").median() == pytest.approx(0.5, abs=0.03)
    assert stretch(values, "percentile").min() == 0


def test_an_unknown_range_is_refused() -> None:
    with pytest.raises(ValueError, match="map_range must be one of batch, image"):
        CompensationPerceptionNetwork(map_range="video")  # type: ignore[arg-type]
