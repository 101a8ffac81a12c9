"""One judgement of an alarm for all who tell of it: what is seen, and when it begins and is over."""

from dataclasses import replace

import numpy as np
import pytest

from fusion_app.frames import Frame, FramePair, FusedFrame, ThermalView
from fusion_app.thermal.alarm import AlarmState, Unwatched, extreme_of, seen_by
from fusion_app.thermal.heat import AlarmSettings

ABOVE = AlarmSettings(is_on=True, side="above", threshold=200.0, unit="grey")
BELOW = replace(ABOVE, side="below", threshold=5.0)
GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)
PAIR = FramePair(Frame(GREY, 0.0, 0), Frame(GREY, 0.0, 0))
FUSED = FusedFrame(GREY, PAIR, GREY, thermal=ThermalView(GREY))


@pytest.mark.parametrize(
    ("alarm", "fused", "seen"),
    [
        (ABOVE, FUSED, 11.0),
        (BELOW, FUSED, 0.0),
        (ABOVE, replace(FUSED, is_nuc=True), None),
        (ABOVE, replace(FUSED, thermal=None), Unwatched.NO_PICTURE),
        (ABOVE, replace(FUSED, pair=replace(PAIR, ir=replace(PAIR.ir, index=-1))), Unwatched.NO_PICTURE),
        (ABOVE, replace(FUSED, pair=replace(PAIR, lost="ir"), is_nuc=True), Unwatched.LOST),
        (replace(ABOVE, unit="celsius"), FUSED, Unwatched.UNIT),
    ],
)
def test_what_an_alarm_sees_of_a_frame(alarm: AlarmSettings, fused: FusedFrame, seen: float | Unwatched | None) -> None:
    assert seen_by(alarm, fused) == seen


def test_an_alarm_begins_at_once_and_is_over_after_a_calm_second(monkeypatch: pytest.MonkeyPatch) -> None:
    state, at_s, found = AlarmState(ABOVE), [100.0], []
    monkeypatch.setattr("time.monotonic", lambda: at_s[0])
    for seen, wait_s in ((200.0, 0), (201.0, 0), (20.0, 0.9), (None, 0), (20.0, 0.2), (Unwatched.LOST, 0), (20.0, 0)):
        at_s[0] += wait_s
        state.judge(seen)
        found.append((state.is_on, state.is_beyond))
    off, on, calm, unwatched = (False, False), (True, True), (True, False), (None, False)
    assert found == [off, on, calm, calm, off, unwatched, off]


def test_what_is_too_cold_is_the_lowest_of_some_values() -> None:
    assert [extreme_of(alarm)(3.0, 9.0) for alarm in (ABOVE, BELOW)] == [9.0, 3.0]
    state = AlarmState(BELOW)
    state.judge(5.0)
    assert state.is_on is False
    state.judge(4.0)
    assert state.is_on is True
