"""`serve` as a process of its own, from its first line to its last."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from fusion_app.cli import main
from tests.serving import Client
from tests.webdriver import wait_until

ROOT = Path(__file__).resolve().parents[2]
DEMO = ("synthetic:ir?frames=100000", "synthetic:vis?frames=100000")


@contextmanager
def served(folder: Path, *arguments: str, **environment: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run ``serve`` and yield it with the first line that it says."""
    command = [
        sys.executable,
        "main.py",
        "serve",
        *DEMO,
        "--model",
        "max",
        "--port",
        "0",
        "-o",
        str(folder),
        *arguments,
    ]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline()
        finally:
            if process.poll() is None:
                process.kill()


def client_of(line: str) -> Client:
    found = re.search(r"http://[\d.]+:(\d+)/", line)
    assert found is not None, line
    return Client(int(found[1]))


def test_a_node_records_by_itself_tells_systemd_and_finishes_its_recording(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(60)
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"}
        with served(tmp_path / "out", "--record", "--keep", "7d", **environment) as (process, line):
            client = client_of(line)
            assert ear.recv(100) == b"READY=1"
            assert ear.recv(100) == b"WATCHDOG=1"
            wait_until(lambda: (client.get("/status").data["recording"] or {}).get("frames", 0) > 2, "it records")
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=200)
        assert process.returncode == 0, errors
        assert "Traceback" not in output + errors
    (path,) = (tmp_path / "out").glob("recording-*.mkv")
    assert "ended: stopped" in path.with_suffix(".yaml").read_text(encoding="utf-8")


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
def test_a_node_that_is_killed_leaves_no_process_and_its_recording_is_recovered(tmp_path: Path) -> None:
    """Its stream goes to a receiver that takes nothing, so that the child which sends is held up."""
    with socket.socket() as ear:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ear.bind(("127.0.0.1", 0))
        ear.listen()
        ear.settimeout(200)
        address = f"tcp://127.0.0.1:{ear.getsockname()[1]}?send_buffer_size=4096"
        with served(tmp_path / "out", "--record", "--publish", address) as (process, line), ear.accept()[0]:
            client = client_of(line)
            wait_until(lambda: (client.get("/status").data["recording"] or {}).get("frames", 0) > 20, "it records")
            children = psutil.Process(process.pid).children(recursive=True)
            assert children
            process.kill()
            wait_until(lambda: not any(map(is_alive, children)), "no child is left")
    assert main(["recover", str(tmp_path / "out")]) == 0
    (path,) = (tmp_path / "out").glob("recording-*.mkv")
    assert "ended: recovered" in path.with_suffix(".yaml").read_text(encoding="utf-8")


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process")
def test_a_recording_that_the_disk_does_not_take_is_told_in_the_status_and_at_the_end(tmp_path: Path) -> None:
    import resource

    (tmp_path / "rig.yaml").write_text("recording: {warn_free_mb: 0, stop_free_mb: 0}\n", encoding="utf-8")
    with served(tmp_path / "out", "--rig", str(tmp_path / "rig.yaml")) as (process, line):
        client = client_of(line)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
        assert client.post("/api/record", {"on": True}).status == 200
        wait_until(lambda: "File too large" in "".join(client.get("/status").data["notices"]), "it is told")
        assert client.get("/status").data["recording"] is None
        assert client.post("/api/marker").status == 400
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=200)
    assert process.returncode == 1
    assert "error: recordings that ended by themselves or could not begin: 1; the recording has ended: " in output
    assert "error: the recording has ended: " in errors
    assert "Traceback" not in output + errors


def test_beyond_loopback_the_token_is_shown_once_and_asked_for(tmp_path: Path) -> None:
    with served(tmp_path / "out", "--host", "0.0.0.0") as (process, line):
        client = client_of(line)
        token = line.strip().rpartition("?token=")[2]
        assert re.fullmatch(r"(\w{4}-){3}\w{4}", token)
        assert client.get("/status").status == 401
        assert client.get("/status", Authorization=f"Bearer {token}").status == 200
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=200)


def test_a_token_that_was_given_is_not_shown(tmp_path: Path) -> None:
    with served(tmp_path / "out", "--host", "0.0.0.0", CS2FUSION_TOKEN="given-by-the-user") as (process, line):
        assert client_of(line).get("/status", Authorization="Bearer given-by-the-user").status == 200
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=200)
    assert "given-by-the-user" not in line + output + errors


def test_a_port_in_use_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert main(["serve", *DEMO, "--model", "max", "-o", str(tmp_path / "out"), "--port", port]) == 2
    assert capsys.readouterr().err.startswith(f"error: port {port} of 127.0.0.1 is in use")


@pytest.mark.parametrize(("option", "value"), [("--keep", "much"), ("--record", "sometimes")])
def test_what_cannot_be_read_is_told_before_anything_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    try:
        code = main(["serve", "no-such-file", "no-such-file", "-o", str(tmp_path / "out"), option, value])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert value in capsys.readouterr().err
