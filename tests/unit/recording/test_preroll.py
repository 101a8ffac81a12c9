"""What was seen before Record was pressed: how much is kept, and that a recording with it is like any other."""

import csv
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.recording import About, EngineFacts, Entry, PreRoll, Recording, entry_of
from fusion_app.recording.clips import Clip
from fusion_app.recording.part import PartPlan
from fusion_app.recording.sidecar import Sidecar
from fusion_app.settings import RecordingSettings, Settings
from fusion_app.system.yaml_files import load_as
from fusion_app.writers.memory import MemoryVideo
from tests.media import counting_frames

SIZE = (64, 48)
FPS = 25
COLOUR = counting_frames(60, SIZE)
GREY = counting_frames(60, SIZE, colour=False)
DEEP = [(7000 + 3 * image.astype(np.uint16)) for image in GREY]
ENGINE = EngineFacts("max", "max · CPU", "", "cpu", "")
TWO_S = RecordingSettings(preroll_s=2.0, warn_free_mb=0, stop_free_mb=0)


def plan(settings: RecordingSettings = TWO_S) -> PartPlan:
    return PartPlan(settings, About(ENGINE, Settings(recording=settings)))


def entry(index: int, ir: Sequence[np.ndarray] = GREY, ir_index: int | None = None, **pair: object) -> Entry:
    number = index if ir_index is None else ir_index
    ir_frame = Frame(ir[number % len(ir)], number / FPS - 0.004, number)
    vis_frame = Frame(COLOUR[index % 60], index / FPS, index)
    fused = FusedFrame(COLOUR[-index % 60], FramePair(ir_frame, vis_frame, **pair), ir_frame.image)  # type: ignore[arg-type]
    return entry_of(fused, 1 / FPS, 1 / FPS, is_live=False)


@pytest.fixture
def keep() -> Iterator[Callable[..., PreRoll]]:
    """Make a pre-roll that has seen entries, all of them encoded."""
    made: list[PreRoll] = []

    def make(entries: Sequence[Entry], settings: RecordingSettings = TWO_S, **options: int) -> PreRoll:
        preroll = PreRoll(settings, **options)
        made.append(preroll)
        for item in entries:
            preroll.keep(item)
            while preroll.fullness:
                time.sleep(0.001)
        return preroll

    yield make
    for preroll in made:
        preroll.abandon()


def indices(preroll: PreRoll) -> list[int]:
    return [line.fused.pair.vis.index for clip in preroll.take() for line in clip.lines]


def rows(path: Path) -> list[dict[str, str]]:
    with path.with_suffix(".csv").open(newline="") as file:
        return list(csv.DictReader(file))


def tracks(path: Path) -> dict[str, list[tuple[float, np.ndarray]]]:
    """Read each track by its title with nothing of the application; a packet that is no frame is an error."""
    found = {}
    with av.open(str(path)) as container:
        titles = [stream.metadata["title"] for stream in container.streams.video]
    for number, title in enumerate(titles):
        with av.open(str(path)) as container:
            packets = sum(bool(packet.size) for packet in container.demux(video=number))
        with av.open(str(path)) as container:
            frames = list(container.decode(video=number))
        assert len(frames) == packets
        kind = "gray16le" if frames[0].format.name == "gray16le" else "bgr24"
        found[title] = [(float(f.pts * f.time_base), f.to_ndarray(format=kind)) for f in frames]
        assert all(a < b for a, b in pairwise(time_s for time_s, _ in found[title]))
    return found


def record(path: Path, before: PreRoll | None, after: Sequence[Entry], how: PartPlan | None = None) -> Recording:
    recording = Recording(path, how or plan(), before)
    for item in after:
        recording(item)
    recording.close()
    return recording


def error_of(found: Sequence[tuple[float, np.ndarray]], sent: Sequence[np.ndarray]) -> float:
    return float(np.mean([np.abs(a.astype(int) - b).mean() for (_, a), b in zip(found, sent, strict=True)]))


def test_what_is_asked_for_is_kept_and_at_most_a_second_more(keep: Callable[..., PreRoll]) -> None:
    preroll = keep([entry(i) for i in range(200)])
    assert 2.0 <= preroll.status().seconds <= 3.0
    found = indices(preroll)
    assert found == list(range(found[0], 200))
    assert 50 <= len(found) <= 76


