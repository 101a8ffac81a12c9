"""Journals: every process its own, half lines passed over, newer versions refused."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fusion_app.batch.files import VERSION
from fusion_app.batch.journal import Journal, Journals
from fusion_app.errors import BatchError

ROOT = Path(__file__).resolve().parents[3]


def test_what_several_processes_note_is_read_as_it_comes(tmp_path: Path) -> None:
    first, second, read = Journal(tmp_path), Journal(tmp_path), Journals(tmp_path)
    first.note(job="a", segment="0", frames=5)
    read.update()
    assert read.segments["a"]["0"]["frames"] == 5
    second.note(job="a", segment="1", frames=7)
    first.note(job="b", result="b.mkv", size=9)
    read.update()
    assert sorted(read.segments["a"]) == ["0", "1"]
    assert read.results["b"][-1]["size"] == 9
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_line_that_a_crash_has_cut_off_is_passed_over(tmp_path: Path, cut: int) -> None:
    journal = Journal(tmp_path)
    journal.note(job="a", segment="0", frames=5)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    journal.note(job="a", segment="1", frames=7)
    path.write_bytes(path.read_bytes()[: len(whole) + cut])
    read = Journals(tmp_path)
    read.update()
    assert list(read.segments["a"]) == ["0"]


def test_zeros_that_a_power_cut_has_left_are_passed_over(tmp_path: Path) -> None:
    Journal(tmp_path).note(job="a", segment="0", frames=5)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + b"\0" * 300 + b"\n[1, 2]\n\xff\xfe\n")
    read = Journals(tmp_path)
    read.update()
    assert list(read.segments["a"]) == ["0"]


def test_a_journal_of_a_newer_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text(json.dumps({"format": VERSION + 1}) + "\n")
    with pytest.raises(BatchError, match=r"newer version.*update this one"):
        Journals(tmp_path).update()


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="cannot be written"):
        Journal(tmp_path / "gone").note(job="a")


@pytest.mark.parametrize("names", [("1", "2"), ("2", "1")])
def test_what_was_noted_last_counts_whatever_the_journals_are_called(
    tmp_path: Path, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = iter(names)
    monkeypatch.setattr("fusion_app.batch.journal.unique_name", lambda: next(given))
    earlier, known = Journal(tmp_path), Journals(tmp_path)
    earlier.note(job="a", error="its disk was full")
    earlier.note(job="b", segment="0", frames=5)
    earlier.note(job="b", result="b.mkv", size=9, identity="old", key="old")
    known.update()
    later = Journal(tmp_path, known)
    later.note(job="a", segment="0", frames=5)
    later.note(job="b", result="b.mkv", size=9, identity="new", key="new")
    later.note(job="b", error="it has gone")
    read = Journals(tmp_path)
    read.update()
    assert read.errors == {"b": "it has gone"}
    assert read.keys == {"b": "new"}
    assert [line["identity"] for line in read.results["b"]] == ["old", "new"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as only POSIX can")
@pytest.mark.parametrize("room", [0, 3, 40, 90], ids=["nothing", "half a head", "half a line", "a line and a half"])
def test_a_line_that_a_full_disk_has_cut_off_costs_no_other_line(tmp_path: Path, room: int) -> None:
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from fusion_app.batch.journal import Journal\n"
        "from fusion_app.errors import BatchError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "journal, failed = Journal(Path(sys.argv[1])), 0\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))\n"
        "for number in range(3):\n"
        "    try:\n"
        "        journal.note(job='a', segment=str(number), frames=5)\n"
        "    except BatchError:\n"
        "        failed += 1\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "journal.note(job='a', segment='last', frames=7)\n"
        "print(failed)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path), str(room)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert int(done.stdout) >= 2
    read = Journals(tmp_path)
    read.update()
    assert read.segments["a"]["last"]["frames"] == 7
