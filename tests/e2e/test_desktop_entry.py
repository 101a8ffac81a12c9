"""The program in the menu of a desktop; nobody else's entry is touched."""

import subprocess
import sys
from pathlib import Path

import pytest

from fusion_app.cli import main

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="menu entries of freedesktop.org")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the desktop looks for entries of this user."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_entry_and_its_icon_come_and_go(home: Path) -> None:
    assert main(["desktop-entry"]) == 0
    icon = "icons/hicolor/scalable/apps/cs2fusion-live.svg"
    assert files_below(home) == ["applications/cs2fusion-live.desktop", icon]
    text = (home / "applications/cs2fusion-live.desktop").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("Exec=")]
    started = subprocess.run(f"{line[5:]} --version", shell=True, capture_output=True, text=True, check=True)
    assert started.stdout.startswith("CS2Fusion Live")
    assert main(["desktop-entry"]) == 0, "the same once more changes nothing"
    assert main(["desktop-entry", "--remove"]) == 0
    assert files_below(home) == []


def test_an_entry_of_somebody_else_is_neither_overwritten_nor_removed_unasked(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = home / "applications/cs2fusion-live.desktop"
    entry.parent.mkdir()
    entry.write_text("[Desktop Entry]\nName=Mine\n", encoding="utf-8")
    for arguments in ((), ("--remove",)):
        assert main(["desktop-entry", *arguments]) == 2
        said = capsys.readouterr().err
        assert said.startswith("error: ")
        assert "somebody else's" in said
        assert entry.read_text(encoding="utf-8") == "[Desktop Entry]\nName=Mine\n"
    assert main(["desktop-entry", "--replace"]) == 0
    assert "CS2Fusion Live" in entry.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_one_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "applications").touch()
    assert main(["desktop-entry"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
