"""Several processes that one command starts, and what becomes of them when somebody is killed."""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.helpers import Helpers
from fusion_app.cli import main
from fusion_app.system.machine import cores
from tests.batches import (
    TRIES,
    assert_same_video,
    begun,
    kill,
    lossless_rig,
    noted,
    write_pair,
)

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and kills as only POSIX can")


def children_of(pid: int) -> list[int]:
    """Return the processes that ``pid`` has started and that are alive."""
    return [int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def batch(*arguments: object) -> int:
    return main(["batch", *map(str, arguments), "--model", "max", "--quiet"])


@LINUX
def test_two_jobs_end_as_one_does_though_one_of_them_is_killed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_pair(tmp_path / "in", name, 130)
    asked = (tmp_path / "in", "--segment", 1, "--rig", lossless_rig(tmp_path / "rig.yaml"))
    assert batch(*asked, "-o", tmp_path / "straight") == 0
    output, report = tmp_path / "out", tmp_path / "report.json"
    for _ in range(TRIES):
        code, error = one_of_two_killed(output, *asked, "--report", report)
        if code != 0:
            break
        shutil.rmtree(output)
        report.unlink()
    assert "ended by signal 9" in error
    assert code == 1  # all is done, and yet something happened that one should know
    for name in ("a", "b"):
        assert_same_video(output / f"{name}.mkv", tmp_path / "straight" / f"{name}.mkv")
    told = json.loads(report.read_text())
    assert [(job["name"], job["state"], job["frames"]) for job in told["jobs"]] == [
        ("a", "done", 130),
        ("b", "done", 130),
    ]


def one_of_two_killed(output: Path, *asked: object) -> tuple[int, str]:
    """Kill one of the two processes of a batch, if both are still there; return its exit code and its complaints."""
    process = begun(output, *asked, "--jobs", 2)
    helpers = children_of(process.pid)
    if len(helpers) == 2 and all(map(is_alive, helpers)):
        assert all(os.getpriority(os.PRIO_PROCESS, pid) >= 5 for pid in helpers)
        words = Path(f"/proc/{helpers[0]}/cmdline").read_bytes().split(b"\0")
        assert int(words[words.index(b"--cores") + 1]) == max(1, cores() // 2)
        os.kill(helpers[0], signal.SIGKILL)
    _, error = process.communicate(timeout=120)
    return process.returncode, error


@LINUX
def test_nobody_goes_on_when_the_process_is_killed_that_started_them(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "night", 1000)
    output = tmp_path / "out"
    process = begun(output, tmp_path / "in", "--segment", 1, "--jobs", 2)
    helpers = children_of(process.pid)
    kill(process)
    wait_for(lambda: not any(map(is_alive, helpers)), "they work on")
    assert not (output / "night.mkv").exists()


def test_one_jobs_failure_is_told_once_whoever_found_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "c"):
        write_pair(tmp_path / "in", name, 10)
    (tmp_path / "in" / "vis" / "b.mkv").write_bytes(b"no video")
    assert batch(tmp_path / "in", "-o", tmp_path / "out", "--jobs", 2) == 1
    assert sorted(path.name for path in (tmp_path / "out").glob("*.mkv")) == ["a.mkv", "c.mkv"]
    error = capfd.readouterr().err
    assert error.count("b.mkv") == error.count("error:") == 1


@LINUX
def test_a_paused_queue_waits_within_a_segment_and_goes_on(tmp_path: Path) -> None:
    write_pair(tmp_path / "in", "night", 1500)
    output = tmp_path / "out"
    rig = lossless_rig(tmp_path / "rig.yaml")
    assert batch(tmp_path / "in", "-o", output, "--segment", 1, "--rig", rig, "--queue-only") == 0
    folder, helpers = BatchFolder(output), Helpers(output)
    helpers.start(1)
    try:
        wait_for(lambda: len(noted(output)) >= 1, "it does not begin")
        folder.pause()
        quiet = [-1, 0]
        wait_for(lambda: _is_still(output, quiet), "it does not pause")
        done = len(noted(output))
        assert helpers.at_work == 1
        assert done < 60
        assert folder.go_on()
        wait_for(lambda: len(noted(output)) > done, "it does not go on")
    finally:
        helpers.stop()
        assert helpers.wait(60)
    assert helpers.complaints(()) == ()


def _is_still(output: Path, quiet: list[int]) -> bool:
    """Tell whether nothing was noted for some looks: a paused process notes nothing, however slow the machine is."""
    now = len(noted(output))
    quiet[1] = quiet[1] + 1 if now == quiet[0] else 0
    quiet[0] = now
    time.sleep(0.2)
    return quiet[1] > 15


def test_a_queue_that_was_paused_goes_on_with_the_next_start_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pair(tmp_path / "in", "night", 10)
    output = tmp_path / "out"
    assert batch(tmp_path / "in", "-o", output, "--queue-only") == 0
    BatchFolder(output).pause()
    assert batch(tmp_path / "in", "-o", output) == 0
    assert capsys.readouterr().err == "note: the queue was paused; it goes on\n"
    assert (output / "night.mkv").exists()
