"""Journals: every process its own, half lines passed over, newer versions refused."""

import json
from pathlib import Path

import pytest

from fusion_app.batch.files import VERSION
from fusion_app.batch.journal import Journal, Journals
from fusion_app.errors import BatchError


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
