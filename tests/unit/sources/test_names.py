"""Names: the order in which people count, and names that no file system takes for each other."""

import pytest

from fusion_app.sources.names import all_different, natural


def test_names_are_sorted_as_people_count() -> None:
    names = ["img10", "img2", "IMG1", "a", "10", "9", "img02"]
    assert sorted(names, key=natural) == ["9", "10", "a", "IMG1", "img02", "img2", "img10"]


@pytest.mark.parametrize(
    ("names", "different"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a-2", "a-3"]),
        (["Night", "night", "night-2"], ["Night", "night-3", "night-2"]),
    ],
)
def test_the_later_of_two_equal_names_gets_a_number_that_no_other_has(names: list[str], different: list[str]) -> None:
    assert all_different(names) == different