def test_memory_is_bounded_and_what_it_takes_is_told(keep: Callable[..., PreRoll]) -> None:
    noise = list(np.random.default_rng(0).integers(0, 65535, (50, 48, 64), np.uint16))
    preroll = keep([entry(i, noise) for i in range(200)], replace(TWO_S, preroll_s=60.0), capacity=500_000)
    status = preroll.status()
    assert status.size <= 500_000
    assert 0.5 <= status.seconds < 5.0 < status.asked_s
    found = indices(preroll)
    assert found == list(range(found[0], 200))


def test_without_a_wish_nothing_is_kept_and_no_thread_is_begun() -> None:
    before = threading.active_count()
    preroll = PreRoll(RecordingSettings())
    preroll.keep(entry(0))
    assert threading.active_count() == before
    assert preroll.take() == []


def test_what_came_before_a_long_silence_is_left_out(keep: Callable[..., PreRoll]) -> None:
    old = [replace(entry(i), wall_s=time.time() - 60.0) for i in range(30)]
    assert indices(keep([*old, *(entry(i) for i in range(30, 40))])) == list(range(30, 40))


@pytest.mark.parametrize("ir", [GREY, DEEP], ids=["8 bit", "16 bit"])
def test_pre_roll_and_recording_are_one_file_without_a_seam(
    tmp_path: Path, keep: Callable[..., PreRoll], ir: Sequence[np.ndarray]
) -> None:
    before, after = [entry(i, ir) for i in range(130)], [entry(i, ir) for i in range(130, 160)]
    recording = record(tmp_path / "r.mkv", keep(before), after)
    numbers = [int(row["visible_frame"]) for row in rows(tmp_path / "r.mkv")]
    first = numbers[0]
    assert numbers == list(range(first, 160))
    assert first <= 80
    assert recording.status().written == len(numbers) == load_as(Sidecar, tmp_path / "r.yaml").frames
    assert recording.status().seconds == pytest.approx(len(numbers) / FPS)
    found = tracks(tmp_path / "r.mkv")
    for name in ("fused", "visible"):
        assert [t for t, _ in found[name]] == pytest.approx([i / FPS for i in range(len(numbers))], abs=1e-3)
    assert [t for t, _ in found["ir"]][1:] == pytest.approx([i / FPS - 0.004 for i in range(1, 160 - first)], abs=1e-3)
    if ir is DEEP:
        assert all(np.array_equal(image, DEEP[i % 60]) for i, (_, image) in zip(numbers, found["ir"], strict=True))
    assert not list(tmp_path.glob("r-002*"))


def test_the_pre_roll_is_as_good_as_an_ordinary_recording(tmp_path: Path, keep: Callable[..., PreRoll]) -> None:
    rng = np.random.default_rng(1)
    hard = [cv_noise(image, rng) for image in COLOUR]
    items = [with_visible(entry(i), hard[i % 60]) for i in range(130)]
    record(tmp_path / "before.mkv", keep(items), [])
    numbers = [int(row["visible_frame"]) for row in rows(tmp_path / "before.mkv")]
    record(tmp_path / "ordinary.mkv", None, items[numbers[0] :])
    sent = [hard[i % 60] for i in numbers]
    ours, ordinary = (error_of(tracks(tmp_path / f"{name}.mkv")["visible"], sent) for name in ("before", "ordinary"))
    assert ours <= ordinary * 1.02
    sizes = [(tmp_path / f"{name}.mkv").stat().st_size for name in ("before", "ordinary")]
    assert sizes[0] <= sizes[1] * 1.1


def cv_noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip(image.astype(int) + rng.integers(-20, 20, image.shape), 0, 255).astype(np.uint8)


def with_visible(item: Entry, image: np.ndarray) -> Entry:
    pair = item.fused.pair
    return replace(item, fused=replace(item.fused, pair=replace(pair, vis=replace(pair.vis, picture=image))))


