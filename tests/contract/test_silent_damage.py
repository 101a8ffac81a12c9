"""Damage that decoders and demuxers pass over in silence is told; whole files of the same kinds are not accused."""

from pathlib import Path

import av
import pytest
from av.video.frame import VideoFrame

from fusion_app.errors import SourceError
from fusion_app.sources import FrameSource, open_source
from tests.odd_videos import Recipe, add_track, coded, cut, encode_coded, number_of, write_coded

FFV1 = Recipe("ffv1", count=60, pix_fmt="gray16le", options={"level": "3", "slicecrc": "1"})
FRAGMENTED = {"movflags": "frag_every_frame+empty_moov+default_base_moof"}
WHOLE = {
    "counts.mkv": FFV1,
    "no_sums.mkv": Recipe("ffv1", count=60, pix_fmt="gray16le", options={"level": "3", "slicecrc": "0"}),
    "fragments.mp4": Recipe(count=60, b_frames=2, container=FRAGMENTED),
    "a.mxf": Recipe("mpeg2video", count=60),
    "b.mxf": Recipe("mpeg2video", count=60, b_frames=2),
    "a.ivf": Recipe("libvpx-vp9", count=60),
    "a.nut": Recipe(count=60),
    "a.h264": Recipe(count=60, b_frames=2),
    "a.m2v": Recipe("mpeg2video", count=60, options={"b": "2000000"}),
    "a.m4v": Recipe("mpeg4", count=60, format="m4v", options={"b": "2000000"}),
    "a.mov": Recipe("qtrle", count=60, pix_fmt="rgb24", container={"movflags": "faststart"}),
    "black.avi": Recipe("rawvideo", count=60, pix_fmt="gray"),
}


def opened(path: Path) -> FrameSource:
    return open_source(str(path))


def read_all(source: FrameSource) -> list[int]:
    numbers = [number_of(frame.image) for frame in iter(source.read, None)]
    source.close()
    return numbers


def with_zeros(path: Path, at: int, length: int) -> Path:
    data = bytearray(path.read_bytes())
    data[at : at + length] = bytes(length)
    path.write_bytes(data)
    return path


def fragment_at(path: Path, number: int) -> tuple[int, int]:
    """Return where fragment ``number`` of an MP4 begins and ends."""
    parts = path.read_bytes().split(b"moof")
    begin = sum(len(part) + 4 for part in parts[: number + 1]) - 8
    return begin, begin + 4 + len(parts[number + 1])


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_is_not_accused(tmp_path: Path, name: str) -> None:
    source = opened(write_coded(tmp_path / name, WHOLE[name]))
    assert read_all(source) == list(range(60))
    assert (source.notice, source.failed) == ("", 0)


def test_counts_whose_sums_are_wrong_are_told_up_to_the_next_key_frame(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "counts.mkv", FFV1)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 8] = bytes(value ^ 0x5A for value in data[middle : middle + 8])
    path.write_bytes(data)
    source = opened(path)
    assert len(read_all(source)) == 60
    assert 1 <= source.failed <= 12, "key frames are 12 apart"
    assert f"{source.failed} frame" in source.notice
    assert "only in part" in source.notice


