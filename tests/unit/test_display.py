"""What the window gives up so that a recording loses nothing, and when it comes back."""

from dataclasses import replace

import numpy as np
import pytest

from fusion_app.display import LONGEST_PATIENCE_S, OVERRUN_S, PATIENCE_S, SETTLE_S, Display, DisplayKeeper, Load
from fusion_app.frames import Frame, FramePair, FusedFrame

CALM = Load(share=0.5, lost=0.0, lag=0.0, fps=30.0)
SLOW = replace(CALM, share=1.2)
LOSING = replace(CALM, lost=0.1)
WAITING = replace(CALM, lag=0.3)


def after(display: Display, load: Load, settled_s: float = SETTLE_S) -> Display:
    return display.next(load, settled_s, settled_s if load.is_calm else 0.0)


@pytest.mark.parametrize("load", [SLOW, LOSING, WAITING], ids=["too slow", "frames are lost", "the queue fills"])
def test_under_overload_half_as_much_is_shown_step_by_step_down_to_the_floor(load: Load) -> None:
    display, strides = Display(), []
    for _ in range(4):
        display = after(display, load)
        strides.append(display.stride)
    assert strides == [2, 4, 4, 4]


@pytest.mark.parametrize(("fps", "widest"), [(9.0, 1), (15.0, 2), (25.0, 4), (30.0, 4), (60.0, 8)])
def test_at_least_five_frames_a_second_stay_to_be_seen(fps: float, widest: int) -> None:
    display = Display()
    for _ in range(10):
        display = after(display, replace(SLOW, fps=fps))
    assert display.stride == widest
    assert not display.can_give_way(fps)
    assert fps / widest >= 5 or widest == 1


def test_each_step_waits_for_the_effect_of_the_one_before() -> None:
    assert after(Display(), SLOW, SETTLE_S / 2).stride == 1


def test_between_calm_and_overload_nothing_changes() -> None:
    for between in (replace(CALM, share=0.95), replace(CALM, lost=0.01), replace(CALM, lag=0.05)):
        for stride in (1, 2, 4):
            assert after(Display(stride), between, 1000.0).stride == stride


def test_the_display_comes_back_step_by_step_after_a_calm() -> None:
    assert after(Display(4), CALM, PATIENCE_S - 0.1).stride == 4
    back = after(Display(4), CALM, PATIENCE_S)
    assert back.stride == 2
    assert after(back, CALM, PATIENCE_S).stride == 1
    assert after(Display(), CALM, 1000.0) == Display()


def test_a_display_that_came_back_too_early_waits_twice_as_long_the_next_time() -> None:
    display, patience = Display(2), []
    for _ in range(6):
        display = after(display, CALM, display.patience_s)
        assert display.stride == 1
        display = after(display, SLOW, 2.0)
        assert display.stride == 2
        patience.append(display.patience_s)
    assert patience == [10, 20, 40, 80, 80, 80]
    back = after(display, CALM, LONGEST_PATIENCE_S)
    assert after(back, SLOW, LONGEST_PATIENCE_S).patience_s == PATIENCE_S


def test_where_hardly_anything_is_fused_all_of_it_is_shown() -> None:
    crawling = replace(SLOW, fps=3.0)
    assert after(Display(), crawling).stride == 1
    assert after(Display(4), crawling).stride == 2


class Bench:
    """A keeper on a clock of its own, fed with 30 frames a second."""

    def __init__(self, *, is_shown: bool = True) -> None:
        self.now = 0.0
        self.lag: float | None = 0.0
        self.lost = 0
        self.keeper = DisplayKeeper(lambda: 1 / 30, lambda: self.lag, lambda: self.lost, lambda: self.now)
        self.keeper.is_shown = is_shown

    def feed(self, took_ms: float, seconds: float) -> None:
        image = np.zeros((4, 6), np.uint8)
        for _ in range(round(seconds * 30)):
            self.now += 1 / 30
            blank = Frame(image, self.now, 0)
            self.keeper(FusedFrame(image, FramePair(blank, blank), image, {"fuse": took_ms}))


def test_the_network_waits_until_the_display_has_given_all_and_that_was_not_enough() -> None:
    bench, seen = Bench(), []
    for _ in range(30):
        bench.feed(50.0, 0.1)
        seen.append((bench.keeper.stride, bench.keeper.has_to_give()))
    assert list(dict.fromkeys(seen)) == [(1, True), (2, True), (4, True), (4, False)]
    assert not bench.keeper.is_overrun
    bench.feed(50.0, OVERRUN_S)
    assert bench.keeper.is_overrun
    bench.feed(10.0, 2.0)
    assert not bench.keeper.is_overrun


def test_nothing_gives_way_while_nothing_is_recorded_and_all_is_shown_when_a_recording_ends() -> None:
    bench = Bench()
    bench.lag = None
    bench.feed(50.0, 5.0)
    assert (bench.keeper.stride, bench.keeper.has_to_give(), bench.keeper.is_overrun) == (1, False, False)
    bench.lag = 0.0
    bench.feed(50.0, 1.0)
    assert bench.keeper.stride == 2
    bench.lag = None
    bench.feed(50.0, 0.1)
    assert bench.keeper.stride == 1


def test_frames_that_are_lost_between_quick_ones_are_overload_as_well() -> None:
    bench = Bench()
    for _ in range(5):
        bench.feed(10.0, 1.0)
        bench.lost += 1  # a hiccup
    bench.feed(10.0, 1.0)
    assert bench.keeper.stride == 1
    bench.lost += 3
    bench.feed(10.0, 0.1)
    assert bench.keeper.stride == 2


def test_frames_that_take_long_now_and_then_are_none_as_long_as_nothing_is_lost() -> None:
    bench = Bench()
    for _ in range(20):
        bench.feed(20.0, 0.4)
        bench.feed(50.0, 0.1)
    assert bench.keeper.stride == 1


def test_a_short_calm_is_none() -> None:
    bench = Bench()
    bench.feed(50.0, 10.0)
    for _ in range(5):
        bench.feed(10.0, 3.0)
        bench.feed(50.0, 1.0)
    assert bench.keeper.stride == 4
    bench.feed(10.0, PATIENCE_S + 1.5)
    assert bench.keeper.stride == 2


def test_without_a_window_the_network_gives_way_at_once() -> None:
    bench = Bench(is_shown=False)
    bench.feed(50.0, 1.0)
    assert not bench.keeper.has_to_give()
    assert bench.keeper.stride == 1
    bench.feed(50.0, OVERRUN_S)
    assert bench.keeper.is_overrun
