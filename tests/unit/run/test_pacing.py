"""A played file keeps real time from its first picture on, and gives up frames only where that helps."""

from fusion_app.run.pacing import LATE_S, PATIENCE_S, Pacing


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def playing() -> tuple[Pacing, Clock]:
    """Return a pacing whose first picture, of PTS 2, has just been shown."""
    clock = Clock()
    pacing = Pacing(clock)
    assert pacing.due_s(2.0) == clock.now
    clock.now += 3.0  # the first frame of a network takes long
    pacing.shown(2.0)
    return pacing, clock


def test_time_runs_from_the_first_picture_on() -> None:
    pacing, _ = playing()
    assert pacing.due_s(2.04) == 103.04
    pacing.shown(2.04)
    assert pacing.due_s(2.5) == 103.5


def test_a_frame_that_is_a_little_late_is_shown_and_one_that_is_too_late_is_not() -> None:
    pacing, clock = playing()
    clock.now = 103.04 + 0.9 * LATE_S
    assert pacing.due_s(2.04) == 103.04
    clock.now = 103.04 + 1.1 * LATE_S
    assert pacing.due_s(2.04) is None


def test_frames_are_skipped_as_long_as_that_catches_up() -> None:
    pacing, clock = playing()
    clock.now += 2.0
    for number in range(45):
        clock.now += 0.01
        assert pacing.due_s(2.0 + number / 25) is None
    assert pacing.due_s(2.0 + (clock.now - 103.0)) == clock.now


def test_where_skipping_does_not_help_time_begins_anew() -> None:
    pacing, clock = playing()
    clock.now += 1.0
    assert pacing.due_s(2.04) is None
    clock.now += PATIENCE_S + 0.05
    assert pacing.due_s(2.08) == clock.now
    assert abs((pacing.due_s(2.12) or 0.0) - clock.now - 0.04) < 1e-9


def test_after_a_pause_time_begins_with_the_next_picture() -> None:
    pacing, clock = playing()
    pacing.begin_anew()
    clock.now += 60.0
    assert pacing.due_s(2.04) == clock.now
    pacing.shown(2.04)
    assert abs((pacing.due_s(2.08) or 0.0) - clock.now - 0.04) < 1e-9


def test_at_another_speed_frames_are_due_sooner_or_later() -> None:
    for speed, after_s in ((2.0, 0.5), (0.25, 4.0)):
        pacing, clock = playing()
        pacing.begin_anew(speed)
        pacing.shown(2.0)
        assert pacing.due_s(3.0) == clock.now + after_s
