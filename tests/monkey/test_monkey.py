"""Two minutes of the monkey, and what it is judged by."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.monkey.__main__ import growth_mb
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
