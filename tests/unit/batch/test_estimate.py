"""What a dry run estimates: pixels and frames of every job count, and a mode without a network is none."""

from pathlib import Path

import pytest

from fusion_app.batch import estimate
from fusion_app.batch.estimate import Estimate, Kind, estimates, largest_of_kinds, lengths_of
from fusion_app.batch.job import Job
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from tests.media import counting_frames, write_video


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "TRIAL_S", 0.2)


def job(folder: Path, name: str, size: tuple[int, int], count: int, mode: str = "blend") -> Job:
    ir, vis = folder / f"{name}_ir.mkv", folder / f"{name}_vis.mkv"
    write_video(ir, counting_frames(count, size, colour=False))
    write_video(vis, counting_frames(count, size))
    fusion = FusionSettings(model="max", mode=mode)  # type: ignore[arg-type]
    return Job(name, Settings(SourceSettings(str(ir), str(vis)), fusion))


def told(jobs: list[Job]) -> tuple[Estimate, ...]:
    return estimates(jobs, lengths_of(jobs))


def test_a_mode_without_a_network_is_estimated_as_itself(tmp_path: Path) -> None:
    (one,) = told([job(tmp_path, "a", (64, 48), 20)])
    assert (one.model, one.error) == ("blend", "")
    assert one.seconds is not None
    assert one.seconds > 0


def test_every_size_and_mode_is_measured_with_its_largest_job(tmp_path: Path) -> None:
    sizes = ((64, 48), 5, "blend"), ((64, 48), 30, "blend"), ((160, 120), 20, "blend"), ((64, 48), 9, "hot")
    jobs = [job(tmp_path, f"job{number}", *one) for number, one in enumerate(sizes)]
    found = largest_of_kinds(jobs, lengths_of(jobs))
    assert {kind: (one.name, pixels) for kind, (one, pixels) in found.items()} == {
        Kind("blend", False, 160, 120): ("job2", pytest.approx(20 * 160 * 120)),
        Kind("blend", False, 64, 48): ("job1", pytest.approx(35 * 64 * 48)),
        Kind("hot", False, 64, 48): ("job3", pytest.approx(9 * 64 * 48)),
    }


def test_jobs_of_one_kind_add_up_and_large_frames_are_not_measured_by_small_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = job(tmp_path, "small", (64, 48), 30), job(tmp_path, "large", (160, 120), 20)
    rates = {"small": 1000.0, "large": 8000.0}  # a small frame takes longer for each of its pixels
    monkeypatch.setattr(estimate, "_measured", lambda one, *_: estimate._Measured(rates[one.name]))
    (one,) = told([small, large])
    assert one.seconds == pytest.approx(30 * 64 * 48 / 1000 + 20 * 160 * 120 / 8000)


def test_models_count_where_networks_fuse_and_modes_are_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [job(tmp_path, "a", (64, 48), 10, "network"), job(tmp_path, "b", (64, 48), 20)]
    rates = {"": 100.0, "max": 1000.0}
    monkeypatch.setattr(estimate, "_measured", lambda _, model, *__: estimate._Measured(rates.get(model, 10.0)))
    found = {one.model: one.seconds for one in told(jobs)}
    pixels = 64 * 48
    assert found["max"] == pytest.approx(10 * pixels / 1000 + 20 * pixels / 100)
    assert found["lite-6k"] == pytest.approx(10 * pixels / 10 + 20 * pixels / 100)


def test_a_job_too_short_to_be_measured_with_is_told(tmp_path: Path) -> None:
    (one,) = told([job(tmp_path, "a", (64, 48), 2)])
    assert one.seconds is None
    assert "a is too short" in one.error
