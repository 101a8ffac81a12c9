"""A trial tells about how long a job takes and how large it becomes, and leaves nothing behind."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from fusion_app.errors import FusionAppError
from fusion_app.session.export import FuseJob, fuse_recordings
from fusion_app.session.trial import ExportTrial, try_out
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from tests.media import counting_frames, write_video


@pytest.fixture
def job(tmp_path: Path) -> FuseJob:
    """A job of 25 frames."""
    ir = write_video(tmp_path / "ir.mkv", counting_frames(25, colour=False))
    vis = write_video(tmp_path / "vis.mkv", counting_frames(25))
    settings = Settings(SourceSettings(str(ir), str(vis)), FusionSettings(model="max"))
    return FuseJob(settings, tmp_path / "fused.mkv")


def test_a_trial_of_the_whole_has_its_frames_and_its_size(job: FuseJob, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    trial = try_out(job, threading.Event(), most_s=600)
    assert trial is not None
    assert sorted(tmp_path.iterdir()) == before
    assert (trial.frames, trial.expected) == (25, 25)
    left = trial.left()
    assert left is not None
    fuse_recordings(job, lambda *_: None, threading.Event())
    assert left[1] == pytest.approx(job.output.stat().st_size, rel=0.05)


def test_a_trial_ends_once_it_has_seen_enough(job: FuseJob) -> None:
    enough = threading.Event()
    trial = try_out(job, enough, most_s=0.0)
    assert enough.is_set()
    assert trial is not None
    assert trial.fps is not None


def test_a_cancelled_trial_ends_long_before_its_job(job: FuseJob) -> None:
    demo = SourceSettings(*(f"synthetic:{side}?frames=5000&size=64x48" for side in ("ir", "vis")))
    cancel = threading.Event()
    cancel.set()
    trial = try_out(replace(job, settings=replace(job.settings, sources=demo)), cancel)
    assert trial is None or trial.frames < 5000  # those that were in work


def test_a_trial_of_what_cannot_be_opened_fails_as_the_job_would(job: FuseJob, tmp_path: Path) -> None:
    (tmp_path / "vis.mkv").unlink()
    with pytest.raises(FusionAppError, match=r"vis\.mkv"):
        try_out(job, threading.Event())


def test_too_few_frames_tell_nothing_of_the_speed() -> None:
    assert ExportTrial("max", 2, 1.0, 100, 50).left() is None
    assert ExportTrial("max", 11, 1.0, 1100, None).left() is None
    assert ExportTrial("max", 11, 1.0, 1100, 100).left(0.5) == (5.0, 5000)
