"""The hard cases exist in the real data, and are the same ones each time."""

from pathlib import Path

import numpy as np

from training.evaluation.hard_cases import hard_case_count, hard_cases


def test_the_hard_cases_are_all_there_and_the_same_each_time(shared: Path) -> None:
    first, again = ([case for _, case in hard_cases(shared / "data")] for _ in range(2))
    assert len(first) == hard_case_count()
    assert len({case.name for case in first}) == len(first)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.ir, other.ir)
        np.testing.assert_array_equal(one.vis, other.vis)
