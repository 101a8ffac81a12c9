"""A queue seen from its folder: states, frames and rates of whoever works on it."""

import json
from pathlib import Path

import pytest

from fusion_app.batch.board import State
from fusion_app.batch.claims import Claims
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.job import Job
from fusion_app.batch.journal import Journal
from fusion_app.batch.watch import Watch, ended
from fusion_app.settings import Settings, SourceSettings

KEY = "0123456789abcdef"


@pytest.fixture
def folder(tmp_path: Path) -> BatchFolder:
    folder = BatchFolder(tmp_path / "out")
    folder.add([job("a"), job("b")], 60)
    return folder


def job(name: str) -> Job:
    return Job(name, Settings(SourceSettings(f"{name}-ir.mkv", f"{name}-vis.mkv")))


def watch(folder: BatchFolder, *, is_start: bool = True) -> Watch:
    return Watch(folder, folder.jobs()[0], is_start=is_start)


def states(one: Watch) -> dict[str, State]:
    return {row.name: row.state for row in one.look().rows}


def begin(folder: BatchFolder, journal: Journal) -> None:
    """Leave a job of 100 frames with one finished segment of 40."""
    place = folder.place(job("a"))
    place.mkdir()
    (place / "cut.json").write_text(json.dumps({"format": 1, "frames": 100}))
    (place / f"00000-{KEY}.mkv").touch()
    journal.note(job="a", key=KEY, notes=[])
    journal.note(job="a", segment=f"00000-{KEY}", frames=40)


def test_a_claim_that_lives_shows_what_its_holder_tells(folder: BatchFolder) -> None:
    begin(folder, Journal(folder.journals))
    seen = watch(folder)
    assert states(seen) == {"a": State.WAITING, "b": State.WAITING}
    claim = Claims(beat_s=0.01).take(folder.place(job("a")) / f"00001-{KEY}")
    assert claim is not None
    claim.told = json.dumps([10, 20.5])
    while not (totals := seen.look()).fps:
        pass
    claim.release()
    row = totals.rows[0]
    assert (row.state, row.done, row.frames, row.fps) == (State.FUSING, 50, 100, 20.5)
    assert row.part == 0.5
    assert states(seen)["a"] is State.WAITING


def test_a_paused_queue_shows_no_rate(folder: BatchFolder) -> None:
    begin(folder, Journal(folder.journals))
    claim = Claims().take(folder.place(job("a")) / f"00001-{KEY}")
    assert claim is not None
    folder.pause()
    assert states(watch(folder))["a"] is State.PAUSED
    assert folder.go_on()
    assert not folder.go_on()
    assert states(watch(folder))["a"] is State.FUSING
    claim.release()


def test_a_result_is_done_if_it_came_since_and_there_if_it_was(folder: BatchFolder) -> None:
    journal, seen = Journal(folder.journals), watch(folder)
    begin(folder, journal)
    assert not ended(seen.look())
    (folder.output / "a.mkv").write_bytes(b"123")
    journal.note(job="a", result="a.mkv", key=KEY, size=3)
    assert states(seen)["a"] is State.DONE
    (row, _) = watch(folder).look().rows
    assert (row.state, row.done) == (State.THERE, 40)
    (folder.output / "a.mkv").write_bytes(b"of somebody else")
    assert states(watch(folder))["a"] is State.WAITING


def test_a_failure_counts_until_something_is_done_for_the_job_or_work_begins_anew(folder: BatchFolder) -> None:
    journal = Journal(folder.journals)
    journal.note(job="b", error="it is damaged")
    seen = watch(folder, is_start=False)
    assert states(seen)["b"] is State.FAILED
    assert seen.journals.errors == {"b": "it is damaged"}
    assert states(watch(folder))["b"] is State.WAITING
    journal.note(job="b", segment=f"00000-{KEY}", frames=1)
    assert states(seen)["b"] is State.WAITING


def test_the_rate_of_all_counts_segments_that_are_over_before_a_claim_tells_of_them(folder: BatchFolder) -> None:
    now, journal = [0.0], Journal(folder.journals)
    seen = Watch(folder, folder.jobs()[0], is_start=True, clock=lambda: now[0])
    assert seen.look().fps == 0
    now[0] = 4.0
    begin(folder, journal)
    totals = seen.look()
    assert totals.fps == 10.0
    assert totals.left_s == (60 + 100) / 10  # a job that is not open yet counts as the other