def test_a_slow_camera_has_each_frame_once_though_every_clip_begins_with_one(
    tmp_path: Path, keep: Callable[..., PreRoll]
) -> None:
    items = [entry(i, DEEP, ir_index=i // 10 * 10) for i in range(160)]
    record(tmp_path / "r.mkv", keep(items[:130]), items[130:])
    found = rows(tmp_path / "r.mkv")
    numbers = sorted({int(row["ir_frame"]) for row in found})
    infrared = tracks(tmp_path / "r.mkv")["ir"]
    assert len(infrared) == len(numbers)
    assert all(np.array_equal(image, DEEP[i % 60]) for i, (_, image) in zip(numbers, infrared, strict=True))


def test_a_camera_that_was_lost_all_the_while_is_there_with_its_last_frame(
    tmp_path: Path, keep: Callable[..., PreRoll]
) -> None:
    items = [entry(i, DEEP, ir_index=min(i, 3), lost="ir" if i > 3 else "") for i in range(140)]
    record(tmp_path / "r.mkv", keep(items[:130]), items[130:])
    ((time_s, image),) = tracks(tmp_path / "r.mkv")["ir"]
    assert time_s == 0.0
    assert np.array_equal(image, DEEP[3])
    assert {row["marks"] for row in rows(tmp_path / "r.mkv")} == {"lost:ir"}


def test_pictures_of_another_depth_begin_a_part_in_the_pre_roll_too(
    tmp_path: Path, keep: Callable[..., PreRoll]
) -> None:
    items = [*(entry(i) for i in range(20)), *(entry(i, DEEP) for i in range(20, 60))]
    record(tmp_path / "r.mkv", keep(items[:40]), items[40:])
    first, second = tracks(tmp_path / "r.mkv"), tracks(tmp_path / "r-002.mkv")
    assert (len(first["fused"]), len(second["fused"])) == (20, 40)
    assert all(np.array_equal(image, DEEP[i]) for i, (_, image) in enumerate(second["ir"], 20))
    assert load_as(Sidecar, tmp_path / "r-002.yaml").began_s == pytest.approx(0.8)


def test_settings_that_changed_meanwhile_begin_a_part_and_lose_nothing(
    tmp_path: Path, keep: Callable[..., PreRoll]
) -> None:
    preroll = keep([entry(i) for i in range(20)])
    record(tmp_path / "r.mkv", preroll, [entry(i) for i in range(20, 30)], plan(replace(TWO_S, tracks=("fused",))))
    assert {name: len(found) for name, found in tracks(tmp_path / "r.mkv").items()} == dict.fromkeys(
        ("fused", "visible", "ir"), 20
    )
    assert {name: len(found) for name, found in tracks(tmp_path / "r-002.mkv").items()} == {"fused": 10}


def test_only_the_chosen_tracks_are_kept(tmp_path: Path, keep: Callable[..., PreRoll]) -> None:
    how = replace(TWO_S, tracks=("ir", "fused"))
    record(tmp_path / "r.mkv", keep([entry(i) for i in range(10)], how), [entry(10)], plan(how))
    assert list(tracks(tmp_path / "r.mkv")) == ["fused", "ir"]


def test_frames_that_cannot_be_encoded_in_time_are_counted_and_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion_app.recording.preroll.WAITING", 3 * entry(0).bytes)
    preroll = PreRoll(replace(TWO_S, preroll_s=60.0))
    for i in range(300):
        preroll.keep(entry(i))
    dropped = preroll.status().dropped
    assert dropped > 0
    while preroll.fullness:
        time.sleep(0.001)
    preroll.keep(entry(300))
    recording = record(tmp_path / "r.mkv", preroll, [entry(301)])
    told = [m for row in rows(tmp_path / "r.mkv") for m in row["marks"].split(";") if m.startswith("dropped:")]
    assert sum(int(mark.partition(":")[2]) for mark in told) == dropped == recording.status().dropped
    assert len(rows(tmp_path / "r.mkv")) + dropped == 302
    assert load_as(Sidecar, tmp_path / "r.yaml").dropped == dropped


def test_an_encoder_that_fails_is_told_and_the_recording_begins_without(
    tmp_path: Path, keep: Callable[..., PreRoll]
) -> None:
    preroll = keep([])
    huge = np.zeros((1, 40_000, 3), np.uint8)  # wider than H.264 can be
    item = entry(0)
    preroll.keep(replace(item, fused=replace(item.fused, picture=huge)))
    deadline = time.monotonic() + 60
    while not preroll.status().failure:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    record(tmp_path / "r.mkv", preroll, [entry(i) for i in range(1, 5)])
    assert len(rows(tmp_path / "r.mkv")) == 4


def test_a_pause_before_the_first_frame_is_cut_out_behind_the_pre_roll(
    tmp_path: Path, keep: Callable[..., PreRoll]
) -> None:
    recording = Recording(tmp_path / "r.mkv", plan(), keep([entry(i) for i in range(10)]))
    recording.pause()
    recording(entry(10))
    recording.resume()
    recording(entry(60))
    recording.close()
    assert [float(row["pts_s"]) for row in rows(tmp_path / "r.mkv")] == pytest.approx([i / FPS for i in range(11)])


class Slow(PreRoll):
    """A pre-roll that takes its time to be handed over."""

    def __init__(self, settings: RecordingSettings) -> None:
        super().__init__(settings)
        self.asked, self.may = threading.Event(), threading.Event()

    def take(self) -> list[Clip]:
        self.asked.set()
        assert self.may.wait(60)
        return super().take()


def test_nothing_waits_and_nothing_is_dropped_while_the_pre_roll_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion_app.recording.recording.QUEUE_BYTES", 3 * entry(0).bytes)
    preroll = Slow(TWO_S)
    preroll.keep(entry(0))
    recording = Recording(tmp_path / "r.mkv", plan(), preroll)
    assert preroll.asked.wait(60)
    for i in range(1, 300):  # more than its queue holds, as many as the memory for a pre-roll
        recording(entry(i))
    assert recording.status().written == 0
    preroll.may.set()
    recording.close()
    assert [int(row["visible_frame"]) for row in rows(tmp_path / "r.mkv")] == list(range(300))


def test_the_pre_roll_is_on_disk_before_a_frame_comes(tmp_path: Path, keep: Callable[..., PreRoll]) -> None:
    recording = Recording(tmp_path / "r.mkv", plan(), keep([entry(i) for i in range(20)]))
    deadline = time.monotonic() + 60
    while recording.status().written < 20:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    with av.open(str(tmp_path / "r.mkv")) as container:  # as a kill would leave it
        assert len(list(container.decode(video=0))) >= 12
    recording.close()


def test_a_rate_that_was_measured_late_is_what_players_are_told(tmp_path: Path, keep: Callable[..., PreRoll]) -> None:
    items = [
        replace(entry(i, DEEP), period_s=0.04 if i < 10 else 1 / 60, ir_period_s=0.04 if i < 10 else 1 / 9)
        for i in range(30)
    ]
    record(tmp_path / "r.mkv", keep(items[:20]), items[20:])
    with av.open(str(tmp_path / "r.mkv")) as container:
        assert [float(stream.average_rate) for stream in container.streams.video] == pytest.approx(
            [60, 60, 9], rel=0.01
        )
    found = tracks(tmp_path / "r.mkv")
    assert all(np.array_equal(image, DEEP[i]) for i, (_, image) in enumerate(found["ir"]))
    for time_s, image in found["visible"]:  # every packet is decoded with the header of the other encoder
        assert np.abs(image.astype(int) - COLOUR[round(time_s * FPS)]).mean() < 6
    assert {len(frames) for frames in found.values()} == {30}
    assert not (tmp_path / "r-002.mkv").exists()


def test_memory_and_file_have_the_same_encoder(tmp_path: Path, keep: Callable[..., PreRoll]) -> None:
    """What is in the header of a file must fit the packets of another encoder with the same settings."""
    made: list[MemoryVideo] = []
    for items in ([entry(i, DEEP) for i in range(3)], [entry(i, DEEP) for i in range(3)]):
        preroll = keep(items)
        made += [clip.video for clip in preroll.take()]
    one, other = ({name: t.stream.codec_context.extradata for name, t in video.tracks.items()} for video in made)
    assert one == other
    assert all(one.values())
