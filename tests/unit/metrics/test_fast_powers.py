import numpy as np

from fusion_app.metrics.filters import to_five_halves, to_three_halves


def test_fast_powers_are_those_of_the_general_power() -> None:
    values = np.concatenate(([0.0], np.geomspace(1e-9, 3e6, 1000)))
    np.testing.assert_allclose(to_three_halves(values), values**1.5, rtol=1e-12)
    np.testing.assert_allclose(to_five_halves(values), values**2.5, rtol=1e-12)
