"""A queue on a real Ray cluster of two nodes of this machine; it begins and ends its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fusion_app.cli import main
from tests.batches import assert_same_video, lossless_rig, noted, start, wait_for_segments, write_pair

pytestmark = [
    pytest.mark.full,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="kills as only POSIX can, and reads whose sockets listen"),
]
pytest.importorskip("ray", reason="needs the extra `cluster`")

CLUSTER = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
cluster.add_node(num_cpus=1)
cluster.wait_for_nodes()
print(cluster.address, flush=True)
sys.stdin.read()
cluster.shutdown()
"""


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a cluster of two nodes with one CPU each."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    process = subprocess.Popen(
        [sys.executable, "-c", CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    lines = (line.strip() for line in process.stdout)
    yield next(line for line in lines if line.startswith("127."))
    process.stdin.close()
    process.wait(90)
    process.stdout.close()


def workers() -> list[psutil.Process]:
    """Return the processes of Ray that are at a task of ours."""
    return [one for one in psutil.process_iter(["cmdline"]) if (one.info["cmdline"] or [""])[0] == "ray::work"]


def batch(*arguments: object) -> int:
    return main(["batch", *map(str, arguments), "--model", "max", "--quiet"])


def test_a_worker_that_is_killed_is_replaced_and_every_frame_is_the_same(tmp_path: Path, cluster: str) -> None:
    for name in ("a", "b"):
        write_pair(tmp_path / "in", name, 400)
    asked = (tmp_path / "in", "--segment", 1, "--rig", lossless_rig(tmp_path / "rig.yaml"))
    assert batch(*asked, "-o", tmp_path / "straight") == 0
    output = tmp_path / "out"
    process = start(*asked, "-o", output, "--ray", cluster)
    wait_for_segments(output, 3, [process])
    deadline = time.monotonic() + 200
    while not (found := workers()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "no task is seen"
        time.sleep(0.005)
    os.kill(found[0].pid, signal.SIGKILL)
    _, error = process.communicate(timeout=300)
    assert (process.returncode, error) == (0, "")
    names = [str(line["segment"]) for line in noted(output)]
    assert len(set(names)) == 32
    assert len(names) - len(set(names)) <= 1  # noted by the killed one a moment before it would have had its name
    assert len(list((output / ".batch" / "journal").glob("*.jsonl"))) >= 3  # the driver's is only there for faults
    for name in ("a", "b"):
        assert_same_video(output / f"{name}.mkv", tmp_path / "straight" / f"{name}.mkv")


def test_a_cluster_begun_here_is_reached_from_here_only_and_failures_are_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_pair(tmp_path / "in", name, 600)
    (tmp_path / "in" / "vis" / "b.mkv").write_bytes(b"no video")
    output = tmp_path / "out"
    process = start(tmp_path / "in", "-o", output, "--segment", 1, "--ray", "local")
    wait_for_segments(output, 1, [process])
    family = psutil.Process(process.pid).children(recursive=True)
    listening = {
        connection.laddr.ip
        for one in family
        for connection in one.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    _, error = process.communicate(timeout=300)
    assert listening
    assert {ip.removeprefix("::ffff:") for ip in listening} <= {"127.0.0.1", "::1"}
    assert process.returncode == 1
    assert error.count("error:") == error.count("b.mkv") == 1
    assert (output / "a.mkv").exists()


def test_a_cluster_that_is_not_there_is_told_and_nothing_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")  # as it is where nobody says anything; put back behind the test
    write_pair(tmp_path / "in", "a", 10)
    assert batch(tmp_path / "in", "-o", tmp_path / "out", "--ray", "auto") == 2
    assert "no Ray cluster answers at auto" in capsys.readouterr().err
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
