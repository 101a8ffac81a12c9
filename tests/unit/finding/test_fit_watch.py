"""An alignment that has been knocked away is told after some checks in a row; one that fits never is."""

import threading

import numpy as np
import pytest

from fusion_app.alignment.profile import AlignmentProfile, profile_of
from fusion_app.finding.beside_a_run import EstimatorThread
from fusion_app.finding.calibration import Calibration, Pictures
from fusion_app.finding.fit_watch import Fit, FitWatch, fit_of
from fusion_app.frames import Frame, FramePair, FusedFrame, Size, ThermalView
from fusion_app.sources.synthetic import Scene

SIZE = Size(320, 240)
FITS = profile_of(np.eye(3), SIZE, SIZE)


def moved(x: float) -> AlignmentProfile:
    return profile_of(np.array([[1, 0, x], [0, 1, 0.0], [0, 0, 1.0]]), SIZE, SIZE)


@pytest.fixture(scope="module")
def frames() -> list[FusedFrame]:
    """What the demo's cameras, which are aligned, see at four moments, as if ten seconds lay between two frames."""
    scene = Scene(SIZE)
    found = []
    for number in range(0, 40, 10):
        grey, visible, pts_s = scene.infrared(number), scene.visible(number), float(number)
        pair = FramePair(Frame(grey, pts_s, number), Frame(visible, pts_s, number))
        found.append(FusedFrame(visible, pair, grey, thermal=ThermalView(grey)))
    return found


def pictures(frames: list[FusedFrame]) -> list[Pictures]:
    return [Pictures(one.ir_view, one.pair.vis.image.mean(axis=2).astype(np.uint8)) for one in frames[:4]]


def test_a_fit_is_told_from_a_misfit(frames: list[FusedFrame]) -> None:
    assert not fit_of(pictures(frames), FITS, SIZE).is_off
    off = fit_of(pictures(frames), moved(16), SIZE)
    assert off.is_off
    assert off.off_px == pytest.approx(16, abs=4)


def told(profile: AlignmentProfile, frames: list[FusedFrame]) -> list[Fit]:
    thread, fits, came = EstimatorThread(), [], threading.Event()

    def take(fit: Fit) -> None:
        fits.append(fit)
        came.set()

    watch = FitWatch(thread, lambda: profile, take, every_s=5.0)
    for frame in frames:
        watch(frame)
        if profile.is_set and frame.pts_s % 10 == 0:
            assert came.wait(250)
            came.clear()
    thread.close()
    return fits


def test_three_checks_in_a_row_have_to_say_so(frames: list[FusedFrame]) -> None:
    assert [fit.is_off for fit in told(moved(16), frames[:4])] == [False, False, True, True]
    assert [fit.is_off for fit in told(FITS, frames[:4])] == [False] * 4
    assert told(AlignmentProfile(), frames) == []


def test_it_is_found_again_in_what_was_kept(frames: list[FusedFrame]) -> None:
    thread, came, found = EstimatorThread(), threading.Event(), []
    watch = FitWatch(thread, lambda: moved(16), lambda _: None)

    def take(calibration: Calibration) -> None:
        found.append(calibration)
        came.set()

    assert not watch.find_again(take)
    for frame in frames[:3]:
        watch(frame)
    assert watch.find_again(take)
    assert came.wait(250)
    thread.close()
    assert found[0].accepted
    assert abs(found[0].profile.homography(SIZE, SIZE)[0, 2]) < 5
