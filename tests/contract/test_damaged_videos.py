"""Damaged videos: what is missing is told with its number, and what is there is kept."""

import struct
from pathlib import Path

import av
import pytest

from fusion_app.frames import Frame
from fusion_app.sources import FrameSource, open_source
from tests.odd_videos import Recipe, cut, number_of, write_coded

MJPEG = Recipe("mjpeg", count=60, pix_fmt="yuvj420p")
RATE = {"b": "2000000"}
"""Bits a second, so that a hole is a small part of a file."""
MPEG2 = Recipe("mpeg2video", count=60, options=RATE)
KINDS = {
    ".mkv": Recipe(count=60),
    ".ts": MPEG2,
    ".m2ts": MPEG2,
    ".flv": Recipe("flv", count=60, options=RATE),
    ".mpg": MPEG2,
    ".wmv": Recipe("wmv2", count=60, options=RATE),
    ".avi": MJPEG,
    ".mp4": MJPEG,
    ".ogg": Recipe("libvpx", count=60, options=RATE),
}
PICTURES = {
    ".gif": Recipe("gif", count=60, pix_fmt="gray"),
    ".y4m": Recipe("wrapped_avframe", count=60),
    ".mjpeg": MJPEG,
}
"""Kinds that are one picture behind the other and nothing else."""


def read_numbers(source: FrameSource) -> list[int]:
    numbers = [number_of(frame.image) for frame in iter(source.read, None)]
    source.close()
    return numbers


def hole(path: Path, length: int = 20_000) -> Path:
    """Overwrite a part in the middle with zeros, as a bad sector does."""
    data = bytearray(path.read_bytes())
    at = len(data) // 2
    data[at : at + length] = bytes(length)
    path.write_bytes(data)
    return path


def without_a_part(path: Path, length: int = 20_001) -> Path:
    """Leave out a part in the middle, as a transmission does."""
    data = path.read_bytes()
    at = len(data) // 2
    path.write_bytes(data[:at] + data[at + length :])
    return path


@pytest.mark.parametrize("suffix", KINDS)
def test_a_whole_file_is_not_said_to_be_damaged(tmp_path: Path, suffix: str) -> None:
    source = open_source(str(write_coded(tmp_path / f"v{suffix}", KINDS[suffix])))
    assert read_numbers(source) == list(range(60))
    assert (source.notice, source.failed) == ("", 0)


@pytest.mark.parametrize("suffix", KINDS)
def test_a_hole_in_the_middle_is_told_with_the_frames_that_are_missing(tmp_path: Path, suffix: str) -> None:
    source = open_source(str(hole(write_coded(tmp_path / f"v{suffix}", KINDS[suffix]))))
    shown = len(read_numbers(source))
    assert 20 < shown <= 60
    assert 60 - shown <= source.failed <= 60 - shown + 12, source.notice  # besides those that are decoded in part
    assert source.failed > 0
    assert "damaged" in source.notice or "decoded" in source.notice
    assert shown == 60 or f"{60 - shown} " in source.notice


@pytest.mark.parametrize("suffix", sorted(KINDS.keys() - {".mp4"}))  # whose index then leads astray: refused or counted
def test_a_part_that_is_gone_is_told(tmp_path: Path, suffix: str) -> None:
    source = open_source(str(without_a_part(write_coded(tmp_path / f"v{suffix}", KINDS[suffix]))))
    shown = len(read_numbers(source))
    assert shown < 60
    assert source.failed >= 60 - shown, source.notice
    assert "damaged" in source.notice


@pytest.mark.parametrize("suffix", sorted(KINDS.keys() - {".mp4"}))
def test_a_file_of_any_kind_that_is_cut_off_is_told(tmp_path: Path, suffix: str) -> None:
    source = open_source(str(cut(write_coded(tmp_path / f"v{suffix}", KINDS[suffix]), 0.6137)))
    shown = read_numbers(source)
    assert 20 < len(shown) < 60
    assert "cut off" in source.notice
    assert source.failed >= 1
    if " of 60" in source.notice:
        assert f"after {len(shown)} of 60" in source.notice


