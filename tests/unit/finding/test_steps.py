"""A search that nobody waits for any more ends between two of its steps, however long all of it would take."""

import threading
from collections.abc import Callable

import numpy as np
import pytest

from fusion_app.alignment.profile import profile_of
from fusion_app.finding.beside_a_run import AlignmentEstimator, EstimatorThread, OffsetEstimator
from fusion_app.finding.fit_watch import FitWatch
from fusion_app.frames import Frame, FramePair, FusedFrame, Size, ThermalView
from fusion_app.sources.synthetic import Scene

SIZE = Size(160, 120)
ENDS_WITHIN_S = 120.0
"""One step of any search, on a machine with very much else to do."""

Search = Callable[["HeldThread", list[FusedFrame], list[object]], None]


class HeldThread(EstimatorThread):
    """A thread whose job in work is held at one of its steps."""

    def __init__(self, at_step: int) -> None:
        self.at_step, self.steps = at_step, 0
        self.is_there, self.go_on = threading.Event(), threading.Event()
        super().__init__()

    def between_steps(self) -> None:
        self.steps += 1
        if self.steps == self.at_step:
            self.is_there.set()
            assert self.go_on.wait(ENDS_WITHIN_S)
        super().between_steps()


@pytest.fixture(scope="module")
def frames() -> list[FusedFrame]:
    """Four seconds of the demo's street, which both cameras see from the same place."""
    scene = Scene(SIZE)
    found = []
    for index in range(60):
        ir, vis = scene.infrared(2 * index), scene.visible(2 * index)
        pair = FramePair(Frame(ir, index / 15, index), Frame(vis, index / 15, index))
        found.append(FusedFrame(vis, pair, ir, thermal=ThermalView(ir)))
    return found


def alignment(thread: HeldThread, frames: list[FusedFrame], found: list[object]) -> None:
    estimator = AlignmentEstimator(thread, found.append)
    for frame in frames:
        estimator(frame)
    estimator.request()


def offset(thread: HeldThread, frames: list[FusedFrame], found: list[object]) -> None:
    estimator = OffsetEstimator(thread, lambda: 0.0, found.append)
    for frame in frames:
        estimator(frame)
    estimator.request()


def fit(thread: HeldThread, frames: list[FusedFrame], found: list[object]) -> None:
    profile = profile_of(np.eye(3), SIZE, SIZE)
    FitWatch(thread, lambda: profile, found.append)(frames[0])


def found_again(thread: HeldThread, frames: list[FusedFrame], found: list[object]) -> None:
    profile = profile_of(np.eye(3), SIZE, SIZE)
    watch = FitWatch(thread, lambda: profile, lambda _: None, every_s=1e9)
    for frame in frames:
        watch(frame)
    assert watch.find_again(found.append)


@pytest.mark.parametrize(
    ("search", "at_step"), [(alignment, 1), (alignment, 10), (offset, 9), (fit, 2), (found_again, 9)]
)
def test_a_thread_that_is_closed_ends_its_search_at_the_next_step(
    search: Search, at_step: int, frames: list[FusedFrame]
) -> None:
    thread = HeldThread(at_step)
    found: list[object] = []
    search(thread, frames, found)
    assert thread.is_there.wait(ENDS_WITHIN_S)
    thread.close(timeout_s=0.0)
    thread.go_on.set()
    thread.close(ENDS_WITHIN_S)
    assert not thread.is_alive
    assert thread.steps == at_step
    assert found == []


def test_a_search_without_an_end_ends_with_its_thread() -> None:
    thread = EstimatorThread()
    begun = threading.Event()

    def search() -> None:
        while True:
            begun.set()
            thread.between_steps()

    thread.submit(search)
    assert begun.wait(ENDS_WITHIN_S)
    thread.close(ENDS_WITHIN_S)
    assert not thread.is_alive


def test_what_is_asked_of_a_closed_thread_is_not_begun() -> None:
    thread = HeldThread(at_step=1)
    done: list[str] = []
    thread.submit(thread.between_steps)
    assert thread.is_there.wait(ENDS_WITHIN_S)
    thread.close(timeout_s=0.0)
    thread.submit(lambda: done.append("late"))
    thread.go_on.set()
    thread.close(ENDS_WITHIN_S)
    assert not thread.is_alive
    assert done == []
