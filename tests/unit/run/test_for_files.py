"""What ``auto`` is for a file, as a table."""

import pytest

from fusion_app.run.for_files import FileChoice, about, choose_for_file

MODELS = ("best", "good", "quick")


@pytest.mark.parametrize(
    ("frame_s", "expected"),
    [
        ({"best": 0.16, "good": 0.04, "quick": 0.01}, FileChoice("best", 0.16)),  # four times the length, exactly
        ({"best": 0.17, "good": 0.04, "quick": 0.01}, FileChoice("good", 0.04, "best", 0.17)),
        ({"best": 9.0, "good": 4.0, "quick": 0.16}, FileChoice("quick", 0.16, "best", 9.0)),
        ({"best": 9.0, "good": 4.0, "quick": 3.0}, FileChoice("quick", 3.0, "best", 9.0)),  # none is fast enough
        ({"best": None}, FileChoice("best")),  # a GPU
    ],
)
def test_the_most_faithful_model_that_needs_four_times_the_length_is_chosen(
    frame_s: dict[str, float | None], expected: FileChoice
) -> None:
    assert choose_for_file(MODELS, frame_s.__getitem__, period_s=0.04) == expected


def test_nothing_is_measured_that_nobody_has_to_know() -> None:
    asked: list[str] = []

    def frame_s(model: str) -> float:
        asked.append(model)
        return 0.1

    choose_for_file(MODELS, frame_s, period_s=0.04)
    assert asked == ["best"]


def test_the_time_and_the_other_choice_are_told() -> None:
    choice = FileChoice("lite-6k", 0.04, "cs2fusion", 1.8)
    assert choice.told(18_000) == (
        "auto fuses with lite-6k, which takes about 12 min; "
        "cs2fusion, more faithful, takes about 9 h (--model cs2fusion)"
    )
    assert "45 times as long" in choice.told(None)
    assert FileChoice("cs2fusion", 0.1).told(18_000) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "about 1 s"), (80, "about 80 s"), (90, "about 2 min"), (5399, "about 90 min"), (32_400, "about 9 h")],
)
def test_durations_are_one_figure(seconds: float, text: str) -> None:
    assert about(seconds) == text
