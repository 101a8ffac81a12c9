"""Automatic quality as tables: plain numbers in, the rung out."""

from dataclasses import replace

import pytest

from fusion_app.frames import Size
from fusion_app.run.ladder import (
    LONGEST_PATIENCE_S,
    PATIENCE_S,
    SETTLE_S,
    SOON_S,
    QualityPolicy,
    Rung,
    Standing,
    Times,
    times_of,
)
from fusion_app.settings import FusionSettings

BEST, FINE, SMALL, TINY = Rung("cs2fusion"), Rung("lite-6k"), Rung("lite-2k"), Rung("lite-2k", 0.5)
COSTS = {BEST: 500.0, FINE: 16.0, SMALL: 8.0, TINY: 4.0}
POLICY = QualityPolicy(COSTS, period_ms=33.3)
FALLEN = Standing(TINY)


@pytest.mark.parametrize(
    ("slowness", "period_ms", "expected"),
    [
        (1.0, 33.3, FINE),
        (1.0, 1000.0, BEST),  # a frame a second
        (1.0, 16.7, SMALL),  # 60 a second
        (2.0, 33.3, SMALL),
        (4.0, 33.3, TINY),
        (99.0, 33.3, TINY),  # nothing fits: the cheapest
        (1.0, 10_000.0, BEST),  # one image, which stays
    ],
)
def test_the_most_faithful_rung_that_fits_is_chosen(slowness: float, period_ms: float, expected: Rung) -> None:
    costs = {rung: slowness * cost for rung, cost in COSTS.items()}
    assert QualityPolicy(costs, period_ms).first() == expected


@pytest.mark.parametrize(
    ("rung", "network_ms", "beside_ms", "settled_s", "expected"),
    [
        # within the period nothing changes, however long
        (FINE, 28.0, 4.0, 999.0, FINE),
        # too slow: down to what fits, once the change before has shown its effect
        (FINE, 40.0, 4.0, SETTLE_S / 2, FINE),
        (FINE, 35.0, 4.0, SETTLE_S, SMALL),
        (FINE, 60.0, 4.0, SETTLE_S, TINY),
        (TINY, 900.0, 4.0, 999.0, TINY),
        # room: up to the best that fits at once, after a moment
        (TINY, 4.0, 2.0, PATIENCE_S / 2, TINY),
        (TINY, 4.0, 2.0, PATIENCE_S, FINE),
        # beside busy programs everything takes three times as long: there is room for more than the smallest
        (TINY, 12.0, 0.5, PATIENCE_S, SMALL),
        # a third of the period is room for the better model
        (SMALL, 10.0, 1.0, PATIENCE_S, FINE),
        # what is beside the network does not grow with it
        (SMALL, 9.0, 6.0, PATIENCE_S, FINE),
        (SMALL, 15.0, 0.0, PATIENCE_S, SMALL),
    ],
)
def test_real_times_decide_which_rung_goes_on(
    rung: Rung, network_ms: float, beside_ms: float, settled_s: float, expected: Rung
) -> None:
    assert POLICY.next(Standing(rung), Times(network_ms, beside_ms), settled_s).rung == expected


def test_a_rung_that_costs_more_than_a_truer_one_is_never_taken() -> None:
    reduced = Rung("lite-6k", 0.7)
    policy = QualityPolicy({FINE: 16.0, reduced: 20.0, SMALL: 8.0}, 33.3)
    assert policy.first() == FINE
    assert policy.next(Standing(FINE), Times(40.0), SETTLE_S).rung == SMALL
    assert policy.next(Standing(SMALL), Times(8.0), PATIENCE_S).rung == FINE


def test_a_recording_that_lags_takes_the_network_down_and_lets_it_not_rise() -> None:
    assert POLICY.next(Standing(FINE), Times(16.0, 2.0), SETTLE_S, is_pressed=True).rung == SMALL
    assert POLICY.next(FALLEN, Times(4.0), 999.0, is_pressed=True).rung == TINY


def test_who_rose_too_early_waits_twice_as_long_each_time() -> None:
    standing, waited = FALLEN, []
    for _ in range(8):
        waited.append(standing.patience_s)
        assert POLICY.next(standing, Times(4.0), 0.99 * standing.patience_s) == standing
        risen = POLICY.next(standing, Times(4.0), standing.patience_s)
        assert risen.rung == FINE
        standing = POLICY.next(risen, Times(90.0), SETTLE_S)
    assert waited == [min(PATIENCE_S * 2**n, LONGEST_PATIENCE_S) for n in range(8)]


def test_who_held_the_better_rung_for_long_waits_no_longer_than_at_first() -> None:
    risen = replace(FALLEN, patience_s=48.0).raised(FINE)
    assert risen.lowered(SMALL, SOON_S).patience_s == PATIENCE_S
    assert risen.lowered(SMALL, 0.9 * SOON_S).patience_s == 96.0


def test_falling_twice_does_not_forget_that_rising_was_no_gain() -> None:
    risen = FALLEN.raised(FINE)
    assert risen.lowered(SMALL, 2.0).lowered(TINY, 2.0).patience_s == 2 * PATIENCE_S


@pytest.mark.parametrize(
    ("frames_ms", "is_too_slow"),
    [([20.0] * 14 + [90.0], False), ([20.0] * 27 + [600.0] * 3, False), ([20.0] * 8 + [90.0] * 7, True)],
)
def test_a_few_late_frames_do_not_cost_the_better_model(frames_ms: list[float], is_too_slow: bool) -> None:
    times = times_of([Times(ms) for ms in frames_ms])
    assert (POLICY.next(Standing(FINE), times, 60.0).rung != FINE) is is_too_slow


def test_a_rung_keeps_the_users_other_settings() -> None:
    base = FusionSettings(device="cpu", precision="fp32", threads=1)
    settings = Rung("lite-2k", 0.5).settings(base, Size(1920, 1080))
    assert (settings.model, settings.working_size, settings.precision) == ("lite-2k", "960x540", "fp32")
    assert Rung("lite-2k").settings(base, Size(1920, 1080)).working_size == "full"