def test_packets_of_zeros_are_no_pictures(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "a.mov", WHOLE["a.mov"])
    size = path.stat().st_size
    source = opened(with_zeros(path, size // 2, size // 10))
    shown = len(read_all(source))
    assert shown < 60
    assert source.failed == 60 - shown
    assert f"{60 - shown} frames could not be decoded" in source.notice


def test_a_fragment_of_zeros_is_told_with_the_frames_behind_it(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "a.mp4", Recipe(count=60, container=FRAGMENTED))
    begin, end = fragment_at(path, 20)
    source = opened(with_zeros(path, begin, end - begin))
    shown = len(read_all(source))
    assert shown < 60
    assert source.failed == 60 - shown
    assert f"damaged: missing {60 - shown} of 60 frames" in source.notice


def test_a_fragment_that_is_gone_is_told(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "a.mp4", Recipe(count=60, container=FRAGMENTED))
    begin, end = fragment_at(path, 20)
    data = path.read_bytes()
    path.write_bytes(data[:begin] + data[end:])
    source = opened(path)
    shown = len(read_all(source))
    assert source.failed == 60 - shown == 1
    assert "damaged: missing 1 of 60 frames" in source.notice


@pytest.mark.parametrize(
    ("name", "is_gone"),
    [
        ("a.mxf", False),
        ("a.mxf", True),
        ("a.ivf", False),
        ("a.ivf", True),
        ("a.nut", False),  # a part taken out of NUT may go unnoticed: docs/pictures.md
        ("fragments.mp4", False),
        ("fragments.mp4", True),
    ],
)
def test_what_is_missing_in_the_middle_is_told_with_its_number(tmp_path: Path, name: str, is_gone: bool) -> None:
    path = write_coded(tmp_path / name, WHOLE[name])
    size = path.stat().st_size
    at, length = size // 2, size // 10 + 1
    if is_gone:
        data = path.read_bytes()
        path.write_bytes(data[:at] + data[at + length :])
    else:
        with_zeros(path, at, length)
    source = opened(path)
    shown = len(read_all(source))
    assert 5 < shown < 60
    assert source.failed >= 60 - shown, source.notice
    assert f"{60 - shown} " in source.notice
    assert "cut off" not in source.notice


@pytest.mark.parametrize("name", ["a.h264", "a.m2v", "a.m4v"])
def test_zeros_in_a_bare_stream_are_told_and_no_number_is_made_up(tmp_path: Path, name: str) -> None:
    path = write_coded(tmp_path / name, WHOLE[name])
    size = path.stat().st_size
    source = opened(with_zeros(path, size // 2, size // 10))
    assert len(read_all(source)) <= 60
    assert source.failed >= 1
    assert "is damaged" in source.notice


@pytest.mark.parametrize("name", ["a.h264", "a.nut", "fragments.mp4"])
def test_a_cut_file_that_counts_no_frames_says_that_their_number_is_not_known(tmp_path: Path, name: str) -> None:
    source = opened(cut(write_coded(tmp_path / name, WHOLE[name]), 0.6137))
    assert 20 < len(read_all(source)) < 60
    assert source.failed >= 1
    assert "missing is not known" in source.notice


def test_a_cut_mxf_begins_at_its_first_frame(tmp_path: Path) -> None:
    source = opened(cut(write_coded(tmp_path / "a.mxf", WHOLE["a.mxf"]), 0.6137))
    first = source.read()
    assert first is not None
    assert first.pts_s == 0
    read_all(source)
    assert "of 60 frames" in source.notice


@pytest.mark.parametrize(("suffix", "codec"), [(".ts", "libx264"), (".ts", "mpeg2video"), (".mpg", "mpeg2video")])
def test_short_recordings_that_were_joined_go_on_in_time(tmp_path: Path, suffix: str, codec: str) -> None:
    recipe = Recipe(codec, count=20)
    first = write_coded(tmp_path / f"one{suffix}", recipe)
    with av.open(str(tmp_path / f"two{suffix}"), "w") as container:
        encode_coded(container, add_track(container, recipe), recipe, first=20)
    joined = tmp_path / f"joined{suffix}"
    joined.write_bytes(first.read_bytes() + (tmp_path / f"two{suffix}").read_bytes())
    source = opened(joined)
    frames = list(iter(source.read, None))
    source.close()
    assert [number_of(frame.image) for frame in frames] == list(range(40))
    assert [frame.pts_s for frame in frames] == pytest.approx([index / 25 for index in range(40)], abs=0.002)
    assert (source.notice, source.failed) == ("", 0)


def test_colours_that_cannot_be_converted_are_refused_for_that_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 128, 64, "yuv444p"
        stream.codec_context.colorspace = 8
        for index in range(3):
            frame = VideoFrame.from_ndarray(coded(index), format="gray").reformat(format="yuv444p")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(SourceError, match=r"YCgCo.*convert it to BT.709"):
        opened(path)
