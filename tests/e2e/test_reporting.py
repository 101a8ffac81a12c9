"""Reporting never ends the work, and what ends it from outside ends it in order."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fusion_app.cli.startup import ForgivingFile
from fusion_app.recording import unfinished_recordings
from fusion_app.recording.sidecar import Sidecar
from fusion_app.system.yaml_files import load_as
from tests.media import read_back

ROOT = Path(__file__).resolve().parents[2]
PAIR = ["synthetic:ir?frames=20&size=64x48", "synthetic:vis?frames=20&size=64x48"]
ENDLESS = ["synthetic:ir?frames=99999&size=64x48", "synthetic:vis?frames=99999&size=64x48"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell and its signals")


def in_shell(line: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``main.py`` with ``arguments`` where ``line`` has ``PROGRAM``."""
    words = ["bash", "-c", line.replace("PROGRAM", f'"{sys.executable}" main.py "$@"'), "-", *map(str, arguments)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=250)


@pytest.mark.parametrize(
    "line",
    ["PROGRAM 2>/dev/full", "PROGRAM <&- >&- 2>&-", "set -o pipefail; PROGRAM 2>&1 | true"],
)
def test_fuse_finishes_whatever_becomes_of_its_progress(tmp_path: Path, line: str) -> None:
    out = tmp_path / "out.mkv"
    done = in_shell(line, "fuse", *PAIR, "-o", out, "--model", "max")
    assert done.returncode == 0, done.stderr
    assert len(read_back(out)[1]) == 20
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("line", ["PROGRAM 2>/dev/full", "PROGRAM <&- >&- 2>&-"])
def test_record_records_whatever_becomes_of_its_progress(tmp_path: Path, line: str) -> None:
    done = in_shell(line, "record", *ENDLESS, "-o", tmp_path, "--duration", "3", "--model", "max")
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("*.mkv")
    assert load_as(Sidecar, path.with_suffix(".yaml")).ended == "stopped"
    assert len(read_back(path)[1]) >= 1


def test_what_could_not_be_printed_is_said(tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    done = in_shell("PROGRAM >/dev/full", "fuse", *PAIR, "-o", out, "--model", "max")
    assert done.returncode == 1
    assert done.stderr.endswith("error: what is printed could not be written (No space left on device)\n")
    assert len(read_back(out)[1]) == 20


def test_no_file_of_the_program_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    code = "import os, sys; from fusion_app.cli.startup import forgive_streams; forgive_streams(); print('lost')\n"
    code += f"file = open({str(tmp_path / 'file')!r}, 'w'); os.write(1, b'lost'); os.write(2, b'lost')\n"
    code += "print('lost', file=sys.stderr); sys.exit(0 if file.fileno() > 2 else 3)"
    done = subprocess.run(["bash", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, code], cwd=ROOT, check=False)
    assert done.returncode == 0
    assert (tmp_path / "file").read_text() == ""


def test_a_forgiving_file_keeps_why_something_is_lost() -> None:
    with ForgivingFile("/dev/full", "w") as file:
        assert file.write(b"abc") == 3
        assert file.failure is not None
        assert file.failure.strerror == "No space left on device"


def recording(tmp_path: Path, *prefix: str) -> "subprocess.Popen[str]":
    """Return a process that records into ``tmp_path`` and has begun to."""
    command = [*prefix, sys.executable, "main.py", "record", *ENDLESS, "-o", str(tmp_path), "--model", "max"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 200
    while not (logs := list(tmp_path.glob("*.csv"))) or logs[0].read_bytes().count(b"\n") < 5:
        assert time.monotonic() < deadline, "nothing was recorded"
        assert process.poll() is None
        time.sleep(0.05)
    return process


def test_a_terminal_that_closes_finishes_the_recording(tmp_path: Path) -> None:
    process = recording(tmp_path)
    for _ in range(3):  # a shell, the kernel and a session's manager may all say it
        process.send_signal(signal.SIGHUP)
        time.sleep(0.02)
    _, said = process.communicate(timeout=200)
    assert process.returncode == 0, said
    (path,) = tmp_path.glob("*.mkv")
    assert load_as(Sidecar, path.with_suffix(".yaml")).ended == "stopped"
    assert unfinished_recordings(tmp_path) == []


def test_nohup_goes_on_behind_the_terminal(tmp_path: Path) -> None:
    process = recording(tmp_path, "nohup")
    process.send_signal(signal.SIGHUP)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=200)
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("library", ["_multiarray_umath", "cv2.abi3", "libavcodec"])
def test_ctrl_c_while_libraries_are_loaded_is_one_line(library: str, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    found = interrupted_at(library, out)
    for _ in range(10):
        if not out.exists():
            break
        out.unlink()  # this process was kept waiting until all was loaded and the work had begun
        found = interrupted_at(library, out)
    assert found == (130, "", "interrupted\n")


def interrupted_at(library: str, out: Path) -> tuple[int, str, str]:
    """Return exit code and words of a process that gets Ctrl-C as soon as it is seen to have loaded ``library``."""
    # A shell starts what runs in its background deaf to Ctrl-C, and tests may run there.
    hearing = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    )
    command = [sys.executable, "main.py", "fuse", *ENDLESS, "-o", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-c", hearing, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    maps, deadline = Path(f"/proc/{process.pid}/maps"), time.monotonic() + 200
    while process.poll() is None and library not in maps.read_text():
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=200)
    return process.returncode, *said
