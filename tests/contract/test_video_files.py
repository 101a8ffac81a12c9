"""Videos as people have them: turned, with odd pixels, several tracks, no or wrong times, cut off."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition
from av.video.frame import VideoFrame
from PIL import Image

from fusion_app.errors import SourceError
from fusion_app.frames import Frame, Size
from fusion_app.sources import FrameSource, Reading, open_source
from tests.odd_videos import (
    QUARTERS,
    SIZE,
    Recipe,
    add_track,
    cut,
    encode_coded,
    mark,
    number_of,
    turn,
    with_attachments,
    without_times,
    write_coded,
)

GAP = [*range(10), *range(20, 40)]
WIDE = Fraction(16, 15)


def read_all(source: FrameSource) -> list[Frame]:
    return list(iter(source.read, None))  # type: ignore[arg-type]


def numbers_and_times(source: FrameSource) -> tuple[list[int], list[float]]:
    frames = read_all(source)
    source.close()
    return [number_of(frame.image) for frame in frames], [frame.pts_s for frame in frames]


def notes(source: FrameSource) -> str:
    return " ".join(f"{note.tag}: {note.text}" for note in source.notes)


@pytest.mark.parametrize("words", QUARTERS)
def test_a_video_is_turned_and_mirrored_as_its_display_matrix_says(tmp_path: Path, words: str) -> None:
    matrix, by_opencv = QUARTERS[words]
    upright = read_all(open_source(str(write_coded(tmp_path / "upright.mp4"))))[5]
    source = open_source(str(turn(write_coded(tmp_path / "v.mp4"), matrix)))
    assert source.info.size == Size(*by_opencv(upright.image).shape[1::-1])
    assert np.array_equal(read_all(source)[5].image, by_opencv(upright.image))
    assert words.partition(" and ")[0] in notes(source)
    source.seek(0.2)
    again = source.read()
    assert again is not None
    assert np.array_equal(again.image, by_opencv(upright.image))


def test_a_video_that_is_upright_says_nothing(tmp_path: Path) -> None:
    for matrix in ((1, 0, 0, 1), (0, 0, 0, 0)):  # a matrix of zeros, as some programs write, is none
        source = open_source(str(turn(write_coded(tmp_path / "v.mp4"), matrix)))
        assert source.info.size == Size(*SIZE)
        assert source.notes == ()


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_shape_of_pixels_goes_with_every_frame(tmp_path: Path, suffix: str) -> None:
    source = open_source(str(write_coded(tmp_path / f"v{suffix}", Recipe(aspect=WIDE))))
    assert read_all(source)[3].pixel_aspect == source.info.pixel_aspect == WIDE
    assert source.info.size == Size(*SIZE)
    assert source.info.shown == Size(round(SIZE[0] * 16 / 15), SIZE[1])
    assert "16:15" in notes(source)


def test_pixels_of_a_video_that_lies_on_its_side_stand_on_theirs(tmp_path: Path) -> None:
    source = open_source(str(turn(write_coded(tmp_path / "v.mp4", Recipe(aspect=WIDE)), (0, 1, -1, 0))))
    assert source.info.pixel_aspect == 1 / WIDE


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("h264.avi", Recipe(b_frames=2)),
        ("many.avi", Recipe(b_frames=4, options={"b-pyramid": "normal"})),
        ("mpeg4.avi", Recipe("mpeg4", b_frames=2)),
        ("gap.avi", Recipe("mjpeg", times=GAP, pix_fmt="yuvj420p")),
        ("gap_b.avi", Recipe(times=GAP, b_frames=2)),
        ("v.m2v", Recipe("mpeg2video", b_frames=2)),
        ("ntsc.m2v", Recipe("mpeg2video", rate=30, b_frames=2)),
        ("slow.h264", Recipe(rate=9, b_frames=2)),
        ("slow.m4v", Recipe("mpeg4", rate=9, b_frames=2, format="m4v")),
        ("v.ts", Recipe("mpeg2video", b_frames=2)),
        ("v.mp4", Recipe(b_frames=2)),
        ("v.flv", Recipe(b_frames=2)),
        ("uneven.mkv", Recipe(rate=100, times=[0, 3, 9, 10, 50, 54, 55, 200, 204], b_frames=2)),
    ],
)
def test_every_frame_comes_once_in_order_at_its_time(tmp_path: Path, name: str, recipe: Recipe) -> None:
    source = open_source(str(write_coded(tmp_path / name, recipe)))
    ticks = recipe.times if recipe.times is not None else range(recipe.count)
    numbers, times = numbers_and_times(source)
    assert numbers == list(range(len(ticks)))
    assert times == pytest.approx([tick / recipe.rate for tick in ticks], abs=0.0011)
    assert source.notice == ""


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_times_that_a_copy_has_lost_are_found_again(tmp_path: Path, codec: str) -> None:
    whole = write_coded(tmp_path / "v.avi", Recipe(codec, b_frames=2))
    source = open_source(str(without_times(whole, tmp_path / "v.mp4")))
    numbers, times = numbers_and_times(source)
    assert numbers == list(range(40))
    assert times == pytest.approx([tick / 25 for tick in range(40)], abs=0.0011)


@pytest.mark.parametrize("suffix", [".avi", ".h264", ".mp4"])
def test_seeking_finds_the_frame_of_a_time_that_was_not_in_the_file(tmp_path: Path, suffix: str) -> None:
    path = write_coded(tmp_path / f"v{suffix if suffix != '.mp4' else '.avi'}", Recipe(b_frames=2))
    path = without_times(path, tmp_path / "copy.mp4") if suffix == ".mp4" else path
    source = open_source(str(path))
    for number in (30, 14, 3, 39):
        source.seek(number / 25)
        frame = source.read()
        assert frame is not None
        assert (number_of(frame.image), frame.pts_s) == (number, pytest.approx(number / 25, abs=1e-3))


def test_a_frame_with_the_time_of_another_is_kept_and_told(tmp_path: Path) -> None:
    path = tmp_path / "v.mkv"
    with av.open(str(path), "w") as container:
        stream = add_track(container, Recipe("mjpeg", pix_fmt="yuvj420p"))
        encoded = write_coded(tmp_path / "v.avi", Recipe("mjpeg", count=4, pix_fmt="yuvj420p"))
        with av.open(str(encoded)) as source:
            for packet, ticks in zip(source.demux(video=0), (0, 1, 1, 2), strict=False):
                packet.pts = packet.dts = ticks
                packet.stream = stream
                container.mux(packet)
    source = open_source(str(path))
    numbers, times = numbers_and_times(source)
    assert numbers == [0, 1, 2, 3]
    assert all(a < b for a, b in pairwise(times))
    assert "1 frame with the time of an earlier one" in source.notice


def test_a_bare_stream_goes_by_the_rate_of_its_header_and_says_so(tmp_path: Path) -> None:
    source = open_source(str(write_coded(tmp_path / "v.h264", Recipe(rate=9))))
    assert source.info.fps == 9
    assert not source.info.has_times
    assert "9 fps, as its header says" in notes(source)


def test_a_bare_stream_without_a_rate_is_assumed_one_and_takes_the_users(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "v.mjpeg", Recipe("mjpeg", rate=9, format="mjpeg", pix_fmt="yuvj420p"))
    assert "25 fps, which is only assumed" in notes(open_source(str(path)))
    source = open_source(str(path), reading=Reading(rate=9))
    assert source.notes == ()
    assert numbers_and_times(source)[1] == pytest.approx([number / 9 for number in range(40)])


def several_tracks(path: Path, titles: tuple[str, ...], default: int | None) -> Path:
    """Write one video track per title, each numbered from ten times its place on."""
    recipe = Recipe(count=10)
    with av.open(str(path), "w") as container:
        streams = [add_track(container, recipe) for _ in titles]
        for place, (stream, title) in enumerate(zip(streams, titles, strict=True)):
            stream.metadata["title"] = title
            mark(stream, Disposition.default if place == default else None)
        for place, stream in enumerate(streams):
            encode_coded(container, stream, recipe, first=10 * place)
    return path


@pytest.mark.parametrize(("default", "first"), [(0, 0), (1, 10), (2, 20)])
def test_the_default_track_is_read_and_the_others_are_named(tmp_path: Path, default: int, first: int) -> None:
    path = several_tracks(tmp_path / "v.mkv", ("left", "right", "back"), default)
    source = open_source(str(path))
    assert numbers_and_times(source)[0] == list(range(first, first + 10))
    assert all(title in notes(source) for title in ("left", "right", "back"))
    assert f"track {default + 1} of 3" in notes(source)


@pytest.mark.parametrize(("name", "first"), [("1", 0), ("2", 10), ("right", 10), ("3", 20)])
def test_a_track_is_addressed_by_number_or_title(tmp_path: Path, name: str, first: int) -> None:
    path = several_tracks(tmp_path / "v.mkv", ("left", "right", "back"), 0)
    source = open_source(f"{path}#{name}")
    assert numbers_and_times(source)[0] == list(range(first, first + 10))
    assert source.notes == ()


@pytest.mark.parametrize("name", ["4", "0", "front", "²"])
def test_a_track_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path, name: str) -> None:
    path = several_tracks(tmp_path / "v.mkv", ("left", "right"), 0)
    with pytest.raises(SourceError, match=r"no video track of this name; it has 1 .*left.*, 2 .*right"):
        open_source(f"{path}#{name}")


def test_a_cover_picture_is_not_the_video(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w") as container:
        cover = add_track(container, Recipe("mjpeg", pix_fmt="yuvj420p"))
        mark(cover, Disposition.attached_pic)
        stream = add_track(container, Recipe())
        encode_coded(container, cover, Recipe("mjpeg", count=1, pix_fmt="yuvj420p"), first=99)
        encode_coded(container, stream, Recipe())
    with av.open(str(path)) as container:
        assert any(track.disposition & Disposition.attached_pic for track in container.streams.video)
    source = open_source(str(path))
    assert numbers_and_times(source)[0] == list(range(40))
    assert source.notes == ()
    with pytest.raises(SourceError, match=r"it has 1 \(h264\)$"):
        open_source(f"{path}#2")


@pytest.mark.parametrize(
    ("name", "recipe", "share"),
    [
        ("front.mp4", Recipe(container={"movflags": "faststart"}), 0.6),
        ("v.mkv", Recipe(), 0.6),
        ("v.webm", Recipe("libvpx"), 0.6),
        ("v.avi", Recipe("mjpeg", pix_fmt="yuvj420p"), 0.6),
        ("late.mkv", Recipe(count=100), 0.9),
    ],
)
def test_a_file_that_is_cut_off_says_after_how_many_frames(
    tmp_path: Path, name: str, recipe: Recipe, share: float
) -> None:
    source = open_source(str(cut(write_coded(tmp_path / name, recipe), share)))
    numbers, _ = numbers_and_times(source)
    assert numbers == list(range(len(numbers)))
    assert 5 < len(numbers) < recipe.count
    assert f"of {recipe.count} frames" in source.notice
    assert "cut off" in source.notice
    assert 0 <= recipe.count - len(numbers) - source.failed <= 1  # the last one is half there


FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}


def test_a_fragmented_file_that_is_cut_off_says_when(tmp_path: Path) -> None:
    source = open_source(str(cut(write_coded(tmp_path / "v.mp4", Recipe(container=FRAGMENTS)))))
    numbers, times = numbers_and_times(source)
    assert numbers == list(range(len(numbers)))
    assert f"ends at {times[-1] + 0.04:.2f} s" in source.notice
    assert source.failed


def test_a_file_that_has_lost_its_index_says_so(tmp_path: Path) -> None:
    path = cut(write_coded(tmp_path / "v.mp4"))
    with pytest.raises(SourceError, match="cut off, and its index"):
        open_source(str(path))


def test_whole_fragments_are_not_said_to_be_cut_off(tmp_path: Path) -> None:
    source = open_source(str(write_coded(tmp_path / "v.mp4", Recipe(container=FRAGMENTS))))
    assert len(read_all(source)) == 40
    assert (source.notice, source.failed) == ("", 0)


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv", "v.avi", "v.ts", "v.flv", "v.webm", "v.mov"])
def test_a_whole_file_is_not_said_to_be_cut_off(tmp_path: Path, name: str) -> None:
    codec = "libvpx" if name.endswith("webm") else "libx264"
    source = open_source(str(write_coded(tmp_path / name, Recipe(codec, times=GAP, b_frames=2 * (codec != "libvpx")))))
    read_all(source)
    assert source.notice == ""
    assert source.failed == 0


def test_how_many_frames_come_after_a_time_is_counted_without_reading_on(tmp_path: Path) -> None:
    for name in ("v.mp4", "v.mkv", "v.avi", "v.h264"):
        source = open_source(str(write_coded(tmp_path / name, Recipe(b_frames=2))))
        assert source.count_after(29 / 25) == 10
        assert source.count_after(-1.0) == 40
        assert len(read_all(source)) == 40
        source.close()  # a run that is stopped behind its last frame asks afterwards
        assert source.count_after(29 / 25) == 10


def frames_larger_than_said(path: Path, size: int) -> Path:
    """Write PNG frames of ``size`` by ``size`` pixels that pack well into a file that says 64×48."""
    from cv2 import imencode

    data = imencode(".png", np.zeros((size, size), np.uint8))[1].tobytes()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "gray"
        for ticks in range(3):
            packet = av.packet.Packet(data)
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, ticks, ticks, Fraction(1, 25)
            container.mux(packet)
    return path


def test_frames_above_the_limit_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    path = frames_larger_than_said(tmp_path / "v.mov", 12000)
    with pytest.raises(SourceError, match="video"):
        open_source(str(path))
    assert len(read_all(open_source(str(frames_larger_than_said(tmp_path / "small.mov", 500))))) == 3


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp4"])
@pytest.mark.parametrize(
    "kind", ["#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile {}\n"]
)
def test_a_playlist_leads_to_other_files_only_where_that_is_allowed(tmp_path: Path, name: str, kind: str) -> None:
    write_coded(tmp_path / "other.ts")
    path = tmp_path / name
    path.write_text(kind.format("other.ts"))
    with pytest.raises(SourceError, match="--allow-playlists"):
        open_source(str(path))


def test_an_allowed_playlist_is_read(tmp_path: Path) -> None:
    write_coded(tmp_path / "other.ts")
    path = tmp_path / "list.ffconcat"
    path.write_text("ffconcat version 1.0\nfile other.ts\nfile other.ts\n")
    source = open_source(str(path), reading=Reading(playlists=True))
    assert len(read_all(source)) == 80


def test_a_picture_is_one_whatever_its_name_is(tmp_path: Path) -> None:
    from cv2 import imencode

    counts = (29_000 + np.add.outer(np.arange(48), 7 * np.arange(64))).astype(np.uint16)
    for name in ("photo", "photo.bin", "photo.mp4"):
        (tmp_path / name).write_bytes(imencode(".png", counts)[1].tobytes())
        source = open_source(str(tmp_path / name))
        frame = source.read()
        source.close()
        assert frame is not None
        assert np.array_equal(frame.image, counts)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF-1.4\n%%EOF", "neither a video nor an image"),
        ("a.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(60), "neither a video nor an image|image of a kind"),
        ("a.dng", b"II*\0" + bytes(60), "raw photograph"),
        ("a.txt", b"hello", "neither a video nor an image"),
    ],
)
def test_what_is_neither_video_nor_picture_is_called_neither(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=said):
        open_source(str(tmp_path / name))


def test_an_image_that_only_ffmpeg_knows_is_refused_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jp2"
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("jpeg2000", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb24"
        frame = VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        container.mux([*stream.encode(frame), *stream.encode(None)])
    with pytest.raises(SourceError, match=r"image of a kind that is not read \(j2k|jpeg2000"):
        open_source(str(path))


@pytest.mark.parametrize("name", ["cover.jpg", "cover.png", "font.ttf"])
def test_what_is_attached_to_a_matroska_file_is_not_its_video(tmp_path: Path, name: str) -> None:
    from cv2 import imencode

    path = write_coded(tmp_path / "v.mkv")
    cover = imencode(name[-4:], np.full((600, 400, 3), 90, np.uint8))[1].tobytes() if name[:5] == "cover" else b"font"
    kind = {"jpg": "image/jpeg", "png": "image/png", "ttf": "application/x-truetype-font"}[name[-3:]]
    with_attachments(path, (name, kind, cover))
    with av.open(str(path)) as container:
        assert len(container.streams) == 2
    source = open_source(str(path))
    assert source.info.size == Size(*SIZE)
    assert numbers_and_times(source)[0] == list(range(40))
    assert (source.notes, source.notice, source.failed) == ((), "", 0)
    with pytest.raises(SourceError, match=r"it has 1 \(h264\)$"):
        open_source(f"{path}#2")


def test_jpegs_one_behind_the_other_are_a_video_whoever_wrote_their_headers(tmp_path: Path) -> None:
    path = tmp_path / "v.mjpeg"
    with path.open("wb") as file:
        for grey in range(0, 250, 50):
            Image.fromarray(np.full((48, 64), grey, np.uint8)).save(file, "jpeg")  # with the JFIF header of cameras
    frames = [reading for reading in iter(open_source(str(path)).read, None) if isinstance(reading, Frame)]
    assert [int(frame.image.mean()) for frame in frames] == [0, 50, 100, 150, 200]
