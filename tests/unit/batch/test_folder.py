"""The queue in the output folder: plans that contradict each other, and plans that a crash has damaged."""

from dataclasses import replace
from pathlib import Path

import pytest

from fusion_app.batch.files import write_json
from fusion_app.batch.folder import BatchFolder
from fusion_app.batch.job import Job
from fusion_app.errors import BatchError
from fusion_app.settings import OutputSettings, Settings, SourceSettings


def job(name: str, ir: str = "ir.mkv") -> Job:
    return Job(name, Settings(SourceSettings(ir, "vis.mkv")))


def test_a_plan_that_others_work_by_survives_one_that_contradicts_it_at_the_same_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = BatchFolder(tmp_path)
    folder.add([job("a")], 60)
    contradiction = tmp_path / ".batch" / "plans" / "0.json"
    looks: list[int] = []
    refuse = BatchFolder._refuse_others

    def between(self: BatchFolder, told: dict[str, object]) -> None:
        if looks:
            other = {**told["a"], "start_s": 5.0}  # type: ignore[dict-item]
            write_json(contradiction, {"jobs": [other]})
        looks.append(1)
        refuse(self, told)

    monkeypatch.setattr(BatchFolder, "_refuse_others", between)
    with pytest.raises(BatchError, match="another plan for a"):
        folder.add([job("a")], 60)
    contradiction.unlink()  # it is refused, too, and goes
    assert [one.name for one in folder.jobs()[0]] == ["a"]


def test_a_plan_that_a_power_cut_has_emptied_is_written_anew(tmp_path: Path) -> None:
    folder = BatchFolder(tmp_path)
    folder.add([job("a")], 60)
    (path,) = (tmp_path / ".batch" / "plans").glob("*.json")
    path.write_bytes(b"")
    folder.add([job("a")], 60)
    assert [one.name for one in folder.jobs()[0]] == ["a"]


def test_the_queue_does_not_say_where_a_rig_is_sent(tmp_path: Path) -> None:
    sent = OutputSettings("rtsp://bob:secret@host/fused", mqtt="mqtt://bob:secret@host/yard")
    BatchFolder(tmp_path).add([replace(job("a"), settings=replace(job("a").settings, outputs=sent))], 60)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"secret" in path.read_bytes()]
    BatchFolder(tmp_path).add([job("a")], 60)
