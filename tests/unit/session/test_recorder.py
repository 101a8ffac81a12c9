"""What a session's recorder does beside the recording itself: pre-roll, engines, snapshots, refusals."""

import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fusion_app.alignment.profile import profile_of
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.errors import RecordingError
from fusion_app.frames import FloatImage, Size
from fusion_app.recording.sidecar import Sidecar, SnapshotFacts, file_sha256
from fusion_app.run.runner import Pace
from fusion_app.session.engines import Engines
from fusion_app.session.recorder import Recorder, about_session, snapshot
from fusion_app.session.session import Session, open_pair
from fusion_app.session.source_pair import source_pair
from fusion_app.settings import FusionSettings, MeasureSettings, RecordingSettings, Settings, SourceSettings
from fusion_app.system.yaml_files import load_as
from fusion_app.thermal.heat import recorded_spots
from tests.servers import mjpeg_camera
from tests.sessions import first_frames, rows, wait_for_frames


def marks(path: Path, kind: str) -> list[str]:
    """Return the marks of one kind; on a busy machine others may stand in the same line."""
    found = [mark for row in rows(path) for mark in row["marks"].split(";")]
    return [mark for mark in found if mark.startswith(f"{kind}:")]


def test_a_recording_begins_before_it_was_started_and_misses_no_frame(session: Session, settings: Settings) -> None:
    recorder = Recorder(session, settings)
    came: list[int] = []
    session.runner.add_sink(lambda fused: came.append(fused.pair.vis.index))
    session.runner.start()
    wait_for_frames(session, 30)
    started = came[-1]
    path = recorder.start()
    wait_for_frames(session, 10)
    recorder.detach()
    assert recorder.stop() == path
    recorded = [int(row["visible_frame"]) for row in rows(path)]
    first = came.index(recorded[0])
    assert recorded == came[first : first + len(recorded)]
    assert sum(index <= started for index in recorded) > 5
    assert sum(index > started for index in recorded) > 5
    assert path.parent == Path(settings.recording.folder)


def test_the_lines_of_a_recording_say_what_infrared_measured(session: Session, settings: Settings) -> None:
    rig = replace(settings, measure=MeasureSettings(((0.25, 0.5),)))
    recorder = Recorder(session, rig)
    hottest: dict[str, float] = {}
    session.runner.add_sink(
        lambda fused: hottest.update({str(fused.pair.vis.index): float(fused.thermal.grey.max())})  # type: ignore[union-attr]
    )
    session.runner.start()
    path = recorder.start(rig)
    wait_for_frames(session, 5)
    recorder.measure(replace(rig, measure=MeasureSettings(((0.25, 0.5), (0.75, 0.5)))))
    wait_for_frames(session, 5)
    recorder.detach()
    recorder.stop()
    recorded = rows(path)
    assert {row["unit"] for row in recorded} == {"grey"}
    assert all(float(row["hottest"]) == hottest[row["visible_frame"]] for row in recorded)
    assert all(row["spot_1"] and row["centre"] and row["coldest"] for row in recorded)
    assert (recorded[0]["spot_2"] == "", recorded[-1]["spot_2"] == "") == (True, False)
    assert marks(path, "spots") == ["spots:0.2500 0.5000, 0.7500 0.5000"]
    rig_of_it = load_as(Sidecar, path.with_suffix(".yaml")).rig
    assert rig_of_it.measure.spots == ((0.25, 0.5),)


def test_a_snapshot_says_what_infrared_measures(session: Session, settings: Settings) -> None:
    fused = first_frames(session, 1)[0]
    rig = replace(settings, measure=MeasureSettings(((0.25, 0.5),)))
    facts = load_as(SnapshotFacts, snapshot(session, rig, fused).with_suffix(".yaml"))
    assert facts.spots == recorded_spots(fused, ((0.25, 0.5),))
    assert [spot.kind for spot in facts.spots] == ["hottest", "coldest", "centre", "placed"]


