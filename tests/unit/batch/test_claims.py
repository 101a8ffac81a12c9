"""Claims: one holder, found dead by silence or by the kernel, whatever any clock says."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fusion_app.batch.claims import LENGTH, Claims

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time
from pathlib import Path
from fusion_app.batch.claims import Claims
claim = Claims(beat_s=0.05).take(Path(sys.argv[1]))
print("held" if claim else "taken", flush=True)
time.sleep(600)
"""
RACE = """
import sys, time
from pathlib import Path
from fusion_app.batch.claims import Claims
base, claims, got = Path(sys.argv[1]), Claims(), []
print("ready", flush=True)
sys.stdin.readline()
for number in range(200):
    claim = claims.take(base.with_name(f"segment{number}"))
    if claim:
        got.append((number, claim))
print(*[number for number, _ in got], flush=True)
sys.stdin.readline()
"""


class Clock:
    """A clock that goes on when it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def elsewhere(base: Path, generation: int = 1, beats: int = 1) -> Path:
    """Leave a claim of a process on a machine that is not this one."""
    path = base.with_name(f"{base.name}.claim-{generation:04d}")
    text = json.dumps({"who": "other", "machine": "another boot", "beats": beats, "told": ""})
    path.write_bytes(text.encode().ljust(LENGTH))
    return path


def test_only_one_holds_a_claim_and_release_lets_the_next_one_in(tmp_path: Path) -> None:
    base = tmp_path / "segment"
    first = Claims().take(base)
    assert first is not None
    assert Claims().take(base) is None
    assert first.is_mine()
    first.release()
    assert not list(tmp_path.iterdir())
    second = Claims().take(base)
    assert second is not None
    second.release()


def test_of_four_processes_that_ask_at_the_same_time_each_claim_goes_to_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RACE, str(tmp_path / "x")]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    got = [list(map(int, one.stdout.readline().split())) for one in running if one.stdout]
    assert sorted(number for numbers in got for number in numbers) == list(range(200))
    for one in running:
        one.kill()
        one.communicate()


def test_a_claim_of_another_machine_is_taken_over_only_after_it_was_seen_silent(tmp_path: Path) -> None:
    base, clock = tmp_path / "segment", Clock()
    elsewhere(base)
    claims = Claims(stale_s=30, clock=clock)
    assert claims.take(base) is None  # seen for the first time: nobody knows how old it is
    clock.now = 29
    assert claims.take(base) is None
    elsewhere(base, beats=2)  # it lives
    clock.now = 58
    assert claims.take(base) is None
    clock.now = 89
    claim = claims.take(base)
    assert claim is not None
    assert claim.generation == 2
    claim.release()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("stamp", [0, 4_000_000_000], ids=["1970", "2096"])
def test_time_stamps_of_a_clock_that_is_wrong_mean_nothing(tmp_path: Path, stamp: int) -> None:
    base, clock = tmp_path / "segment", Clock()
    path = elsewhere(base)
    claims = Claims(stale_s=30, clock=clock)
    for beats in range(2, 20):
        os.utime(path, (stamp, stamp))
        assert claims.take(base) is None  # it beats, however old or far ahead its time stamp is
        elsewhere(base, beats=beats)
        clock.now += 20
    clock.now += 60
    assert claims.take(base) is None  # its last beat was not seen before
    os.utime(path, (stamp, stamp))
    clock.now += 31
    claim = claims.take(base)
    assert claim is not None  # silent, however new its time stamp is
    claim.release()


def test_of_two_who_wait_for_a_silent_claim_one_takes_it_over(tmp_path: Path) -> None:
    base, clock = tmp_path / "segment", Clock()
    elsewhere(base)
    one, other = Claims(stale_s=30, clock=clock), Claims(stale_s=30, clock=clock)
    assert one.take(base) is None
    assert other.take(base) is None
    clock.now = 31
    held = one.take(base)
    assert held is not None
    assert other.take(base) is None
    held.release()


def test_whoever_was_taken_over_while_it_slept_finds_out(tmp_path: Path) -> None:
    base = tmp_path / "segment"
    sleeper = Claims(beat_s=3600).take(base)
    assert sleeper is not None
    elsewhere(base, generation=2)
    assert not sleeper.is_mine()
    sleeper.release()
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith("2")] == ["segment.claim-0002"]


def test_a_sleeper_that_was_taken_over_takes_nothing_from_a_third_whose_claim_has_its_name(tmp_path: Path) -> None:
    base = tmp_path / "segment"
    sleeper = Claims(beat_s=3600).take(base)
    assert sleeper is not None
    sleeper.path.unlink()  # the second, who took it over, has finished and released it
    assert sleeper.is_taken_over()
    third = Claims().take(base)
    assert third is not None
    sleeper.release()
    assert third.is_mine()
    assert not third.is_taken_over()
    third.release()


def test_a_claim_whose_folder_was_removed_is_lost(tmp_path: Path) -> None:
    claim = Claims(beat_s=0.02).take(tmp_path / "segment")
    assert claim is not None
    claim.path.unlink()
    deadline = time.monotonic() + 60
    while not claim.is_lost:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    claim.release()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells one boot of a machine from another")
def test_the_claim_of_a_killed_process_of_this_machine_is_free_at_once(tmp_path: Path) -> None:
    base = tmp_path / "segment"
    command = [sys.executable, "-c", HOLD, str(base)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    claims = Claims()
    assert claims.take(base) is None
    process.kill()
    process.communicate()
    claim = claims.take(base)
    assert claim is not None
    claim.release()


def test_names_with_brackets_are_no_patterns(tmp_path: Path) -> None:
    claim = Claims().take(tmp_path / "night[1]*")
    assert claim is not None
    assert Claims().take(tmp_path / "night[1]*") is None
    other = Claims().take(tmp_path / "night1x")
    assert other is not None
    for one in (claim, other):
        one.release()
    assert not list(tmp_path.iterdir())
