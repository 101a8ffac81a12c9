import numpy as np
import pytest

from fusion_app.metrics.intervals import mean_interval


def test_the_interval_of_a_mean_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(1).normal(5.0, 2.0, 400)
    mean, low, high = mean_interval(values)
    assert mean == pytest.approx(values.mean())
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / np.sqrt(len(values)), rel=0.1)


def test_an_interval_is_the_same_each_time() -> None:
    assert mean_interval([1.0, 2.0, 4.0]) == mean_interval([1.0, 2.0, 4.0])


def test_paired_differences_show_what_two_separate_intervals_hide() -> None:
    rng = np.random.default_rng(2)
    first = rng.normal(0.0, 10.0, 60)
    second = first + 0.5 + rng.normal(0.0, 0.2, 60)
    assert mean_interval(first).high > mean_interval(second).low
    assert mean_interval(second - first).low > 0


def test_one_figure_has_no_width_and_infinity_stays() -> None:
    assert mean_interval([3.0]) == (3.0, 3.0, 3.0)
    assert mean_interval([float("inf"), 1.0]).mean == float("inf")