@pytest.mark.parametrize("suffix", PICTURES)
def test_pictures_one_behind_the_other_are_whole_or_told_to_be_cut_off(tmp_path: Path, suffix: str) -> None:
    path = write_coded(tmp_path / f"v{suffix}", PICTURES[suffix])
    whole = open_source(str(path))
    assert read_numbers(whole) == list(range(60))
    assert (whole.notice, whole.failed) == ("", 0)
    source = open_source(str(cut(path, 0.6137)))
    assert 20 < len(read_numbers(source)) < 60
    assert "cut off" in source.notice
    assert source.failed >= 1


@pytest.mark.parametrize("suffix", [".gif", ".y4m"])
def test_a_hole_in_pictures_one_behind_the_other_is_told(tmp_path: Path, suffix: str) -> None:
    source = open_source(str(hole(write_coded(tmp_path / f"v{suffix}", PICTURES[suffix]))))
    assert len(read_numbers(source)) < 60
    assert source.notice
    assert source.failed >= 1


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p", "yuv444p", "gray", "yuv420p10le"])
def test_a_whole_y4m_of_any_layout_is_whole(tmp_path: Path, pix_fmt: str) -> None:
    recipe = Recipe("wrapped_avframe", count=10, pix_fmt=pix_fmt, container={"strict": "-1"})
    source = open_source(str(write_coded(tmp_path / "v.y4m", recipe)))
    assert len(read_numbers(source)) == 10
    assert (source.notice, source.failed) == ("", 0)


def test_two_recordings_that_were_joined_are_no_damage(tmp_path: Path) -> None:
    one = write_coded(tmp_path / "one.ts", MPEG2).read_bytes()
    joined = tmp_path / "joined.ts"
    joined.write_bytes(one + one)
    source = open_source(str(joined))
    assert len(read_numbers(source)) == 120
    assert (source.notice, source.failed) == ("", 0)


def test_gaps_of_a_variable_rate_are_no_damage(tmp_path: Path) -> None:
    times = [tick for tick in range(90) if tick % 9 not in (3, 4, 7)]
    source = open_source(str(write_coded(tmp_path / "v.mkv", Recipe(times=times))))
    assert len(read_numbers(source)) == len(times)
    assert (source.notice, source.failed) == ("", 0)


@pytest.mark.parametrize("suffix", [".mkv", ".flv", ".webm", ".mp4", ".ts"])
def test_a_whole_file_whose_clock_begins_late_is_whole(tmp_path: Path, suffix: str) -> None:
    codec = {".webm": "libvpx", ".flv": "flv"}.get(suffix, "libx264")
    source = open_source(str(write_coded(tmp_path / f"v{suffix}", Recipe(codec, times=range(250, 310)))))
    assert source.info.frame_count in (59, 60, 61)
    assert read_numbers(source) == list(range(60))
    assert (source.notice, source.failed) == ("", 0)


def test_one_whose_clock_begins_late_and_that_is_cut_off_says_how_much_is_there(tmp_path: Path) -> None:
    source = open_source(str(cut(write_coded(tmp_path / "v.mkv", Recipe(times=range(250, 310))), 0.6)))
    shown = read_numbers(source)
    assert f"after {len(shown)} of 60 frames" in source.notice
    assert source.failed == 60 - len(shown)