def test_another_engine_is_marked(session: Session, settings: Settings) -> None:
    recorder = Recorder(session, settings)
    session.runner.start()
    path = recorder.start()
    wait_for_frames(session, 5)
    session.use(Engines(ClassicalEngine("average")))
    wait_for_frames(session, 5)
    recorder.detach()
    recorder.stop()
    assert load_as(Sidecar, path.with_suffix(".yaml")).engine.model == "max"
    assert marks(path, "engine") == ["engine:average · CPU"]


def test_an_alignment_that_is_changed_is_marked(session: Session, settings: Settings) -> None:
    recorder = Recorder(session, settings)
    session.runner.start()
    path = recorder.start()
    wait_for_frames(session, 5)
    session.align(profile_of(np.diag([0.5, 0.5, 1.0]), Size(64, 48), Size(64, 48)))
    wait_for_frames(session, 5)
    recorder.detach()
    recorder.stop()
    assert marks(path, "alignment") == ["alignment:moved"]


def test_a_recording_without_a_frame_is_said(session: Session, settings: Settings, tmp_path: Path) -> None:
    recorder = Recorder(session, settings)
    recorder.start()
    with pytest.raises(RecordingError, match="running already"):
        recorder.start()
    with pytest.raises(RecordingError, match="no frame was fused"):
        recorder.stop()
    with pytest.raises(RecordingError, match="nothing is being recorded"):
        recorder.stop()
    assert list((tmp_path / "videos").iterdir()) == []
    recorder.detach()


def test_a_snapshot_says_how_it_was_made(session: Session, settings: Settings, tiny_weights: Path) -> None:
    kept = []
    session.runner.add_sink(kept.append)
    session.runner.start()
    wait_for_frames(session, 1)
    path = snapshot(session, settings, kept[0])
    facts = load_as(SnapshotFacts, path.with_suffix(".yaml"))
    assert facts.engine.model == "max"
    assert facts.visible_frame == kept[0].pair.vis.index
    assert {item.name for item in path.parent.iterdir()} == {
        path.name, f"{path.stem}-ir.png", f"{path.stem}-visible.png", f"{path.stem}.yaml"
    }  # fmt: skip
    weighed = replace(settings, fusion=replace(settings.fusion, weights=str(tiny_weights)))
    assert about_session(session, weighed).engine.sha256 == file_sha256(tiny_weights) != ""


class SlowEngine(ClassicalEngine):
    """Takes so long that a camera's frames cannot all be fused."""

    def fuse(self, ir: FloatImage, vis_luma: FloatImage) -> FloatImage:
        time.sleep(0.12)
        return super().fuse(ir, vis_luma)


@pytest.mark.parametrize("preroll_s", [0.0, 1.0])
def test_of_a_camera_every_frame_is_a_line_or_counted_as_lost(tmp_path: Path, preroll_s: float) -> None:
    recording = RecordingSettings(str(tmp_path), preroll_s=preroll_s)
    with mjpeg_camera(fps=30) as ir, mjpeg_camera(fps=30) as vis:
        settings = Settings(SourceSettings(ir, vis), FusionSettings(model="max"), recording=recording)
        session = Session(open_pair(source_pair(settings.sources)), settings, Engines(SlowEngine("max")), Pace.PLAY)
        try:
            recorder = Recorder(session, settings)
            session.runner.start()
            wait_for_frames(session, 8)
            path = recorder.start()
            wait_for_frames(session, 12)
            recorder.recording.pause()
            wait_for_frames(session, 4)
            recorder.recording.resume()
            wait_for_frames(session, 4)
            recorder.detach()
            recorder.stop()
        finally:
            session.close()
    facts, lines = load_as(Sidecar, path.with_suffix(".yaml")), rows(path)
    gaps, told = [], []
    for before, row in pairwise(lines):
        if "pause:" not in row["marks"]:  # what was not wanted is not lost
            gaps.append(int(row["visible_frame"]) - int(before["visible_frame"]) - 1)
            told.append(
                sum(int(m.partition(":")[2]) for m in row["marks"].split(";") if m[:7] in ("unfused", "dropped"))
            )
    assert told == gaps
    assert facts.unfused + facts.dropped >= sum(gaps) > 10
    assert facts.unfused == recorder.final.unfused
