"""The sound of other people's files: copied, encoded anew or left out, always told, never the end of the job."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from fusion_app.cli import main
from tests.media import read_back
from tests.odd_videos import Recipe, add_track, encode_coded, mark, write_coded

FRAMES = 50
RATE = 48000
TONE_S = 1.0
VIDEO = Recipe(count=FRAMES)


def tone(rate: int, seconds: float = FRAMES / 25, begin_s: float = TONE_S) -> np.ndarray:
    """Silence, then 440 Hz from ``begin_s`` on; int16."""
    time = np.arange(round(rate * seconds)) / rate
    return (12000 * np.sin(2 * np.pi * 440 * time) * (time >= begin_s)).astype(np.int16)


def add_sound(container: av.container.OutputContainer, codec: str, rate: int = RATE) -> av.audio.stream.AudioStream:
    stream = container.add_stream(codec, rate=rate)
    stream.codec_context.layout = "mono"
    stream.codec_context.bit_rate = 64_000
    return stream


def encode_tone(container: av.container.OutputContainer, stream: av.audio.stream.AudioStream, **when: float) -> None:
    context = stream.codec_context
    context.open(strict=False)
    kind = context.format.name
    resampler = av.AudioResampler(kind, "mono", context.sample_rate, context.frame_size or 1024)
    frame = av.AudioFrame.from_ndarray(tone(context.sample_rate, **when)[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = context.sample_rate, 0, Fraction(1, context.sample_rate)
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))


def with_sound(path: Path, codec: str, rate: int = RATE, **options: str) -> Path:
    with av.open(str(path), "w", options=options) as container:
        picture, sound = add_track(container, VIDEO), add_sound(container, codec, rate)
        encode_coded(container, picture, VIDEO)
        encode_tone(container, sound)
    return path


def tone_begins_s(path: Path) -> float | None:
    resampler = av.AudioResampler("s16", "mono")
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            begin_s = float(frame.pts * frame.time_base)
            levels = np.concatenate([part.to_ndarray()[0] for part in resampler.resample(frame)])
            loud = np.flatnonzero(np.abs(levels.astype(int)) > 3000)
            if loud.size:
                return begin_s + int(loud[0]) / frame.sample_rate
    return None


def fuse(tmp_path: Path, vis: Path, suffix: str, *more: str) -> tuple[int, Path]:
    ir, out = write_coded(tmp_path / "ir.mkv", VIDEO), tmp_path / f"out{suffix}"
    return main(["fuse", str(ir), str(vis), "-o", str(out), "--model", "max", *more]), out


SOUNDS = [
    ("v.ts", "aac", RATE),
    ("v.ts", "ac3", RATE),
    ("v.ts", "eac3", RATE),
    ("v.ts", "mp2", RATE),
    ("latm.ts", "aac", RATE),
    ("v.mkv", "libopus", RATE),
    ("v.mkv", "flac", RATE),
    ("v.mkv", "pcm_u8", RATE),
    ("v.mov", "pcm_alaw", 8000),
    ("v.avi", "pcm_alaw", 8000),
    ("v.avi", "adpcm_ima_wav", 22050),
    ("v.asf", "wmav2", 44100),
    ("v.mp4", "aac", RATE),
]
MATROSKA = [pytest.param(".mkv", *sound, marks=() if sound in SOUNDS[::4] else pytest.mark.full) for sound in SOUNDS]
"""Matroska takes nearly every sound as it is, MP4 does not: of the one some are enough, of the other all count."""


@pytest.mark.parametrize(("suffix", "name", "codec", "rate"), [*((".mp4", *sound) for sound in SOUNDS), *MATROSKA])
def test_the_sound_of_any_file_comes_along_in_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str, name: str, codec: str, rate: int
) -> None:
    vis = with_sound(tmp_path / name, codec, rate, **({"mpegts_flags": "latm"} if "latm" in name else {}))
    code, out = fuse(tmp_path, vis, suffix)
    assert code == 0
    assert len(read_back(out)[0]) == FRAMES
    assert tone_begins_s(out) == pytest.approx(TONE_S, abs=0.05)
    said = capsys.readouterr().out
    with av.open(str(vis)) as before, av.open(str(out)) as after:
        kinds = [one.streams.audio[0].codec_context.name for one in (before, after)]
    assert ("encoded anew as AAC" in said) == (kinds[0] != "aac" and kinds[1] == "aac")
    assert "left out" not in said


def test_sound_of_a_transport_stream_keeps_its_packets_in_mp4(tmp_path: Path) -> None:
    vis = with_sound(tmp_path / "v.ts", "aac")
    _, out = fuse(tmp_path, vis, ".mp4", "--quiet")
    packets = []
    for path in (vis, out):
        with av.open(str(path)) as container:
            packets.append([bytes(packet) for packet in container.demux(audio=0) if packet.size])
    assert len(packets[1]) > 80
    assert set(packets[1]) <= {packet[7:] for packet in packets[0]}  # without their ADTS headers


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize("start", ["0.48", "0.64"])
def test_sound_encoded_anew_stays_in_step_behind_a_start(tmp_path: Path, suffix: str, start: str) -> None:
    code, out = fuse(tmp_path, with_sound(tmp_path / "v.mov", "pcm_alaw", 8000), suffix, "--start", start, "--quiet")
    assert code == 0
    assert tone_begins_s(out) == pytest.approx(TONE_S - float(start), abs=0.05)


def two_sounds(path: Path, default: int) -> Path:
    """Write sound tracks "one" and "two" whose tones begin at 0.5 and 1.0 s."""
    with av.open(str(path), "w") as container:
        picture = add_track(container, VIDEO)
        sounds = [add_sound(container, "aac") for _ in range(2)]
        for number, sound in enumerate(sounds):
            sound.metadata["title"] = ("one", "two")[number]
            mark(sound, Disposition.default if number == default else None)
        encode_coded(container, picture, VIDEO)
        for number, sound in enumerate(sounds):
            encode_tone(container, sound, begin_s=0.5 + 0.5 * number)
    return path


@pytest.mark.parametrize(
    ("default", "more", "begins_s"),
    [
        (0, (), 0.5),
        (1, (), 1.0),
        (0, ("--sound", "2"), 1.0),
        (1, ("--sound", "one"), 0.5),
        (0, ("--sound", "none"), None),
        (0, ("--sound", "three"), None),
    ],
)
def test_the_default_sound_track_is_kept_or_the_one_that_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], default: int, more: tuple[str, ...], begins_s: float | None
) -> None:
    code, out = fuse(tmp_path, two_sounds(tmp_path / "v.mkv", default), ".mkv", *more)
    assert code == 0
    said = capsys.readouterr().out
    if begins_s is None:
        with av.open(str(out)) as container:
            assert not container.streams.audio
        assert ("no sound track named three" in said) == ("three" in more)
    else:
        assert tone_begins_s(out) == pytest.approx(begins_s, abs=0.05)
        assert ("2 sound tracks" in said) == (not more)


def test_sound_that_cannot_be_decoded_is_left_out_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = with_sound(tmp_path / "v.mov", "pcm_alaw", 8000)
    data = path.read_bytes()
    assert data.count(b"alaw") == 1
    path.write_bytes(data.replace(b"alaw", b"QDMX"))  # a kind of sound that nobody knows
    code, out = fuse(tmp_path, path, ".mp4")
    assert code == 0
    assert len(read_back(out)[0]) == FRAMES
    assert "left out: it cannot be copied or decoded" in capsys.readouterr().out


def test_sound_that_breaks_off_does_not_end_the_pictures(tmp_path: Path) -> None:
    path = with_sound(tmp_path / "v.ts", "aac")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)
    code, out = fuse(tmp_path, path, ".mp4", "--quiet")
    assert code in (0, 1)
    assert 5 < len(read_back(out)[0]) < FRAMES
