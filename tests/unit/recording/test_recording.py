"""Recordings of what is seen: tracks, times, parts, pauses, markers, and what lies beside them."""

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fusion_app.errors import RecordingError
from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.recording import About, EngineFacts, Entry, Recording, entry_of
from fusion_app.recording.frame_log import MAX_LINE, FrameLog, markers_of
from fusion_app.recording.part import PartPlan
from fusion_app.recording.recording import MOST_MARKERS
from fusion_app.recording.sidecar import Sidecar
from fusion_app.settings import RecordingSettings, Settings, SourceSettings, load_settings
from fusion_app.system.yaml_files import load_as
from tests.media import counting_frames

SIZE = (64, 48)
COUNT = 20
ENGINE = EngineFacts("max", "max · CPU", "", "cpu", "")
COLOUR = counting_frames(COUNT, SIZE)
GREY = counting_frames(COUNT, SIZE, colour=False)
DEEP = [(7000 + 3 * image.astype(np.uint16)) for image in GREY]


def plan(**settings: object) -> PartPlan:
    chosen = replace(RecordingSettings(encoder="software"), warn_free_mb=0, stop_free_mb=0, **settings)  # type: ignore[arg-type]
    return PartPlan(chosen, About(ENGINE, Settings(recording=chosen)))


def entry(index: int, ir: Sequence[np.ndarray] = GREY, ir_index: int | None = None, **pair: object) -> Entry:
    number = index if ir_index is None else ir_index
    ir_frame = Frame(ir[number % len(ir)], number / 25 - 0.004, number)
    vis_frame = Frame(COLOUR[index % COUNT], index / 25, index)
    return entry_of(
        FusedFrame(COLOUR[-index % COUNT], FramePair(ir_frame, vis_frame, **pair), ir_frame.image),  # type: ignore[arg-type]
        0.04,
        0.04,
        is_live=False,
    )


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def record(path: Path, entries: Sequence[Entry], how: PartPlan | None = None) -> Path:
    recording = Recording(path, how or plan())
    for item in entries:
        recording(item)
    recording.close()
    return path


def tracks(path: Path, pixels: str = "bgr24") -> dict[str, list[tuple[float, np.ndarray]]]:
    """Read each track by its title with nothing of the application."""
    found = {}
    with av.open(str(path)) as container:
        titles = [stream.metadata["title"] for stream in container.streams.video]
    for number, title in enumerate(titles):
        with av.open(str(path)) as container:
            frames = list(container.decode(video=number))
        kind = "gray16le" if frames[0].format.name == "gray16le" else pixels
        found[title] = [(float(f.pts * f.time_base), f.to_ndarray(format=kind)) for f in frames]
    return found


