import cv2
import numpy as np
import pytest
import torch

from fusion_app.engine.gpu import colour
from fusion_app.pipeline import compositing

RNG = np.random.default_rng(7)


def image(*shape: int) -> np.ndarray:
    return RNG.integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("shape", [(48, 64, 3), (48, 64)], ids=["colour", "grey"])
def test_luma_is_that_of_the_pipeline(shape: tuple[int, ...]) -> None:
    vis = image(*shape)
    found = colour.luma(torch.from_numpy(vis))
    assert found.shape == (1, 1, 48, 64)
    assert np.abs(found[0, 0].numpy() - compositing.luma(vis)).max() < 1e-4


@pytest.mark.parametrize("shape", [(96, 128, 3), (96, 128)], ids=["colour", "grey"])
def test_the_fused_image_is_that_of_the_pipeline_but_for_rounding(shape: tuple[int, ...]) -> None:
    vis = image(*shape)
    fused = (RNG.random((96, 128), np.float32) * 320 - 32).astype(np.float32)  # a network overshoots
    vis_luma = compositing.luma(vis)
    expected = compositing.restore_chroma(vis, vis_luma, fused)
    found = colour.restore_chroma(*map(torch.from_numpy, (vis, vis_luma[None, None], fused[None, None]))).numpy()
    differences = cv2.absdiff(found, expected)
    assert found.shape == vis.shape
    assert found.dtype == np.uint8
    assert differences.max() <= 1
    assert np.count_nonzero(differences) <= differences.size / 1000


def test_one_image_lies_over_another_as_in_the_pipeline() -> None:
    upper, lower, weight = (RNG.random((1, 1, 8, 8), np.float32) * scale for scale in (255, 255, 1))
    weight[..., :2], weight[..., 6:] = 0, 1
    found = colour.over(*map(torch.from_numpy, (upper, lower, weight))).numpy()
    assert np.array_equal(found[..., :2], lower[..., :2])
    assert np.array_equal(found[..., 6:], upper[..., 6:])
    assert np.abs(found - compositing.over(upper, lower, weight)).max() < 1e-4
