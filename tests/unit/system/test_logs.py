"""The log: it says what happened, to nobody more than it must, and never stands in the way."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fusion_app.system import logs

ROOT = Path(__file__).resolve().parents[3]
CRASH = """
import sys
import fusion_app.cli as cli
from fusion_app.cli import devices
def broken(options):
    raise KeyError("rtsp://me:S3cr3t@cam/x")
devices.devices.__code__ = broken.__code__
sys.exit(cli.main(["devices"]))
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Logger]:
    """The root logger without the handlers of other tests, and a log of its own."""
    monkeypatch.setenv(logs.FOLDER_VARIABLE, str(tmp_path / "logs"))
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers = [handler for handler in before if type(handler).__module__ != logs.__name__]
    yield root
    for handler in set(root.handlers) - set(before):
        handler.close()
    root.handlers = before


def crash(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, logs.FOLDER_VARIABLE: str(folder)}
    command = [sys.executable, "-c", CRASH]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_fault_of_the_program_is_one_sentence_that_names_the_log_with_the_traceback(tmp_path: Path) -> None:
    finished = crash(tmp_path)
    assert finished.returncode == 1
    path = tmp_path / logs.NAME
    assert finished.stderr == (
        f"error: something went wrong in the program (KeyError); report it with the last lines of {path}\n"
    )
    text = path.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "rtsp://me:…@cam/x" in text
    assert "S3cr3t" not in text


def test_without_a_log_the_fault_is_told_whole(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    finished = crash(blocked)
    assert finished.returncode == 1
    assert "Traceback" in finished.stderr
    assert "S3cr3t" not in finished.stderr


def test_the_log_is_rotated_and_old_ones_go(root: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 2000)
    assert logs.keep_log() == ""
    for number in range(400):
        logs.log.info("line %d of what happened", number)
    files = sorted(path.name for path in logs.folder().iterdir())
    assert files == [logs.NAME, *(f"{logs.NAME}.{number}" for number in range(1, logs.KEPT + 1))]
    assert all(path.stat().st_size <= 2000 for path in logs.folder().iterdir())


def test_pictures_in_an_error_do_not_get_into_the_log(root: logging.Logger) -> None:
    logs.keep_log()
    pixels = np.full(5000, 137, np.uint8)
    with np.printoptions(threshold=10_000, linewidth=1_000_000):
        logs.note_crash(ValueError(f"cannot fuse {pixels!r}"))
    text = (logs.folder() / logs.NAME).read_text(encoding="utf-8")
    assert text.count("137") < logs.MAX_LINE / 4


def test_a_log_that_cannot_be_written_changes_nothing(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert logs.keep_log() == ""
    handler = next(one for one in root.handlers if type(one).__module__ == logs.__name__)
    full = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115 - it cannot be closed in order
    monkeypatch.setattr(handler, "stream", full)
    monkeypatch.setattr(handler, "shouldRollover", lambda record: False)
    logs.log.info("nobody will read this")
    with pytest.raises(OSError, match="No space"):
        full.close()
    monkeypatch.undo()
    assert not capsys.readouterr().err
