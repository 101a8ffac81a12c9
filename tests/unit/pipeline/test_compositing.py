import cv2
import numpy as np
import pytest

from fusion_app.pipeline.compositing import EDGE_COLOUR, edges_over, luma, over, restore_chroma


def test_luma_is_bt601_full_range_and_not_rounded() -> None:
    bgr = np.array([[[10, 20, 31]]], np.uint8)
    assert luma(bgr)[0, 0] == pytest.approx(0.114 * 10 + 0.587 * 20 + 0.299 * 31, abs=1e-4)
    assert luma(np.array([[7]], np.uint8))[0, 0] == 7
    assert luma(np.array([[65535]], np.uint16))[0, 0] == 255


def test_unchanged_luma_gives_back_the_visible_picture() -> None:
    vis = np.random.default_rng(1).integers(0, 256, (20, 30, 3), np.uint8)
    assert np.array_equal(restore_chroma(vis, luma(vis), luma(vis)), vis)


def test_chroma_stays_where_nothing_clips() -> None:
    rng = np.random.default_rng(2)
    vis = rng.integers(80, 170, (20, 30, 3), np.uint8)
    fused = restore_chroma(vis, luma(vis), luma(vis) + 40)
    assert np.abs(luma(fused) - luma(vis) - 40).max() < 0.6
    assert np.array_equal(fused.astype(int) - fused[..., :1], vis.astype(int) - vis[..., :1])


def test_overshoot_is_clamped_and_grey_stays_grey() -> None:
    vis = np.full((4, 4), 100, np.uint8)
    fused = restore_chroma(vis, luma(vis), np.array([[-75.0, 307.0, 12.5, 99.4]] * 4, np.float32))
    assert fused.tolist()[0] == [0, 255, 12, 99]


@pytest.mark.parametrize("shape", [(480, 640), (47, 3001), (1080, 1920)])
def test_pictures_made_in_strips_are_those_made_in_one_piece(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(4)
    vis = rng.integers(0, 256, (*shape, 3), np.uint8)
    vis_luma = luma(vis)
    assert np.array_equal(vis_luma, cv2.cvtColor(vis.astype(np.float32), cv2.COLOR_BGR2GRAY))
    fused_luma = vis_luma + rng.normal(0, 40, shape).astype(np.float32)
    change = fused_luma - vis_luma
    expected = cv2.add(vis, cv2.merge([change, change, change]), dtype=cv2.CV_8U)
    assert np.array_equal(restore_chroma(vis, vis_luma, fused_luma), expected)


def test_a_weight_of_zero_leaves_exactly_what_is_below() -> None:
    rng = np.random.default_rng(5)
    upper, lower = rng.uniform(-75, 307, (2, 20, 30)).astype(np.float32)
    weight = np.zeros((20, 30), np.float32)
    weight[:, 10:20], weight[:, 20:] = 0.5, 1.0
    found = over(upper, lower, weight)
    assert np.array_equal(found[:, :10], lower[:, :10])
    assert np.allclose(found[:, 10:20], (upper + lower)[:, 10:20] / 2, atol=1e-4)
    assert np.allclose(found[:, 20:], upper[:, 20:], atol=1e-4)


@pytest.mark.parametrize("channels", [1, 3])
def test_edges_of_infrared_are_in_colour_and_the_rest_is_grey(channels: int) -> None:
    ir = np.zeros((120, 160), np.uint8)
    ir[40:80, 50:100] = 200
    vis = np.full((120, 160, 3) if channels == 3 else (120, 160), 100, np.uint8)
    drawn = edges_over(ir, vis)
    assert drawn.shape == (120, 160, 3)
    assert tuple(drawn[40, 75]) == EDGE_COLOUR
    assert np.ptp(drawn[60, 75].astype(int)) == 0
    assert np.ptp(edges_over(np.zeros_like(ir), vis).astype(int)) == 0