def rows(path: Path) -> list[dict[str, str]]:
    with path.with_suffix(".csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_recording_holds_fused_visible_and_infrared_on_one_clock(tmp_path: Path) -> None:
    found = tracks(record(tmp_path / "r.mkv", [entry(i) for i in range(COUNT)]))
    assert list(found) == ["fused", "visible", "ir"]
    for name in ("fused", "visible"):
        assert [pts for pts, _ in found[name]] == pytest.approx([i / 25 for i in range(COUNT)], abs=1e-3)
    # Infrared keeps its own time, 4 ms before the visible frame; only the first cannot be before the beginning.
    assert [pts for pts, _ in found["ir"]][1:] == pytest.approx([i / 25 - 0.004 for i in range(1, COUNT)], abs=1e-3)
    assert np.abs(found["visible"][7][1].astype(int) - COLOUR[7]).mean() < 6
    assert np.abs(found["ir"][7][1][..., 0].astype(int) - GREY[7]).mean() < 4


def test_sixteen_bit_infrared_is_recorded_without_loss(tmp_path: Path) -> None:
    found = tracks(record(tmp_path / "r.mkv", [entry(i, DEEP) for i in range(COUNT)]))
    assert all(np.array_equal(image, DEEP[i]) for i, (_, image) in enumerate(found["ir"]))


def test_eight_bit_infrared_is_recorded_without_loss_if_asked(tmp_path: Path) -> None:
    path = record(tmp_path / "r.mkv", [entry(i) for i in range(COUNT)], plan(ir_codec="ffv1"))
    assert all(np.array_equal(image[..., 1], GREY[i]) for i, (_, image) in enumerate(tracks(path)["ir"]))


def test_raw_counts_of_two_bytes_a_pixel_are_recorded_as_sixteen_bit(tmp_path: Path) -> None:
    raw = [image.view(np.uint8).reshape(*image.shape, 2) for image in DEEP]
    found = tracks(record(tmp_path / "r.mkv", [entry(i, raw) for i in range(5)]))
    assert all(np.array_equal(image, DEEP[i]) for i, (_, image) in enumerate(found["ir"]))


def test_only_the_chosen_tracks_are_recorded(tmp_path: Path) -> None:
    path = record(tmp_path / "r.mkv", [entry(i) for i in range(3)], plan(tracks=("ir", "fused")))
    assert list(tracks(path)) == ["fused", "ir"]


def test_a_slow_infrared_camera_is_recorded_at_its_own_pace_and_does_not_hold_back_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r.mkv"
    recording = Recording(path, plan())
    for i in range(COUNT):
        recording(entry(i, ir_index=i // 10 * 10))
    wait_until(lambda: recording.status().written == COUNT)
    with av.open(str(path)) as container:  # as it is now on disk, if the process were killed
        assert len(list(container.decode(video=0))) >= COUNT - 8
    recording.close()
    found = tracks(path)
    assert len(found["fused"]) == COUNT
    assert [round(pts, 2) for pts, _ in found["ir"]] == [0.0, 0.4]


def test_each_frame_has_a_line_with_its_times_and_marks(tmp_path: Path) -> None:
    lost = [entry(i, ir_index=2, lost="ir", is_held=True) for i in (3, 4)]
    dark = replace(entry(5), fused=replace(entry(5).fused, is_nuc=True))
    items = [*(entry(i) for i in range(3)), *lost, entry_of(dark.fused, 0.04, 0.04, is_live=False)]
    found = rows(record(tmp_path / "r.mkv", items))
    assert [row["frame"] for row in found] == [str(i) for i in range(6)]
    assert [float(row["pts_s"]) for row in found] == pytest.approx([i / 25 for i in range(6)])
    assert [row["ir_frame"] for row in found] == ["0", "1", "2", "2", "2", "5"]
    assert [row["marks"] for row in found] == ["", "", "", "held;lost:ir", "held;lost:ir", "nuc"]
    assert float(found[1]["skew_ms"]) == pytest.approx(-4.0)
    assert all(row["wall_clock"][:2] == "20" for row in found)


def test_the_yaml_tells_how_it_was_made_and_keeps_no_password(tmp_path: Path) -> None:
    from fusion_app.recording.sidecar import without_secrets

    rig = Settings(SourceSettings("rtsp://me:secret@camera/1", "http://x/?token=abc", offset_ms=12.5))
    how = replace(plan(), about=About(ENGINE, without_secrets(rig)))
    path = record(tmp_path / "r.mkv", [entry(i) for i in range(3)], how)
    text = path.with_suffix(".yaml").read_text()
    assert "secret" not in text
    assert "abc" not in text
    facts = load_as(Sidecar, path.with_suffix(".yaml"))
    assert facts.encoder == "software"
    assert facts.engine == ENGINE
    assert (facts.frames, facts.dropped, facts.ended) == (3, 0, "stopped")
    assert facts.finished > facts.started
    assert any(line.startswith("numpy ") for line in facts.versions)
    assert load_settings(path.with_suffix(".yaml"), "rig").sources.offset_ms == 12.5


def test_parts_follow_each_other_without_losing_a_frame(tmp_path: Path) -> None:
    path = record(tmp_path / "r.mkv", [entry(i) for i in range(COUNT)], plan(split_minutes=0.28 / 60))
    paths = [path, tmp_path / "r-002.mkv", tmp_path / "r-003.mkv"]
    found = [row for part in paths for row in rows(part)]
    assert [row["visible_frame"] for row in found] == [str(i) for i in range(COUNT)]
    assert [float(row["time_s"]) for row in found] == pytest.approx([i / 25 for i in range(COUNT)])
    assert [len(tracks(part)["fused"]) for part in paths] == [7, 7, 6]
    assert [load_as(Sidecar, part.with_suffix(".yaml")).began_s for part in paths] == pytest.approx([0, 0.28, 0.56])
    assert all(tracks(part)["ir"][0][0] == 0.0 for part in paths)


def test_a_part_ends_where_it_is_large_enough_or_where_asked(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 65535, (COUNT, 200, 300), np.uint16)
    record(tmp_path / "big.mkv", [entry(i, list(noise)) for i in range(COUNT)], plan(split_mb=1))
    assert len(list(tmp_path.glob("big*.mkv"))) == 3  # 20 frames of 0.12 MB, a part ends behind the ninth
    recording = Recording(tmp_path / "asked.mkv", plan())
    recording(entry(0))
    wait_until(lambda: recording.status().written == 1)
    recording.split()
    recording(entry(1))
    recording.close()
    assert len(list(tmp_path.glob("asked*.mkv"))) == 2
    assert recording.status().first == tmp_path / "asked.mkv"  # which names the whole to whoever fuses it again


def test_a_camera_that_comes_back_with_other_pictures_begins_a_part_and_loses_nothing(tmp_path: Path) -> None:
    blank = [np.zeros((48, 64), np.uint8)]
    items = [*(entry(i, blank, lost="ir") for i in range(4)), *(entry(i, DEEP) for i in range(4, 8))]
    path = record(tmp_path / "r.mkv", items)
    second = tracks(tmp_path / "r-002.mkv")
    assert len(tracks(path)["fused"]) == len(second["fused"]) == 4
    assert np.array_equal(second["ir"][0][1], DEEP[4])


def test_a_pause_is_cut_out_of_the_time_and_marked(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "r.mkv", plan())
    for i in range(COUNT):
        if i == 5:
            recording.pause()
            assert recording.status().is_paused
        if i == 15:
            recording.resume()
        recording(entry(i))
    recording.close()
    found = rows(tmp_path / "r.mkv")
    assert [row["visible_frame"] for row in found] == [str(i) for i in (*range(5), *range(15, 20))]
    assert [float(row["pts_s"]) for row in found] == pytest.approx([i / 25 for i in range(10)])
    assert [row["marks"] for row in found] == ["pause:0.400" if i == 5 else "" for i in range(10)]
    times = [pts for pts, _ in tracks(tmp_path / "r.mkv")["ir"]]
    assert times == pytest.approx([0, *(i / 25 - 0.004 for i in range(1, 10))], abs=1e-3)


def test_markers_are_chapters_and_marks_whatever_their_text(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "r.mkv", plan())
    for i in range(10):
        if i == 3:
            recording.add_marker('a "bird"; or,\na plane 鸟')
        if i == 7:
            recording.add_marker()
        recording(entry(i))
    recording.close()
    with av.open(str(tmp_path / "r.mkv")) as container:
        found = [(c["start"] * c["time_base"], c["metadata"]["title"]) for c in container.chapters()]
    assert found == [(Fraction(12, 100), 'a "bird", or, a plane 鸟'), (Fraction(28, 100), "marker")]
    assert markers_of(tmp_path / "r.csv") == [(0.12, 'a "bird", or, a plane 鸟'), (0.28, "")]
    assert len((tmp_path / "r.csv").read_text().splitlines()) == 11


def test_a_marker_after_the_last_frame_is_on_the_last_frame(tmp_path: Path) -> None:
    """A source is lost, somebody marks that, and stops: without the marker the recording could be removed as old."""
    recording = Recording(tmp_path / "r.mkv", plan())
    for i in range(4):
        recording(entry(i))
    recording.add_marker("seen before")
    recording(entry(4))
    recording.add_marker("the picture is gone")
    recording.add_marker("still gone")
    recording.close()
    assert markers_of(tmp_path / "r.csv") == [
        (0.16, "seen before"),
        (0.16, "the picture is gone"),
        (0.16, "still gone"),
    ]
    assert [row["frame"] for row in rows(tmp_path / "r.csv")] == list("01234")
    assert {row["spot_9"] for row in rows(tmp_path / "r.csv")} == {""}
    with av.open(str(tmp_path / "r.mkv")) as container:
        assert [c["metadata"]["title"] for c in container.chapters()][-2:] == ["the picture is gone", "still gone"]


def test_more_markers_than_a_line_may_have_are_refused_and_none_of_the_others_is_lost(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "r.mkv", plan())
    recording(entry(0))
    for number in range(MOST_MARKERS):
        recording.add_marker(f"{number:03d}" + "x" * 500)
    with pytest.raises(RecordingError, match="wait until pictures come"):
        recording.add_marker("one more")
    for i in range(1, 4):
        recording(entry(i))
    recording.add_marker("the last")
    recording.close()
    assert len(rows(tmp_path / "r.csv")) == 4
    assert [text[:3] for _, text in markers_of(tmp_path / "r.csv")] == [
        *(f"{number:03d}" for number in range(MOST_MARKERS)), "the",
    ]  # fmt: skip
    assert max(map(len, (tmp_path / "r.csv").read_text(encoding="utf-8").splitlines())) < MAX_LINE / 4


def test_frames_that_come_too_fast_are_dropped_counted_and_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion_app.recording.recording.QUEUE_BYTES", 4 * entry(0).bytes)
    recording = Recording(tmp_path / "r.mkv", plan())
    for i in range(400):
        recording(entry(i))
    last = recording.status()
    wait_until(lambda: recording.status().backlog == 0)
    recording(entry(400))
    recording.close()
    found = rows(tmp_path / "r.mkv")
    told = sum(int(m.partition(":")[2]) for row in found for m in row["marks"].split(";") if m.startswith("dropped:"))
    assert last.dropped > 0
    assert told == recording.status().dropped == load_as(Sidecar, tmp_path / "r.yaml").dropped
    assert len(found) + told == 401
    numbers = [int(row["visible_frame"]) for row in found]
    gaps = [later - earlier - 1 for earlier, later in zip([-1, *numbers], numbers, strict=False)]
    assert [f"dropped:{gap}" if gap else "" for gap in gaps] == [row["marks"] for row in found]


def test_nothing_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "r.mkv").write_text("precious")
    recording = Recording(tmp_path / "r.mkv", plan())
    recording(entry(0))
    with pytest.raises(RecordingError, match="exists already"):
        recording.close()
    assert (tmp_path / "r.mkv").read_text() == "precious"


def test_a_line_is_whole_or_absent(tmp_path: Path) -> None:
    log = FrameLog(tmp_path / "r.csv", 0.0, 0.0)
    for i in range(3):
        log.write(entry(i))
        assert (tmp_path / "r.csv").read_bytes().endswith(b"\n")
    log.close()
