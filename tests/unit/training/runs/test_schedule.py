import pytest

from training.recipes import DistillSettings, OptimiserSettings, TrainingSettings
from training.runs.schedule import Schedule


def of(**optimiser: object) -> Schedule:
    """Return the schedule of a run of 4 epochs of 10 steps."""
    rates = OptimiserSettings(**optimiser)  # type: ignore[arg-type]
    return TrainingSettings(epochs=4, crops_per_epoch=20, batch_size=2, optimiser=rates).schedule


def test_the_rates_fall_at_the_milestones_or_along_a_cosine() -> None:
    steps = of(milestones=(1, 3))
    assert [steps.share(step) for step in (0, 9, 10, 29, 30)] == pytest.approx([1, 1, 0.1, 0.1, 0.01])
    cosine = of(schedule="cosine", warmup_steps=4)
    shares = [cosine.share(step) for step in (0, 1, 20, 39)]
    assert shares == pytest.approx([0.25, 0.5 * 0.9985, 0.5, 0.00154], rel=1e-2)


def test_the_rate_of_a_student_rises_then_falls_to_nothing() -> None:
    schedule = DistillSettings(steps=12, warmup_steps=2).schedule
    rates = [schedule.share(step) for step in range(12)]

    assert rates[0] == pytest.approx(0.5)
    assert max(rates) == rates[1]
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert rates[-1] < 0.05
