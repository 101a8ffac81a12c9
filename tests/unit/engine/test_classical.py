import numpy as np
import pytest

from fusion_app.engine.classical import MODES, average, laplacian, maximum

RNG = np.random.default_rng(4)
IR = (RNG.random((37, 50)) * 255).astype(np.float32)
VIS = (RNG.random((37, 50)) * 255).astype(np.float32)


def test_max_and_average_are_what_they_say() -> None:
    assert np.array_equal(maximum(IR, VIS), np.where(IR > VIS, IR, VIS))
    assert np.allclose(average(IR, VIS), (IR + VIS) / 2)


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_fused_with_itself_is_itself(mode: str) -> None:
    assert np.allclose(MODES[mode](IR, IR), IR, atol=1e-3)


def test_laplacian_keeps_the_detail_of_both() -> None:
    x = np.arange(64, dtype=np.float32)
    stripes = np.tile(128 + 60 * np.sign(np.sin(x)), (64, 1)).astype(np.float32)
    flat = np.full((64, 64), 128, np.float32)
    assert laplacian(stripes, flat).std() == pytest.approx(stripes.std(), rel=0.1)
    assert laplacian(flat, stripes.T.copy()).std() == pytest.approx(stripes.std(), rel=0.1)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5, 64)])
@pytest.mark.parametrize("mode", MODES)
def test_any_size_is_fused(mode: str, shape: tuple[int, int]) -> None:
    image = np.full(shape, 9, np.float32)
    assert MODES[mode](image, image).shape == shape
