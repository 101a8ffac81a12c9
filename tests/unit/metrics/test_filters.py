import numpy as np
import pytest

from fusion_app.metrics.filters import Response, to_five_halves, to_three_halves


def test_fast_powers_are_those_of_the_general_power() -> None:
    values = np.concatenate(([0.0], np.geomspace(1e-9, 3e6, 1000)))
    np.testing.assert_allclose(to_three_halves(values), values**1.5, rtol=1e-12)
    np.testing.assert_allclose(to_five_halves(values), values**2.5, rtol=1e-12)


@pytest.mark.parametrize("shape", [(48, 64), (45, 50), (54, 72), (47, 64), (48, 61)])
def test_a_frequency_response_filters_as_the_transform_of_numpy_does(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(1).normal(100, 30, shape)

    def falling(along_x: np.ndarray, along_y: np.ndarray) -> np.ndarray:
        return np.exp(-(along_x**2) - 2 * along_y**2)

    factors = falling(2 * np.fft.rfftfreq(shape[1])[np.newaxis], 2 * np.fft.fftfreq(shape[0])[:, np.newaxis])
    expected = np.fft.irfft2(np.fft.rfft2(image) * factors, s=shape)
    np.testing.assert_allclose(Response(shape, falling)(image), expected, rtol=1e-11)
