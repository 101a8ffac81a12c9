import queue
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from fusion_app.finding.beside_a_run import EstimatorThread, OffsetEstimator
from fusion_app.finding.synchronisation import OffsetEstimate
from fusion_app.frames import Frame, FramePair, FusedFrame, Size
from fusion_app.sources.synthetic import Scene

Answers = queue.Queue[OffsetEstimate]
LATE_S = 0.2
FPS = 15


@pytest.fixture
def thread() -> Iterator[EstimatorThread]:
    thread = EstimatorThread()
    yield thread
    thread.close()


@pytest.fixture(scope="module")
def street() -> list[tuple[np.ndarray, np.ndarray]]:
    scene = Scene(Size(160, 120))
    return [(scene.infrared(2 * index), scene.visible(2 * index)) for index in range(4 * FPS)]


def watch(estimator: OffsetEstimator, street: list[tuple[np.ndarray, np.ndarray]], in_use_s: float = 0.0) -> None:
    """Show the street to ``estimator`` with infrared stamped late, as pairs with an offset in use arrive."""
    for index, (ir, vis) in enumerate(street):
        pair = FramePair(Frame(ir, index / FPS + LATE_S + in_use_s, index), Frame(vis, index / FPS, index))
        estimator(FusedFrame(vis, pair, ir))


@pytest.mark.parametrize("in_use_s", [0.0, -0.2, 0.35])
def test_an_estimate_replaces_the_offset_in_use(
    thread: EstimatorThread, street: list[tuple[np.ndarray, np.ndarray]], in_use_s: float
) -> None:
    answers: Answers = queue.Queue()
    estimator = OffsetEstimator(thread, lambda: in_use_s, answers.put)
    watch(estimator, street, in_use_s)
    assert estimator.watched_s == pytest.approx(len(street) / FPS, abs=0.1)
    estimator.request()
    estimate = answers.get(timeout=60)
    assert estimate.accepted, estimate
    assert estimate.offset_ms == pytest.approx(-1000 * LATE_S, abs=500 / FPS)
    assert estimator.drift() is None


def test_nothing_is_collected_while_the_shutter_is_closed_or_a_source_is_lost(thread: EstimatorThread) -> None:
    estimator = OffsetEstimator(thread, lambda: 0.0, lambda _: None)
    image = np.zeros((12, 16), np.uint8)
    for index, lost in enumerate(("ir", "vis", "")):
        pair = FramePair(Frame(image, index / 10, index), Frame(image, index / 10, index), lost=lost)  # type: ignore[arg-type]
        estimator(FusedFrame(image, pair, image, is_nuc=not lost))
    assert estimator.watched_s == 0.0


def test_a_request_without_anything_seen_is_answered_with_a_refusal(thread: EstimatorThread) -> None:
    answers: Answers = queue.Queue()
    estimator = OffsetEstimator(thread, lambda: 0.0, answers.put)
    estimator.request()
    assert "few seconds" in answers.get(timeout=60).reason


def test_reset_forgets_what_was_seen(thread: EstimatorThread, street: list[tuple[np.ndarray, np.ndarray]]) -> None:
    estimator = OffsetEstimator(thread, lambda: 0.0, lambda _: None)
    watch(estimator, street[:5])
    estimator.reset()
    assert estimator.watched_s == 0.0


def test_the_newest_job_wins_and_the_one_in_work_is_finished(thread: EstimatorThread) -> None:
    done: list[str] = []
    started, go_on, last = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        started.set()
        go_on.wait(60)
        done.append("first")

    def third() -> None:
        done.append("third")
        last.set()

    thread.submit(first)
    assert started.wait(60)
    thread.submit(lambda: done.append("second"))
    thread.submit(third)
    go_on.set()
    assert last.wait(60)
    assert done == ["first", "third"]


def test_closing_forgets_what_waits() -> None:
    thread = EstimatorThread()
    done: list[str] = []
    started, go_on = threading.Event(), threading.Event()

    def first() -> None:
        started.set()
        go_on.wait(60)

    thread.submit(first)
    assert started.wait(60)
    thread.submit(lambda: done.append("second"))
    threading.Timer(0.1, go_on.set).start()
    thread.close()
    assert done == []
