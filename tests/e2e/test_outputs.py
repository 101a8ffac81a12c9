"""Outputs of `serve` and `record` as a user asks for them."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fusion_app.cli import main
from tests.e2e.test_serve import DEMO, ROOT, served
from tests.servers import free_port


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "main.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False)


def test_serve_tells_nothing_but_events_on_the_standard_output_when_they_go_there(tmp_path: Path) -> None:
    more = ("--events", "-", "--alarm", "above:10:grey", "--publish", f"tcp://bob:secret@127.0.0.1:{free_port()}")
    with served(tmp_path, *more) as (process, first):
        assert json.loads(first)["event"] == "began"
        assert process.stdout is not None
        found = []
        while not ({"alarm", "readings"} <= {one["event"] for one in found if one.get("is_on") or one.get("hottest")}):
            found.append(json.loads(process.stdout.readline()))
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors
    assert json.loads(output.splitlines()[-1])["event"] == "ended"
    assert "http://127.0.0.1:" in errors
    assert "frames sent" in errors
    assert "secret" not in errors + output
    assert "Traceback" not in errors


def test_record_keeps_events_beside_the_recording(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    finished = run("record", *DEMO, "--mode", "blend", "-o", str(tmp_path), "--duration", "3", "--events", str(events))
    assert finished.returncode == 0, finished.stderr
    told = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
    recordings = [one["is_on"] for one in told if one["event"] == "recording"]
    assert recordings == [True, False]
    assert (told[0]["event"], told[-1]["event"]) == ("began", "ended")
    assert "readings: " in finished.stdout


def test_a_rig_names_where_it_is_sent_and_the_command_line_is_stronger(tmp_path: Path) -> None:
    events, rig = tmp_path / "events.jsonl", tmp_path / "rig.yaml"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(200)
        address = f"udp://127.0.0.1:{ear.getsockname()[1]}"
        secret = f"mqtt://bob:secret@127.0.0.1:{free_port()}/x"
        rig.write_text(f"outputs: {{publish: '{address}', events: '{events}', mqtt: '{secret}'}}\n", encoding="utf-8")
        with served(tmp_path, "--rig", str(rig), "--events", "") as (process, _):
            assert ear.recv(1 << 16)[:1] == b"G", "MPEG-TS comes"
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=200)
    assert process.returncode == 0, errors
    assert f"sends to {secret.replace('bob:secret@', '')}, {address}" in errors
    assert not events.exists(), "an empty option sends nothing there"
    assert "secret" not in errors + output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--alarm", "above:60"), "--alarm needs somebody who is told"),
        (("--events", "-", "--alarm", "hot"), "write above:60:celsius"),
        (("--mqtt", "http://bob:secret@host"), "is no broker"),
        (("--publish", "fused.mp4"), "is no receiver of a stream"),
    ],
)
def test_what_cannot_be_is_refused_with_one_sentence(
    options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", *DEMO, "--duration", "1", *options]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert len(error.splitlines()) == 1
    assert "secret" not in error


def test_what_a_rig_names_wrongly_is_refused_before_anything_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = tmp_path / "rig.yaml"
    for outputs, words in (
        ("publish: 'rtmps://live.example/app/the-secret-key'", "is refused, because certificates"),
        ("mqtt: 'http://bob:the-secret-key@host'", "is no broker"),
        ("alarm: 'above:60'", "--alarm needs somebody who is told"),
        ("stream: here", "only these names: publish"),
    ):
        rig.write_text(f"outputs: {{{outputs}}}\n", encoding="utf-8")
        assert main(["serve", "no-such-file.mkv", "nor-this.mkv", "--rig", str(rig)]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert len(error.splitlines()) == 1
        assert "the-secret-key" not in error
