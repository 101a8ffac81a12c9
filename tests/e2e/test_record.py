"""Recording without a window, and fusing a recording again."""

import csv
import math
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fusion_app.cli import main
from fusion_app.recording.sidecar import Sidecar
from fusion_app.sources import open_source
from fusion_app.system.yaml_files import load_as
from tests.media import counting_frames, read_back, write_video

ROOT = Path(__file__).resolve().parents[2]
SIZE = (64, 48)
FRAMES = 40


def deep(count: int) -> list[np.ndarray]:
    return [(7000 + 37 * image.astype(np.uint16)) for image in counting_frames(count, SIZE, colour=False)]


@pytest.fixture
def deep_pair(tmp_path: Path) -> tuple[str, str]:
    """A 16 bit infrared file of 10 fps, 8 ms late, and a visible file of 25 fps."""
    ir = write_video(tmp_path / "ir.mkv", deep(FRAMES * 10 // 25), [100 * i for i in range(FRAMES * 10 // 25)])
    vis = write_video(tmp_path / "vis.mkv", counting_frames(FRAMES, SIZE))
    return str(ir), str(vis)


def record(*arguments: object) -> int:
    return main(["record", *map(str, arguments), "--model", "max", "--quiet"])


def only(folder: Path) -> Path:
    (path,) = folder.glob("recording-*.mkv")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.with_suffix(".csv").open(newline="") as file:
        return list(csv.DictReader(file))


def frames_of(uri: str) -> list[tuple[float, np.ndarray]]:
    source = open_source(uri)
    try:
        return [(frame.pts_s, frame.image) for frame in iter(source.read, None)]
    finally:
        source.close()


def test_a_recording_is_as_long_as_asked_and_says_how_it_was_made(tmp_path: Path) -> None:
    sources = ["synthetic:ir?frames=9999&size=64x48", "synthetic:vis?frames=9999&size=64x48"]
    assert record(*sources, "-o", tmp_path / "new" / "folder", "--duration", 1) == 0
    path = only(tmp_path / "new" / "folder")
    with av.open(str(path)) as container:
        last_s = float(rows(path)[-1]["pts_s"])
        assert 0 <= last_s < 1.0  # a busy machine skips frames, maybe the last ones
        assert container.duration == pytest.approx(1e6 * (last_s + 0.05), abs=50_001)
        assert [s.metadata["title"] for s in container.streams] == ["fused", "visible", "ir"]
    facts = load_as(Sidecar, path.with_suffix(".yaml"))
    assert facts.engine.model == "max"
    assert facts.rig.sources.ir == sources[0]
    assert facts.frames == len(rows(path)) == len(read_back(path)[0])


def test_a_recording_ends_with_its_sources(tmp_path: Path, deep_pair: tuple[str, str]) -> None:
    assert record(*deep_pair, "-o", tmp_path / "out", "--tracks", "ir,fused") == 0
    frames = [int(row["visible_frame"]) for row in rows(only(tmp_path / "out"))]
    assert frames == sorted(set(frames))
    assert 0 <= frames[0] <= frames[-1] < FRAMES  # a busy machine skips some


def test_sixteen_bit_infrared_survives_recording_and_fusing_again(tmp_path: Path, deep_pair: tuple[str, str]) -> None:
    assert record(*deep_pair, "-o", tmp_path / "out", "--offset-ms", "8") == 0
    path = only(tmp_path / "out")
    numbers = list(dict.fromkeys(int(row["ir_frame"]) for row in rows(path)))
    again = frames_of(f"{path}#ir")
    original = deep(FRAMES * 10 // 25)
    steps = [0.1 * (number - numbers[0]) for number in numbers]  # a busy machine may begin with a later frame
    assert [pts - again[0][0] for pts, _ in again] == pytest.approx(steps, abs=2e-3)
    assert again[0][0] <= 0.1 * numbers[0] + 0.01
    assert all(np.array_equal(image, original[number]) for (_, image), number in zip(again, numbers, strict=True))
    before = path.read_bytes()
    assert main(["fuse", str(path), "-o", str(tmp_path / "again.mkv"), "--model", "average", "--quiet"]) == 0
    assert read_back(tmp_path / "again.mkv")[0] == pytest.approx(read_back(path)[0], abs=2e-3)
    assert main(["fuse", str(path), "-o", str(path), "--model", "average", "--quiet", "--overwrite"]) == 2
    assert path.read_bytes() == before


def test_fusing_again_gives_what_was_fused(tmp_path: Path, deep_pair: tuple[str, str]) -> None:
    assert record(*deep_pair, "-o", tmp_path / "out") == 0
    path = only(tmp_path / "out")
    assert main(["fuse", str(path), "-o", str(tmp_path / "again"), "--quiet"]) == 0  # the model is that of the rig: max
    recorded = [image for _, image in frames_of(f"{path}#fused")]
    again = [image for _, image in frames_of(str(tmp_path / "again"))]
    assert len(recorded) == len(again)
    assert np.mean([np.abs(a.astype(int) - b).mean() for a, b in zip(recorded, again, strict=True)]) < 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["main.py", "-o", "out.mkv"], "is neither a video nor an image"),
        (
            ["{recording}#bird", "{recording}#visible", "-o", "out.mkv"],
            "it has 1 (h264, fused), 2 (h264, visible), 3 (ffv1, ir)",
        ),
    ],
)
def test_what_is_no_recording_is_said(
    tmp_path: Path, deep_pair: tuple[str, str], capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert record(*deep_pair, "-o", tmp_path / "out", "--duration", "0.2") == 0
    recording = only(tmp_path / "out")
    given = [text.format(recording=recording).replace("out.mkv", str(tmp_path / "o.mkv")) for text in arguments]
    assert main(["fuse", *given, "--quiet"]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_that_cannot_be_recorded_to_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert record("synthetic:ir", "synthetic:vis", "-o", tmp_path / "file") == 2
    error = capsys.readouterr().err.strip()
    assert "cannot be created" in error
    assert "\n" not in error


def test_a_second_signal_is_not_needed_and_an_interrupted_duration_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "main.py", "record", "synthetic:ir?frames=9999", "synthetic:vis?frames=9999"]
    command += ["-o", str(tmp_path), "--model", "max", "--duration", "60", "--quiet"]
    process = subprocess.Popen(command, cwd=ROOT)
    deadline = time.monotonic() + 200
    while not list(tmp_path.glob("*.csv")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.terminate()
    assert process.wait(200) == 130


def add_sound(video: Path, target: Path, codec: str = "aac") -> None:
    """Copy ``video`` to ``target`` with a tone, 48 kHz."""
    with av.open(str(video)) as source, av.open(str(target), "w") as out:
        picture = out.add_stream_from_template(source.streams.video[0])
        sound = out.add_stream(codec, rate=48000, layout="mono")
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = picture
                out.mux(packet)
        tone = np.sin(np.arange(48000 * 2) * 0.05).astype(np.float32)
        kind = "fltp" if codec == "aac" else "u8"
        data = tone if kind == "fltp" else (128 + tone * 100).astype(np.uint8)
        for start in range(0, len(data), 1024):
            frame = av.AudioFrame.from_ndarray(data[None, start : start + 1024], format=kind, layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
            out.mux(sound.encode(frame))
        out.mux(sound.encode(None))


def sound_of(path: Path) -> list[tuple[float, bytes]]:
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(container.streams.audio) if p.size]
        return [(float(p.pts * p.time_base), bytes(p)) for p in packets]


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize("start", [0.0, 0.5])
def test_sound_is_copied_and_stays_in_step(
    tmp_path: Path, deep_pair: tuple[str, str], suffix: str, start: float
) -> None:
    vis, out = tmp_path / "sound.mkv", tmp_path / f"out{suffix}"
    add_sound(Path(deep_pair[1]), vis)
    sources = [deep_pair[0], str(vis)]
    assert main(["fuse", *sources, "-o", str(out), "--start", str(start), "--model", "max", "--quiet"]) == 0
    original = {data: time_s for time_s, data in sound_of(vis)}
    copied = sound_of(out)
    assert copied[0][0] < 0.03
    assert copied[-1][0] == pytest.approx(FRAMES / 25 - start, abs=0.05)
    late = [time_s - (original[data] - start) for time_s, data in copied[2:]]
    assert late == pytest.approx([0.0] * len(late), abs=2e-3)
    assert len(read_back(out)[0]) == FRAMES - math.ceil(start * 25)


def test_without_sound_nothing_is_missed(tmp_path: Path, deep_pair: tuple[str, str]) -> None:
    out = tmp_path / "out.mkv"
    assert main(["fuse", *deep_pair, "-o", str(out), "--model", "max", "--quiet"]) == 0
    with av.open(str(out)) as container:
        assert not container.streams.audio


def test_the_demo_is_recorded_as_long_as_asked_though_it_is_shorter(tmp_path: Path) -> None:
    demo = ("synthetic:ir?frames=20&size=64x48", "synthetic:vis?frames=20&size=64x48")  # one second
    assert record(*demo, "-o", tmp_path, "--duration", "2.5") == 0
    assert 1.0 < frames_of(f"{only(tmp_path)}#visible")[-1][0] < 2.5  # a busy machine may skip the last ones


def test_files_that_end_before_the_duration_is_over_are_told(
    tmp_path: Path, deep_pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert record(*deep_pair, "-o", tmp_path / "out", "--duration", "60") == 1
    assert "the sources ended after 1.6 s of the 60 s to be recorded" in capsys.readouterr().err
    assert frames_of(f"{only(tmp_path / 'out')}#visible")
