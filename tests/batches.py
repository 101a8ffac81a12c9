"""Clips for batches, batches as processes, and what is in their results, read by nothing of the application."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.media import Array, counting_frames, write_images, write_video

ROOT = Path(__file__).resolve().parents[1]
SIZE = (64, 48)


def warm_counts(count: int, size: tuple[int, int] = SIZE) -> list[Array]:
    """16 bit infrared whose scene drifts and jumps: the AGC never comes to rest."""
    width, height = size
    found: list[Array] = []
    for index in range(count):
        image = np.tile(np.linspace(29000, 30500, width), (height, 1)) + 6 * index + 400 * (index // 60 % 2)
        x = (index * 2) % (width - 10)
        image[10:20, x : x + 10] += 1500
        found.append(image.astype(np.uint16))
    return found


def flickering_grey(count: int, size: tuple[int, int] = SIZE) -> list[Array]:
    """8 bit infrared whose camera changes its gain by itself."""
    frames = counting_frames(count, size, colour=False)
    return [
        np.clip(frame * (1.0 if index // 35 % 2 else 0.8) + 10, 0, 255).astype(np.uint8)
        for index, frame in enumerate(frames)
    ]


def write_pair(folder: Path, name: str, count: int, *, deep: bool = True, codec: str = "ffv1") -> None:
    """Write a pair of ``count`` visible frames at uneven times; infrared comes at 9 frames a second."""
    for side in ("ir", "vis"):
        (folder / side).mkdir(parents=True, exist_ok=True)
    times = [40 * index + (7 if index % 3 else 0) for index in range(count)]
    slow = [111 * index for index in range(max(1, round(count * 40 / 111)))]
    write_video(folder / "vis" / f"{name}.mkv", counting_frames(count, SIZE), times, codec)
    infrared = warm_counts(len(slow)) if deep else flickering_grey(len(slow))
    write_video(folder / "ir" / f"{name}.mkv", infrared, slow)


def add_sound(path: Path, seconds: float) -> None:
    """Give a video a sound track that becomes louder all the time, and two chapters."""
    silent = path.with_name(f"silent-{path.name}")
    path.rename(silent)
    rate = 16000
    ramp = (np.linspace(-20000, 20000, round(rate * seconds))).astype(np.int16)[None]
    with av.open(str(silent)) as source, av.open(str(path), "w") as target:
        video = target.add_stream_from_template(source.streams.video[0])
        sound = target.add_stream("pcm_s16le", rate=rate)
        sound.codec_context.layout = "mono"
        packets = []
        for begin in range(0, ramp.shape[1], 1600):
            frame = av.AudioFrame.from_ndarray(ramp[:, begin : begin + 1600].copy(), format="s16", layout="mono")
            frame.rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
            packets += sound.encode(frame)
        packets += sound.encode(None)
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = video
                packets.append(packet)
        for packet in sorted(packets, key=lambda one: float(one.pts * one.time_base)):
            target.mux(packet)
        base = Fraction(1, 1000)
        chapters = [
            {"id": n, "start": n * 1500, "end": n * 1500 + 1500, "time_base": base, "metadata": {"title": f"c{n}"}}
            for n in (1, 2)
        ]
        target.set_chapters(chapters)  # type: ignore[arg-type]
    silent.unlink()


def write_image_pair(folder: Path, count: int) -> None:
    names = [f"{index:03d}.png" for index in range(count)]
    write_images(folder / "ir", names, counting_frames(count, SIZE, colour=False))
    write_images(folder / "vis", names, counting_frames(count, SIZE))


def lossless_rig(path: Path, **thermal: object) -> Path:
    """A rig whose results hold the fused pixels as they are, so that one level of difference shows."""
    lines = "".join(f"  {name}: {json.dumps(value)}\n" for name, value in thermal.items())
    path.write_text("recording:\n  quality: 0\n" + (f"thermal:\n{lines}" if lines else ""))
    return path


def shown(path: Path) -> tuple[list[float], list[Array]]:
    """Return times and pictures of a video as its decoder gives them, without conversion."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return [float(frame.pts * frame.time_base) for frame in frames], [frame.to_ndarray() for frame in frames]


def assert_same_video(one: Path, other: Path) -> int:
    """Check that two videos show the same pixels at the same times; return how many frames they have."""
    (times, frames), (expected_times, expected) = shown(one), shown(other)
    assert times == expected_times
    for index, (frame, wanted) in enumerate(zip(frames, expected, strict=True)):
        assert np.array_equal(frame, wanted), f"frame {index} at {times[index]:.3f} s differs"
    return len(frames)


def start(*arguments: object) -> "subprocess.Popen[str]":
    """Start ``batch`` as a process."""
    model = () if "--join" in arguments else ("--model", "max")
    command = [sys.executable, str(ROOT / "main.py"), "batch", *map(str, arguments), *model, "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def kill(process: "subprocess.Popen[str]") -> None:
    """Kill a process as a power cut does: it learns nothing of it."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.communicate()


TRIES = 8
"""A test that is kept waiting may find a batch over that it wanted to disturb; then another one is begun."""


def begun(output: Path, *asked: object, segments: int = 1) -> "subprocess.Popen[str]":
    """Start ``batch``; return its process, which has noted so many segments and is still at work."""
    for _ in range(TRIES):
        process = start(*asked, "-o", output)
        wait_for_segments(output, segments, [process])
        if process.poll() is None:
            return process
        process.communicate()
        shutil.rmtree(output)
    raise AssertionError("each time it was over before it was looked at")


def ended_amid(output: Path, ending: signal.Signals, *asked: object, segments: int = 1) -> int:
    """End ``batch`` by a signal behind so many segments, before it is done; return its exit code."""
    for _ in range(TRIES):
        process = begun(output, *asked, segments=segments)
        process.send_signal(ending)
        process.communicate(timeout=200)
        if process.returncode != 0:
            return process.returncode
        shutil.rmtree(output)
    raise AssertionError("each time it was over before it could be ended")


def noted(output: Path) -> list[dict[str, object]]:
    """Return what all processes have noted of finished segments, one process after the other, half lines left out."""
    found = []
    journals = (output / ".batch" / "journal").glob("*.jsonl")
    for path in sorted(journals, key=lambda one: one.stat().st_mtime_ns):
        for line in path.read_bytes().split(b"\n")[:-1]:
            values = json.loads(line)
            found += [values] if "segment" in values else []
    return found


def finished(output: Path) -> set[str]:
    """Return the names of the segments that are finished and not joined yet."""
    videos = (output / ".batch" / "jobs").glob("*/*.mkv")
    return {path.stem for path in videos if path.name[0].isdecimal() and ".partial" not in path.name}


def wait_for_segments(output: Path, count: int, processes: Sequence["subprocess.Popen[str]"]) -> None:
    """Wait until so many segments are noted, or a process has ended."""
    deadline = time.monotonic() + 600  # the limit of the test itself ends it sooner
    while len(noted(output)) < count and all(one.poll() is None for one in processes):
        assert time.monotonic() < deadline, "the batch does not get on"
        time.sleep(0.01)
