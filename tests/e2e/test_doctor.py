"""`doctor`: whoever has a problem gets told what to do about it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from fusion_app import __version__
from fusion_app.cli import main
from fusion_app.doctor import Finding, State, as_json, as_text, diagnose, software, trial
from fusion_app.doctor.finding import Finding as One
from fusion_app.doctor.fusing import Fused
from fusion_app.doctor.places import place_findings
from fusion_app.engine.classical import ClassicalEngine

ROOT = Path(__file__).resolve().parents[2]


def doctor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    command = [sys.executable, "main.py", "doctor", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, check=False, timeout=110
    )


def test_doctor_tells_of_everything_and_what_to_do_about_what_is_not_fine(tmp_path: Path) -> None:
    finished = doctor("--json", CS2FUSION_CACHE=str(tmp_path / "cache"))
    told = json.loads(finished.stdout)
    assert told["version"] == __version__
    found = {one["name"]: one for one in told["findings"]}
    names = "System Processor Python Libraries torch OpenVINO GPU Window Cameras Cache Log Recordings Self-test"
    assert set(names.split()) <= found.keys()
    assert all(one["state"] == "fine" or one["remedy"] for one in found.values())
    assert found["Window"]["state"] == "unused"
    assert finished.returncode == int(any(one["state"] == "wrong" for one in found.values()))


def test_a_library_that_only_some_need_is_named_with_its_use_and_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software, "_version", {"paho-mqtt": "2.1.0", "ray": "2.56.1"}.get)
    there, *missing = software.optional_findings()
    assert (there.state, there.found) == (State.FINE, "paho-mqtt 2.1.0, ray 2.56.1")
    assert [(one.name, one.state) for one in missing] == [
        ("onnxruntime", State.UNUSED),
        ("pyvirtualcam", State.UNUSED),
    ]
    assert missing[1].found == "not installed: the fused picture as a webcam"
    assert missing[1].remedy.endswith(" pyvirtualcam")


def test_the_self_test_decodes_fuses_and_encodes_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "PATIENCE_S", 60.0)  # whatever else this machine has to do
    (found,) = trial.trial_findings()
    assert found.state is State.FINE, found
    assert found.found.startswith("25 frames decoded, fused by lite-6k")


def test_a_network_that_is_not_ready_in_time_is_ended_and_the_rest_tested_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trial, "PATIENCE_S", 0.0)
    monkeypatch.setattr(trial, "CLASSICAL_PATIENCE_S", 60.0)
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    (found,) = trial.trial_findings()
    assert found.state is State.UNUSED, found
    assert found.found.startswith("25 frames decoded, fused by max")
    assert found.found.endswith("lite-6k was not ready within 0 s")
    assert "start `demo` once" in found.remedy
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


def test_a_network_that_is_too_slow_once_it_runs_is_wrong() -> None:
    classical = Fused(fused=25, decoded=25, is_complete=True, model="max", seconds=0.5)
    found = trial.too_late(is_opened=True, classical=classical)
    assert found.state is State.WRONG
    assert found.remedy == "close other programs, or fuse with --model max"


def test_a_self_test_that_is_stopped_behind_its_last_frame_has_succeeded() -> None:
    assert trial.judged(Fused(fused=25, decoded=25, is_complete=False, model="max", seconds=2.6)).state is State.FINE
    late = trial.judged(Fused(fused=24, decoded=24, is_complete=False, model="max", seconds=2.6))
    assert (late.state, late.found) == (State.WRONG, "24 of 25 frames in 2.6 s with max")


def test_a_self_test_that_takes_too_long_ends_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    fuse = ClassicalEngine.fuse

    def slowly(*args: Any) -> Any:
        """Fuse as on a machine that cannot do a second of video in less than five."""
        time.sleep(0.2)
        return fuse(*args)

    monkeypatch.setattr(ClassicalEngine, "fuse", slowly)
    monkeypatch.setattr(trial, "PATIENCE_S", 0.0)
    monkeypatch.setattr(trial, "CLASSICAL_PATIENCE_S", 0.001)
    (found,) = trial.trial_findings()
    assert found.state is State.WRONG, found
    assert found.remedy == "close other programs, or fuse with --model max"


def test_a_self_test_whose_process_cannot_fuse_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "COMPACT", "lite-unknown")
    monkeypatch.setattr(trial, "PATIENCE_S", 60.0)
    (found,) = trial.trial_findings()
    assert found.state is State.WRONG
    assert "ended with code 2: " in found.found
    assert "lite-unknown" in found.found


def test_doctor_says_which_folder_cannot_be_written_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CS2FUSION_CACHE", "/proc/nowhere")
    monkeypatch.setattr("fusion_app.doctor.trial_findings", list)  # what it fuses as a test is tested below
    assert main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "BAD  Cache       /proc/nowhere cannot be written" in told
    assert "→ name another in CS2FUSION_CACHE" in told


def test_a_disk_that_is_nearly_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion_app.doctor.places.LEAST_FREE", 1 << 62)
    recordings = place_findings(tmp_path)[-1]
    assert recordings.state is State.WRONG
    assert recordings.remedy.startswith("free some space")


def test_a_check_that_fails_is_a_finding_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[Finding]:
        raise RuntimeError("rtsp://me:S3cr3t@cam cannot be asked")

    monkeypatch.setattr("fusion_app.doctor.trial_findings", lambda: [Finding("Self-test", "done")])
    findings = diagnose(tmp_path, broken)
    text = as_text(findings)
    assert "BAD  window" in text
    assert "RuntimeError" in text
    assert "done" in text
    assert "S3cr3t" not in text + as_json(findings)


def test_nobody_is_told_of_a_problem_without_advice() -> None:
    with pytest.raises(ValueError, match="say what to do"):
        One("GPU", "not used", State.UNUSED)
