"""What the window gives up so that a recording loses nothing, and when it comes back."""

from dataclasses import replace

import numpy as np
import pytest

from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.run.giving_way import (
    LONGEST_PATIENCE_S,
    OVERLOAD_S,
    OVERRUN_S,
    PATIENCE_S,
    Display,
    DisplayKeeper,
    Load,
)

CALM = Load(lost=0.0, lag=0.0, fps=30.0)
LOSING = replace(CALM, lost=0.1)
WAITING = replace(CALM, lag=0.3)


def after(display: Display, load: Load, lasted_s: float = OVERLOAD_S) -> Display:
    return display.next(load, lasted_s, lasted_s)


@pytest.mark.parametrize("load", [LOSING, WAITING], ids=["frames are lost", "the queue fills"])
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
        display = after(display, replace(LOSING, fps=fps))
    assert display.stride == widest
    assert not display.can_give_way(fps)
    assert fps / widest >= 5 or widest == 1


def test_only_an_overload_that_lasts_takes_from_the_display() -> None:
    assert after(Display(), LOSING, OVERLOAD_S / 2).stride == 1
    assert Display().next(LOSING, 1000.0, OVERLOAD_S / 2).stride == 1


def test_frames_lost_now_and_then_are_no_overload() -> None:
    for kept_up in (replace(CALM, lost=0.04), replace(CALM, lag=0.05)):  # 28.8 of 30 frames a second
        assert after(Display(), kept_up, 1000.0).stride == 1
        assert after(Display(4), kept_up, PATIENCE_S).stride == 2


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
        display = after(display, LOSING)
        assert display.stride == 2
        patience.append(display.patience_s)
    assert patience == [10, 20, 40, 80, 80, 80]
    back = after(display, CALM, LONGEST_PATIENCE_S)
    assert after(back, LOSING, LONGEST_PATIENCE_S).patience_s == PATIENCE_S


def test_where_hardly_anything_is_fused_all_of_it_is_shown() -> None:
    crawling = replace(LOSING, fps=3.0)
    assert after(Display(), crawling).stride == 1
    assert after(Display(4), crawling).stride == 2


class Bench:
    """A keeper on a clock of its own, fed with what is fused of 30 frames a second; the others are lost."""

    def __init__(self, *, is_shown: bool = True) -> None:
        self.now = 0.0
        self.lag: float | None = 0.0
        self.lost = 0
        self.keeper = DisplayKeeper(lambda: self.lag, lambda: self.lost, lambda: self.now)
        self.keeper.is_shown = is_shown

    def feed(self, seconds: float, *, lost_of_ten: int = 0) -> None:
        image = np.zeros((4, 6), np.uint8)
        for index in range(round(seconds * 30)):
            self.now += 1 / 30
            if index % 10 < lost_of_ten:
                self.lost += 1
                continue
            blank = Frame(image, self.now, 0)
            self.keeper(FusedFrame(image, FramePair(blank, blank), image))


def test_the_network_waits_until_the_display_has_given_all_and_that_was_not_enough() -> None:
    bench, seen = Bench(), []
    for _ in range(20):
        bench.feed(1 / 3, lost_of_ten=2)
        seen.append((bench.keeper.stride, bench.keeper.has_to_give()))
    assert list(dict.fromkeys(seen)) == [(1, True), (2, True), (4, True), (4, False)]
    assert not bench.keeper.is_overrun
    bench.feed(OVERRUN_S + 1, lost_of_ten=2)
    assert bench.keeper.is_overrun
    bench.feed(2.0)
    assert not bench.keeper.is_overrun


def test_nothing_gives_way_while_nothing_is_recorded_and_all_is_shown_when_a_recording_ends() -> None:
    bench = Bench()
    bench.lag = None
    bench.feed(5.0, lost_of_ten=2)
    assert (bench.keeper.stride, bench.keeper.has_to_give(), bench.keeper.is_overrun) == (1, False, False)
    bench.lag = 0.0
    bench.feed(3.0, lost_of_ten=2)
    assert bench.keeper.stride == 2
    bench.lag = None
    bench.feed(0.1)
    assert bench.keeper.stride == 1


def test_a_recording_that_begins_with_a_hiccup_is_shown_in_full() -> None:
    bench = Bench()
    bench.lost += 12  # encoders are opened
    bench.feed(0.5, lost_of_ten=5)
    bench.feed(5.0)
    assert bench.keeper.stride == 1


def test_half_a_second_that_is_lost_now_and_then_takes_nothing_from_the_display() -> None:
    bench, strides = Bench(), set()
    for _ in range(10):
        bench.feed(3.0)
        bench.lost += 15
        bench.now += 0.5
        strides.add(bench.keeper.stride)
    assert strides == {1}


def test_a_machine_that_keeps_up_but_for_a_frame_a_second_shows_all_again() -> None:
    bench = Bench()
    bench.feed(10.0, lost_of_ten=2)
    assert bench.keeper.stride == 4
    for _ in range(15):
        bench.feed(1.0)
        bench.lost += 1
    assert bench.keeper.stride == 1


def test_a_short_calm_is_none() -> None:
    bench = Bench()
    bench.feed(10.0, lost_of_ten=2)
    for _ in range(5):
        bench.feed(3.0)
        bench.feed(1.0, lost_of_ten=4)
    assert bench.keeper.stride == 4
    bench.feed(PATIENCE_S + 1.5)
    assert bench.keeper.stride == 2


def test_without_a_window_the_network_gives_way_at_once() -> None:
    bench = Bench(is_shown=False)
    bench.feed(1.0, lost_of_ten=2)
    assert not bench.keeper.has_to_give()
    assert bench.keeper.stride == 1
    bench.feed(OVERRUN_S + 1, lost_of_ten=2)
    assert bench.keeper.is_overrun