def test_a_stream_that_was_joined_in_its_middle_is_no_failure(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "v.ts", MPEG2)
    data = path.read_bytes()
    path.write_bytes(data[188 * (len(data) // 188 // 3) :])
    source = open_source(str(path))
    assert 20 < len(read_numbers(source)) < 60
    assert source.failed == 0


def test_a_flipped_bit_is_told_where_the_decoder_sees_it(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "v.mp4", Recipe("mpeg4", count=60, options=RATE))
    data = bytearray(path.read_bytes())
    for part in (4, 5, 6):
        data[len(data) * part // 9] ^= 0x55
        data[len(data) * part // 9 + 1] ^= 0xAA
    path.write_bytes(data)
    source = open_source(str(path))
    read_numbers(source)
    assert source.failed > 0
    assert "in part" in source.notice or "could not be decoded" in source.notice


@pytest.mark.parametrize("share", [0.3, 0.5, 0.55])
def test_one_bad_picture_does_not_end_a_video_of_pictures(tmp_path: Path, share: float) -> None:
    recipe = Recipe("png", count=60, pix_fmt="gray", container={"movflags": "faststart"})
    path = write_coded(tmp_path / "a.mov", recipe)
    data = bytearray(path.read_bytes())
    at = round(share * len(data))
    data[at : at + 8] = bytes(value ^ 0x5A for value in data[at : at + 8])
    path.write_bytes(data)
    source = open_source(str(path))
    numbers = read_numbers(source)
    assert len(numbers) == 59
    assert "1 frame could not be decoded" in source.notice


@pytest.mark.parametrize("suffix", KINDS)
def test_room_at_the_end_that_was_never_filled_is_no_damage(tmp_path: Path, suffix: str) -> None:
    path = write_coded(tmp_path / f"v{suffix}", KINDS[suffix])
    path.write_bytes(path.read_bytes() + bytes(188 * 192))
    source = open_source(str(path))
    assert read_numbers(source) == list(range(60))
    assert (source.notice, source.failed) == ("", 0)


def test_the_end_code_of_a_program_stream_is_its_end(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "v.mpg", MPEG2)
    path.write_bytes(path.read_bytes() + b"\0\0\1\xb9")
    source = open_source(str(path))
    assert read_numbers(source) == list(range(60))
    assert (source.notice, source.failed) == ("", 0)


def test_what_an_edit_list_leaves_out_is_not_missing(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "v.mp4", Recipe(count=60))
    data = bytearray(path.read_bytes())
    at = data.index(b"elst")
    duration, start = struct.unpack_from(">Ii", data, at + 12)
    with av.open(str(path)) as container:
        second = container.streams.video[0].time_base.denominator  # type: ignore[union-attr]
    struct.pack_into(">Ii", data, at + 12, duration - 800, start + second * 20 // 25)
    path.write_bytes(data)
    source = open_source(str(path))
    assert read_numbers(source) == list(range(20, 60))
    assert (source.notice, source.failed) == ("", 0)


def test_a_stream_that_begins_before_its_first_whole_picture_says_so(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "v.ts", MPEG2)
    data = path.read_bytes()
    path.write_bytes(data[188 * 40 :])
    source = open_source(str(path))
    first = source.read()
    assert first is not None
    assert first.pts_s > 0.1
    assert f"no whole picture in its first {first.pts_s:.2f} s" in source.notes[0].text
    source.close()


def test_avi_that_was_written_to_a_pipe_is_whole_though_its_header_does_not_know_its_length(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "v.avi", Recipe("mjpeg", count=30, pix_fmt="yuvj420p"))
    data = bytearray(path.read_bytes())
    counted = data.index(b"strh") + 8 + 32
    assert int.from_bytes(data[counted : counted + 4], "little") == 30
    data[counted : counted + 4] = (1 << 30).to_bytes(4, "little")
    data = data[: data.index(b"idx1")]
    for place in (4, data.index(b"movi") - 4):
        data[place : place + 4] = b"\xff" * 4
    path.write_bytes(data)
    source = open_source(str(path))
    assert source.info.duration_s is None
    assert len([reading for reading in iter(source.read, None) if isinstance(reading, Frame)]) == 30
    assert (source.failed, [note.text for note in source.notes]) == (0, [])
    path.write_bytes(data[:-100])
    cut_off = open_source(str(path))
    assert len([reading for reading in iter(cut_off.read, None) if isinstance(reading, Frame)]) in (29, 30)
    assert cut_off.failed >= 1
