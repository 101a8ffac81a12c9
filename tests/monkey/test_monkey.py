"""Two minutes of the monkey, and what it is judged by."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.monkey.__main__ import growth_mb
from tests.monkey.hand import Action
from tests.monkey.shrinking import kind_of, shrink
from tests.monkey.watch import Left
from tests.reliability import Record

ROOT = Path(__file__).resolve().parents[2]
PROMISE = "Whatever is clicked, dropped and typed in whatever order: no exception, no hang, nothing stays behind"


@pytest.mark.full
@pytest.mark.timeout(600)
def test_a_monkey_at_the_window_breaks_nothing(reliability: Record, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.monkey", "--minutes", "2", "--seed", "1", "--keep", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=500)
    reliability(PROMISE, done.stdout.splitlines()[-1] if done.stdout else "did not end")
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]


def test_memory_that_stays_is_told_from_memory_that_comes_once() -> None:
    def left(mb: float) -> Left:
        return Left((), 0, 0, mb)

    assert growth_mb([left(100), left(200), *(left(300) for _ in range(18))]) == 0
    assert growth_mb([left(100 + 10 * number) for number in range(20)]) == 100


FREED_BY_THREADS = """
import threading
from tests.monkey.watch import memory_mb, use_one_arena

use_one_arena()
b"x" * 20_000_000  # its end raises what malloc keeps by itself
before = memory_mb()
begun = threading.Barrier(8)

def work():
    begun.wait()
    for _ in range(50):
        pieces = [b"x" * 100_000 for _ in range(100)]

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
freed = memory_mb()
held = [b"x" * 100_000 for _ in range(400)]
print(freed - before, memory_mb() - freed)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks glibc's malloc")
def test_what_threads_have_freed_is_no_memory_that_stays_and_what_they_keep_is() -> None:
    command = [sys.executable, "-c", FREED_BY_THREADS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    freed, held = map(float, done.stdout.split())
    assert freed < 20
    assert 30 < held < 60


def test_a_list_is_made_as_short_as_it_still_goes_wrong_in_the_same_way(tmp_path: Path) -> None:
    whole: list[Action] = [("click", [number]) for number in range(11)]
    path = tmp_path / "kept.json"
    path.write_text(json.dumps(whole))

    def play(actions: Sequence[Action]) -> set[str]:
        numbers = {arguments[0] for _, arguments in actions}
        found = {"the window hangs"} if {3, 8} <= numbers else set()
        return found | ({"another fault"} if len(actions) < 5 else set())  # it comes with every short list

    assert [arguments[0] for _, arguments in shrink(path, play)] == [3, 8]


def test_a_fault_that_comes_every_third_time_is_found(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text(json.dumps([("click", [number]) for number in range(6)]))
    count = 0

    def play(actions: Sequence[Action]) -> set[str]:
        nonlocal count
        count += 1
        return {"a crash"} if count % 3 == 0 and any(arguments == [4] for _, arguments in actions) else set()

    assert shrink(path, play, trials=3) == [["click", [4]]]


def test_what_goes_well_is_not_shortened(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text(json.dumps([("click", [1]), ("click", [2])]))
    assert len(shrink(path, lambda _: set())) == 2


def test_faults_are_of_one_kind_whatever_their_numbers() -> None:
    assert kind_of("the window has not closed for 12 s") == kind_of("the window has not closed for 14.5 s")
    trace = "exception:\nTraceback (most recent call last):\n  File ...\n{}: no {}\n"
    assert kind_of(trace.format("KeyError", 3)) == kind_of(trace.format("KeyError", 4))
    assert kind_of(trace.format("KeyError", 3)) != kind_of(trace.format("TypeError", 3))
