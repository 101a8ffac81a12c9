"""The program in the menu of a desktop; nobody else's entry is touched."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="menu entries of freedesktop.org")


def desktop_entry(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "main.py", "desktop-entry", *arguments]
    environment = {**os.environ, "XDG_DATA_HOME": str(home)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@linux
def test_the_entry_and_its_icon_come_and_go(tmp_path: Path) -> None:
    assert desktop_entry(tmp_path).returncode == 0
    icon = "icons/hicolor/scalable/apps/cs2fusion-live.svg"
    assert files_below(tmp_path) == ["applications/cs2fusion-live.desktop", icon]
    text = (tmp_path / "applications/cs2fusion-live.desktop").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("Exec=")]
    started = subprocess.run(f"{line[5:]} --version", shell=True, capture_output=True, text=True, check=True)
    assert started.stdout.startswith("CS2Fusion Live")
    assert desktop_entry(tmp_path).returncode == 0, "the same once more changes nothing"
    assert desktop_entry(tmp_path, "--remove").returncode == 0
    assert files_below(tmp_path) == []


@linux
def test_an_entry_of_somebody_else_is_neither_overwritten_nor_removed_unasked(tmp_path: Path) -> None:
    entry = tmp_path / "applications/cs2fusion-live.desktop"
    entry.parent.mkdir()
    entry.write_text("[Desktop Entry]\nName=Mine\n", encoding="utf-8")
    for arguments in ((), ("--remove",)):
        finished = desktop_entry(tmp_path, *arguments)
        assert finished.returncode == 2
        assert finished.stderr.startswith("error: ")
        assert "somebody else's" in finished.stderr
        assert entry.read_text(encoding="utf-8") == "[Desktop Entry]\nName=Mine\n"
    assert desktop_entry(tmp_path, "--replace").returncode == 0
    assert "CS2Fusion Live" in entry.read_text(encoding="utf-8")


@linux
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "applications").touch()
    finished = desktop_entry(tmp_path)
    assert finished.returncode == 2
    assert len(finished.stderr.splitlines()) == 1
