"""What is asked of a run in any order leads to one state, and to one order for the runner."""

import threading
import time
from collections.abc import Callable

import pytest

from fusion_app.run.transport import Do, Order, State, Transport


def transport(*asked: str) -> Transport:
    """Return a transport of which all that was ``asked``, in turn."""
    found = Transport()
    for name in asked:
        {"seek": lambda: found.seek(4.0), "end": found.hold_at_end}.get(name, getattr(found, name, None))()
    return found


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        ("", State.PLAYING),
        ("pause", State.PAUSED),
        ("pause pause", State.PAUSED),
        ("step", State.PAUSED),
        ("pause resume", State.PLAYING),
        ("seek", State.PLAYING),
        ("pause seek", State.PAUSED),
        ("end", State.AT_END),
        ("pause end", State.AT_END),
        ("seek end", State.PLAYING),  # what was sought is still to come
        ("pause seek end", State.PAUSED),
        ("end pause", State.AT_END),
        ("end step", State.AT_END),
        ("end seek", State.PAUSED),
        ("end resume", State.PLAYING),
        ("stop", State.STOPPING),
        ("stop resume", State.STOPPING),
        ("end stop seek", State.STOPPING),
        ("stop pause", State.STOPPING),
    ],
)
def test_what_is_asked_leads_to_one_state(asked: str, state: State) -> None:
    assert transport(*asked.split()).state is state


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ("", Order(Do.RUN)),
        ("seek", Order(Do.RUN, 4.0, is_anew=True)),
        ("pause seek", Order(Do.STEP, 4.0, is_anew=True)),
        ("step", Order(Do.STEP, is_anew=True)),
        ("step step", Order(Do.STEP, is_anew=True)),
        ("pause refresh", Order(Do.REFRESH, is_anew=True)),
        ("refresh", Order(Do.RUN)),  # the next frame is fused anew anyway
        ("pause refresh seek", Order(Do.STEP, 4.0, is_anew=True)),
        ("step resume", Order(Do.RUN, is_anew=True)),
        ("end resume", Order(Do.RUN, 0.0, is_anew=True)),
        ("seek stop", None),
        ("pause stop", None),
    ],
)
def test_the_runner_gets_one_order(asked: str, order: Order | None) -> None:
    assert transport(*asked.split()).next(has_frame=True) == order


def test_a_step_that_is_asked_with_a_refresh_is_not_lost() -> None:
    found = transport("step", "refresh")
    assert [found.next(has_frame=True).do for _ in range(2)] == [Do.REFRESH, Do.STEP]


def test_steps_are_done_one_by_one_and_a_seek_takes_none() -> None:
    found = transport("step", "step", "seek")
    assert [found.next(has_frame=True) for _ in range(3)] == [
        Order(Do.STEP, 4.0, is_anew=True),
        Order(Do.STEP),
        Order(Do.STEP),
    ]


def later(action: Callable[[], None]) -> None:
    threading.Timer(0.05, action).start()


@pytest.mark.parametrize("asked", ["pause", "end", "pause refresh"])
def test_a_held_run_waits_for_what_is_asked_next(asked: str) -> None:
    found, started = transport(*asked.split()), time.monotonic()
    later(found.step)
    order = found.next(has_frame=False)
    assert order is not None
    assert order.do is Do.STEP
    assert time.monotonic() - started > 0.03


@pytest.mark.parametrize(("asked", "is_wanted"), [("pause", True), ("seek", False), ("stop", False)])
def test_waiting_for_a_frame_that_is_due_ends_when_something_is_asked(asked: str, is_wanted: bool) -> None:
    found, started = Transport(), time.monotonic()
    later(lambda: found.seek(1.0) if asked == "seek" else getattr(found, asked)())
    assert found.wait_until(started + 90.0) is is_wanted
    assert time.monotonic() - started < 80.0


def test_whoever_counts_the_rate_is_told_that_the_run_holds() -> None:
    told: list[bool] = []
    found = Transport(lambda: told.append(True))
    found.next(has_frame=True)
    assert not told
    found.pause()
    later(found.resume)
    found.next(has_frame=True)
    assert told


def test_another_speed_is_told_with_the_next_order_and_lets_time_begin_anew() -> None:
    asked = Transport()
    assert asked.next(has_frame=True) == Order(Do.RUN)
    asked.play_at(2.0)
    assert asked.next(has_frame=True) == Order(Do.RUN, is_anew=True, speed=2.0)
    assert asked.next(has_frame=True) == Order(Do.RUN, speed=2.0)


def test_a_frame_that_is_waited_for_is_due_at_once_at_another_speed() -> None:
    asked = Transport()
    shown = threading.Event()

    def wait() -> None:
        assert asked.wait_until(time.monotonic() + 3600)
        shown.set()

    threading.Thread(target=wait, daemon=True).start()
    speeds = iter(range(1, 10_000))
    while not shown.wait(0.05):  # whenever the thread comes to wait
        asked.play_at(float(next(speeds)))
