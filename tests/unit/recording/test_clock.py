"""The time of a recording of what someone watches."""

import time

import numpy as np
import pytest

from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.recording import SessionClock

IMAGE = np.zeros((2, 2), np.uint8)


def fused(pts_s: float) -> FusedFrame:
    return FusedFrame(IMAGE, FramePair(Frame(IMAGE, pts_s, 0), Frame(IMAGE, pts_s, 0)), IMAGE)


def retimed(*pts_s: float) -> list[float]:
    clock = SessionClock(period_s=0.04)
    return [clock(fused(value)).pts_s for value in pts_s]


def test_progress_of_the_source_is_kept() -> None:
    assert retimed(5.0, 5.04, 5.1, 5.9) == pytest.approx([5.0, 5.04, 5.1, 5.9])


def test_going_back_becomes_one_period() -> None:
    assert retimed(5.0, 1.0, 1.04, 1.04) == pytest.approx([5.0, 5.04, 5.08, 5.12])


def test_a_leap_ahead_of_the_wall_clock_becomes_one_period() -> None:
    assert retimed(1.0, 60.0, 60.04) == pytest.approx([1.0, 1.04, 1.08])


def test_frames_skipped_to_keep_time_leave_their_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter((100.0, 104.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    assert retimed(1.0, 5.0) == pytest.approx([1.0, 5.0])


def test_live_frames_keep_the_time_of_the_machine_and_never_fall_back() -> None:
    clock = SessionClock(period_s=0.04, is_live=True)
    assert [clock(fused(pts)).pts_s for pts in (5.0, 60.0, 59.9, 60.1)] == pytest.approx([5.0, 60.0, 60.001, 60.1])


def test_time_goes_on_with_infrared_while_the_visible_camera_is_lost() -> None:
    clock = SessionClock(period_s=0.04, is_live=True)
    times = []
    for ir_s, vis_s, lost in ((5.0, 5.0, ""), (5.1, 5.0, "vis"), (5.2, 5.0, "vis"), (5.3, 5.31, "")):
        pair = FramePair(Frame(IMAGE, ir_s, 0), Frame(IMAGE, vis_s, 0), lost=lost)  # type: ignore[arg-type]
        times.append(clock(FusedFrame(IMAGE, pair, IMAGE)).pts_s)
    assert times == pytest.approx([5.0, 5.1, 5.2, 5.31])
