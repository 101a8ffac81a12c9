"""The visible track of a recording is what its source sent, packet by packet, and every part of it can be decoded."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from fusion_app.frames import Frame, FramePair, FusedFrame
from fusion_app.pairing.base import PairingPolicy
from fusion_app.pairing.replay import RecordedPairs
from fusion_app.recording import About, EngineFacts, Entry, PreRoll, Recording, entry_of
from fusion_app.recording.packets import PacketFollower
from fusion_app.recording.part import PartPlan
from fusion_app.recording.reading import lines_of_parts, parts_of
from fusion_app.recording.sidecar import Sidecar
from fusion_app.settings import RecordingSettings, Settings
from fusion_app.sources.base import Reading
from fusion_app.sources.recorded_parts import PartsSource
from fusion_app.sources.video_file import VideoFileSource
from fusion_app.system.yaml_files import load_as
from tests.media import counting_frames

COUNT, GOP, FPS = 75, 10, 25
GREY = counting_frames(COUNT, (64, 48), colour=False)
FILES = (".mp4", ".mkv", ".ts")
CAMERAS = [*((codec, file) for codec in ("libx264", "libx265") for file in FILES), ("mjpeg", ".mp4"), ("mjpeg", ".mkv")]
ENGINE = EngineFacts("max", "max · CPU", "", "cpu", "")


def write_camera(
    path: Path, codec: str = "libx264", count: int = COUNT, size: tuple[int, int] = (64, 48), bf: int = 0
) -> Path:
    """Write what a camera sends: a key frame each `GOP` frames; ``bf`` B frames between two others."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=FPS)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        context = stream.codec_context
        context.gop_size, context.max_b_frames = GOP, bf
        context.options = {
            "libx264": {"sc_threshold": "0", "bf": str(bf)},
            "libx265": {"x265-params": f"bframes={bf}:keyint={GOP}:min-keyint={GOP}:scenecut=0:log-level=none"},
        }.get(codec, {})
        for image in counting_frames(count, size):
            container.mux(stream.encode(VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")))
        container.mux(stream.encode(None))
    return path


def frames_of(path: Path) -> list[Frame]:
    with closing(VideoFileSource(path, reading=Reading(planes=True, coded=True))) as source:
        return list(iter(source.read, None))


def plan(**settings: object) -> PartPlan:
    chosen = replace(RecordingSettings(), warn_free_mb=0, stop_free_mb=0, **settings)  # type: ignore[arg-type]
    return PartPlan(chosen, About(ENGINE, Settings(recording=chosen)))


def entries(frames: Sequence[Frame], settings: RecordingSettings) -> Iterator[Entry]:
    follow = PacketFollower()
    for vis in frames:
        ir = Frame(GREY[vis.index % COUNT], vis.pts_s, vis.index)
        fused = follow(FusedFrame(vis.picture, FramePair(ir, vis), ir.image), settings)
        yield entry_of(fused, 1 / FPS, 1 / FPS, is_live=False)


def record(
    path: Path, frames: Sequence[Frame], how: PartPlan, before: Sequence[Frame] = (), splits: Sequence[int] = ()
) -> list[Path]:
    """Record ``frames``, after a pre-roll of ``before``; a part is asked for at those of the numbers ``splits``."""
    found = list(entries([*before, *frames], how.settings))
    preroll = PreRoll(how.settings)
    for entry in found[: len(before)]:
        preroll.keep(entry)
    recording = Recording(path, how, preroll if before else None)
    for entry in found[len(before) :]:
        if entry.fused.pair.vis.index in splits:
            recording.split()
        recording(entry)
    recording.close()
    preroll.abandon()
    return sorted(path.parent.glob(f"{path.stem}*.mkv"), key=lambda part: (len(part.stem), part.stem))


def packets_of(path: Path, title: str = "") -> list[bytes]:
    with av.open(str(path)) as container:
        number = [stream.metadata.get("title", "") for stream in container.streams.video].index(title) if title else 0
        return [bytes(packet) for packet in container.demux(video=number) if packet.size]


def decoded(path: Path, title: str = "") -> list[tuple[float, np.ndarray]]:
    """Return time and luma of every frame of a track, read by nothing of the application."""
    with av.open(str(path)) as container:
        number = [stream.metadata.get("title", "") for stream in container.streams.video].index(title) if title else 0
        found = list(container.decode(video=number))
    return [(float(one.pts * one.time_base), one.to_ndarray()[: one.height]) for one in found]


@pytest.mark.parametrize(("codec", "suffix"), CAMERAS)
def test_packets_are_copied_from_the_key_frame_before_the_start_on(tmp_path: Path, codec: str, suffix: str) -> None:
    camera = write_camera(tmp_path / f"vis{suffix}", codec)
    frames = frames_of(camera)
    start = 17
    (path,) = record(tmp_path / "r.mkv", frames[start:], plan())
    first = start if codec == "mjpeg" else start // GOP * GOP
    ours, theirs = decoded(path, "visible"), decoded(camera)
    assert len(ours) == COUNT - first
    for (_, one), (_, other) in zip(ours, theirs[first:], strict=True):
        assert np.array_equal(one, other)
    if suffix != ".ts":  # its start codes become lengths in Matroska
        assert packets_of(path, "visible") == packets_of(camera)[first:]
    fused = decoded(path, "fused")
    assert len(fused) == COUNT - start
    assert fused[0][0] == pytest.approx((start - first) / FPS, abs=0.002)
    assert [time_s for time_s, _ in ours] == pytest.approx([i / FPS for i in range(COUNT - first)], abs=0.002)
    sidecar = load_as(Sidecar, path.with_suffix(".yaml"))
    assert "copied as it came" in sidecar.visible
    assert "missing" not in sidecar.visible


def test_frames_that_nobody_fused_are_in_the_visible_track_too(tmp_path: Path) -> None:
    frames = frames_of(write_camera(tmp_path / "vis.mp4"))
    (path,) = record(tmp_path / "r.mkv", [frame for frame in frames[:-1] if frame.index % 3] + frames[-1:], plan())
    assert packets_of(path, "visible") == packets_of(tmp_path / "vis.mp4")


def test_parts_begin_with_key_frames_and_together_hold_every_packet(tmp_path: Path) -> None:
    frames = frames_of(write_camera(tmp_path / "vis.mp4"))
    parts = record(tmp_path / "r.mkv", frames, plan(), splits=(23, 50))
    assert len(parts) == 3
    assert [packet for part in parts for packet in packets_of(part, "visible")] == packets_of(tmp_path / "vis.mp4")
    assert [len(decoded(part, "visible")) for part in parts] == [30, 20, 25]
    assert [len(decoded(part, "fused")) for part in parts] == [30, 20, 25]
    assert load_as(Sidecar, parts[1].with_suffix(".yaml")).began_s == pytest.approx(30 / FPS, abs=0.001)


def test_a_preroll_begins_with_a_key_frame_and_no_packet_comes_twice(tmp_path: Path) -> None:
    frames = frames_of(write_camera(tmp_path / "vis.mp4"))
    (path,) = record(tmp_path / "r.mkv", frames[60:], plan(preroll_s=1.0), before=frames[:60])
    ours, all_of_them = packets_of(path, "visible"), packets_of(tmp_path / "vis.mp4")
    assert ours == all_of_them[-len(ours) :]
    assert (COUNT - len(ours)) % GOP == 0
    assert len(decoded(path, "visible")) == len(ours)
    fused, lines = decoded(path, "fused"), path.with_suffix(".csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(fused) == len(lines)
    assert 15 + FPS <= len(fused) <= len(ours)
    begins = COUNT - len(ours)
    for (time_s, _), line in zip(fused, lines, strict=True):
        assert time_s == pytest.approx((int(line.split(",")[5]) - begins) / FPS, abs=0.002)
        assert float(line.split(",")[1]) == pytest.approx(time_s, abs=0.002)


def test_a_recording_with_copies_is_read_again_frame_by_frame(tmp_path: Path) -> None:
    frames = frames_of(write_camera(tmp_path / "vis.mp4"))
    path = record(tmp_path / "r.mkv", frames[17:], plan(), splits=(41,))[0]
    parts = parts_of(path)
    lines = lines_of_parts(parts)
    assert lines is not None
    ir, vis = PartsSource(parts, "ir"), PartsSource(parts, "visible")
    pairs = RecordedPairs(ir, vis, lines, PairingPolicy.for_periods(1 / FPS, 1 / FPS))
    found = list(iter(pairs.read, None))
    assert [pair.vis.index for pair in found] == list(range(17, COUNT))
    for pair, frame in zip(found, frames[17:], strict=True):
        assert np.array_equal(pair.vis.image, frame.image)
    assert pairs.counts.dropped == 0
    ir.close()
    vis.close()


@pytest.mark.parametrize(
    ("bf", "settings", "word"),
    [(2, {}, "B frames"), (0, {"visible": "encode"}, "as the settings say")],
)
def test_what_cannot_or_shall_not_be_copied_is_encoded_and_told(
    tmp_path: Path, bf: int, settings: dict[str, object], word: str
) -> None:
    frames = frames_of(write_camera(tmp_path / "vis.mp4", bf=bf))
    (path,) = record(tmp_path / "r.mkv", frames, plan(**settings))
    assert len(decoded(path, "visible")) == COUNT
    told = load_as(Sidecar, path.with_suffix(".yaml")).visible
    assert told.startswith("encoded")
    assert word in told


def test_where_packets_end_the_next_part_is_encoded_and_no_frame_is_lost(tmp_path: Path) -> None:
    frames = frames_of(write_camera(tmp_path / "vis.mp4"))
    bare = [replace(frame, coded=()) if frame.index >= 40 else frame for frame in frames]
    parts = record(tmp_path / "r.mkv", bare, plan())
    assert [len(decoded(part, "visible")) for part in parts] == [40, COUNT - 40]
    told = [load_as(Sidecar, part.with_suffix(".yaml")).visible for part in parts]
    assert "copied" in told[0]
    assert told[1].startswith("encoded")


def test_behind_a_gap_the_track_goes_on_with_a_key_frame_and_the_loss_is_told(tmp_path: Path) -> None:
    """Frames that the recorder had no room for take their packets with them."""
    frames = frames_of(write_camera(tmp_path / "vis.mp4"))
    how = plan()
    recording = Recording(tmp_path / "r.mkv", how)
    for entry in entries(frames, how.settings):
        if not 14 <= entry.fused.pair.vis.index < 17:
            recording(entry)
    recording.close()
    ours, theirs = packets_of(tmp_path / "r.mkv", "visible"), packets_of(tmp_path / "vis.mp4")
    assert ours == theirs[:14] + theirs[20:]
    assert len(decoded(tmp_path / "r.mkv", "visible")) == len(ours)
    assert "3 visible frames are missing" in load_as(Sidecar, tmp_path / "r.yaml").visible


def test_another_stream_begins_a_part(tmp_path: Path) -> None:
    small = frames_of(write_camera(tmp_path / "small.mp4", count=20))
    large = frames_of(write_camera(tmp_path / "large.mp4", count=20, size=(96, 64)))
    later = [replace(frame, pts_s=frame.pts_s + 20 / FPS, index=frame.index + 20) for frame in large]
    parts = record(tmp_path / "r.mkv", [*small, *later], plan())
    assert [packets_of(part, "visible") for part in parts] == [
        packets_of(tmp_path / "small.mp4"),
        packets_of(tmp_path / "large.mp4"),
    ]


def test_a_source_keeps_no_more_packets_than_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the key frame is forgotten the track begins with the next one."""
    monkeypatch.setattr("fusion_app.frames.coded.MOST_PACKETS", 5)
    frames = frames_of(write_camera(tmp_path / "vis.mp4"))
    assert frames[-1].coded[0].stream.between(-1, COUNT) == tuple(frame.coded[0] for frame in frames[-5:])
    (path,) = record(tmp_path / "r.mkv", frames[-5:], plan())
    assert len(decoded(path, "fused")) == 5
