"""`fuse` with videos as people have them: what is said, what is counted, what lies in the output."""

import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.stream import Disposition

from fusion_app.cli import main
from tests.media import counting_frames, read_back, write_images, write_video
from tests.odd_videos import SIZE, Recipe, cut, number_of, turn, write_coded

WIDE = Fraction(16, 15)


def fuse(ir: Path, vis: Path, out: Path, *more: str) -> int:
    return main(["fuse", str(ir), str(vis), "-o", str(out), "--model", "max", *more])


def black(path: Path, count: int = 40, rate: int = 25) -> Path:
    """Write an infrared video that shows nothing, so that the maximum of both is the visible one."""
    return write_video(path, [np.zeros(SIZE[::-1], np.uint8)] * count, [index * 1000 // rate for index in range(count)])


def test_a_turned_video_is_fused_upright_and_that_is_printed_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vis = turn(write_coded(tmp_path / "vis.mp4"), (0, 1, -1, 0))
    ir = turn(write_coded(tmp_path / "ir.mp4"), (0, 1, -1, 0))
    assert fuse(ir, vis, tmp_path / "out.mkv") == 0
    out = capsys.readouterr().out
    assert out.count(f"{vis}: is turned 90° clockwise") == 1
    assert out.count(f"{ir}: is turned 90° clockwise") == 1
    assert "stretched" not in out
    image = read_back(tmp_path / "out.mkv")[1][7]
    assert image.shape[:2] == SIZE
    assert number_of(cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE)) == 7


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_the_shape_of_pixels_is_in_the_output_and_is_no_stretching(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    vis = write_coded(tmp_path / "vis.mp4", Recipe(aspect=WIDE))
    wide = round(SIZE[0] * WIDE)
    ir = tmp_path / "ir.mkv"
    write_video(ir, [np.zeros((SIZE[1], wide), np.uint8)] * 40)
    assert fuse(ir, vis, tmp_path / f"out{suffix}") == 0
    assert "stretched" not in capsys.readouterr().out
    with av.open(str(tmp_path / f"out{suffix}")) as container:
        stream = container.streams.video[0]
        assert stream.sample_aspect_ratio == WIDE
        assert (stream.width, stream.height) == SIZE


def test_images_keep_the_shape_of_pixels_too(tmp_path: Path) -> None:
    vis = write_coded(tmp_path / "vis.mp4", Recipe(aspect=WIDE, count=3))
    assert fuse(black(tmp_path / "ir.mkv"), vis, tmp_path / "out", "--quiet") == 0
    data = next(iter(sorted((tmp_path / "out").iterdir()))).read_bytes()
    at = data.index(b"pHYs")
    assert struct.unpack(">II", data[at + 4 : at + 12]) == (15, 16)
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape[:2] == SIZE[::-1]


def test_infrared_of_variable_rate_lasts_until_its_next_picture(tmp_path: Path) -> None:
    ir = write_coded(tmp_path / "ir.mkv", Recipe(times=[*range(5), *range(35, 40)]))
    assert fuse(ir, write_coded(tmp_path / "vis.mkv"), tmp_path / "out.mkv", "--quiet") == 0
    assert len(read_back(tmp_path / "out.mkv")[0]) == 40


@pytest.mark.parametrize(
    ("ir_count", "vis_count", "more"),
    [(15, 90, ()), (15, 90, ("--end", "2")), (40, 40, ("--offset-ms", "-1000")), (40, 40, ("--offset-ms", "1000"))],
)
def test_every_visible_frame_is_fused_or_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ir_count: int, vis_count: int, more: tuple[str, ...]
) -> None:
    vis = write_coded(tmp_path / "vis.mp4", Recipe(count=vis_count, b_frames=2))
    assert fuse(black(tmp_path / "ir.mkv", ir_count), vis, tmp_path / "out.mkv", *more) == 0
    fused = len(read_back(tmp_path / "out.mkv")[0])
    lines = [line for line in capsys.readouterr().out.splitlines() if "visible frames were not fused" in line]
    assert int(lines[0].split()[1]) == (50 if "--end" in more else vis_count) - fused > 0


def test_infrared_behind_the_end_of_visible_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fuse(black(tmp_path / "ir.mkv", 70), write_coded(tmp_path / "vis.mkv"), tmp_path / "out.mkv") == 0
    assert "30 infrared frames were not fused" in capsys.readouterr().out


def test_nothing_is_said_to_be_missing_where_nothing_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vis = write_coded(tmp_path / "vis.mp4", Recipe(b_frames=2))
    assert fuse(black(tmp_path / "ir.mkv"), vis, tmp_path / "out.mkv") == 0
    assert "note" not in capsys.readouterr().out


def test_a_video_with_its_index_in_front_that_is_cut_in_half_fails_and_keeps_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vis = cut(write_coded(tmp_path / "vis.mp4", Recipe(count=90, container={"movflags": "faststart"})))
    assert fuse(black(tmp_path / "ir.mkv", 90), vis, tmp_path / "out.mkv") == 1
    out, frames = capsys.readouterr().out, read_back(tmp_path / "out.mkv")[1]
    assert [number_of(frame) for frame in frames] == list(range(len(frames)))
    assert 20 < len(frames) < 90
    assert f"{vis}: " in out
    assert f"ends after {len(frames)} of 90 frames" in out
    assert fuse(black(tmp_path / "ir.mkv", 90), vis, tmp_path / "quiet.mkv", "--quiet") == 1
    assert f"{90 - len(frames)} images or frames of the sources are missing" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_the_first_frame_keeps_its_time_behind_a_start(tmp_path: Path, suffix: str) -> None:
    vis = write_coded(tmp_path / "vis.mp4", Recipe(rate=1, count=10))
    assert fuse(black(tmp_path / "ir.mkv", 10, 1), vis, tmp_path / f"out{suffix}", "--start", "2.5", "--quiet") == 0
    times, frames = read_back(tmp_path / f"out{suffix}")
    assert [number_of(frame) for frame in frames] == list(range(3, 10))
    assert times == pytest.approx([0.5 + number for number in range(7)], abs=0.002)


def test_a_finished_mp4_says_how_long_it_is_and_which_track_is_the_default(tmp_path: Path) -> None:
    assert fuse(black(tmp_path / "ir.mkv"), write_coded(tmp_path / "vis.mkv"), tmp_path / "out.mp4", "--quiet") == 0
    data = (tmp_path / "out.mp4").read_bytes()
    at = data.index(b"mvhd")
    scale, length = struct.unpack(">II", data[at + 16 : at + 24])
    assert length / scale == pytest.approx(40 / 25, abs=0.01)
    at = data.index(b"tkhd")
    assert struct.unpack(">I", data[at + 24 : at + 28])[0] == length
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.duration == pytest.approx(1_600_000, abs=10_000)
        assert len(list(container.decode(video=0))) == 40


def test_the_first_track_of_a_recording_is_its_default(tmp_path: Path) -> None:
    ir, vis = "synthetic:ir?frames=50&size=64x48", "synthetic:vis?frames=50&size=64x48"
    assert main(["record", ir, vis, "-o", str(tmp_path), "--model", "max", "--duration", "0.5", "--quiet"]) == 0
    (path,) = tmp_path.glob("*.mkv")
    with av.open(str(path)) as container:
        marks = [bool(stream.disposition & Disposition.default) for stream in container.streams.video]
    assert marks == [True, False, False]


@pytest.mark.parametrize("is_swapped", [False, True])
def test_images_beside_a_video_need_a_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], is_swapped: bool
) -> None:
    folder = write_images(tmp_path / "i", [f"{i}.png" for i in range(20)], counting_frames(20, SIZE))
    pair = (write_coded(tmp_path / "v.mkv"), folder) if is_swapped else (folder, write_coded(tmp_path / "v.mkv"))
    assert fuse(*pair, tmp_path / "out.mkv") == 2
    error = capsys.readouterr().err
    assert "have no times" in error
    assert "--rate" in error
    assert fuse(*pair, tmp_path / "out.mkv", "--rate", "12.5", "--quiet") == 0
    times, _ = read_back(tmp_path / "out.mkv")
    assert np.median(np.diff(times)) == pytest.approx(1 / 12.5 if is_swapped else 1 / 25, abs=0.002)


def test_images_without_a_rate_say_what_rate_their_video_gets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"{i}.png" for i in range(5)]
    folders = [write_images(tmp_path / name, names, counting_frames(5, SIZE)) for name in ("ir", "vis")]
    assert fuse(*folders, tmp_path / "out.mkv") == 0
    assert "25 a second is assumed; --rate" in capsys.readouterr().out
    assert fuse(*folders, tmp_path / "slow.mkv", "--rate", "2") == 0
    assert "assumed" not in capsys.readouterr().out
    assert read_back(tmp_path / "slow.mkv")[0] == pytest.approx([0, 0.5, 1, 1.5, 2])
    assert fuse(*folders, tmp_path / "folder") == 0
    assert "assumed" not in capsys.readouterr().out  # images have no rate


def test_images_of_several_sizes_in_one_video_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images = [np.full((48, 64), 90, np.uint8)] * 3 + [np.full((96, 128), 90, np.uint8)] * 2
    folders = [write_images(tmp_path / name, [f"{i}.png" for i in range(5)], images) for name in ("ir", "vis")]
    assert fuse(*folders, tmp_path / "out.mkv", "--rate", "5") == 0
    assert "2 pictures of another size were scaled to 64×48" in capsys.readouterr().out
    assert fuse(*folders, tmp_path / "out") == 0
    assert "scaled" not in capsys.readouterr().out


def test_odd_sides_are_written_with_full_colour_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = [np.full((49, 65, 3), 90, np.uint8)] * 3
    folders = [write_images(tmp_path / name, [f"{i}.png" for i in range(3)], images) for name in ("ir", "vis")]
    assert fuse(*folders, tmp_path / "out.mkv", "--rate", "5") == 0
    assert "4:4:4" in capsys.readouterr().out


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv", "v.ts"])
@pytest.mark.parametrize("command", ["fuse", "record"])
def test_a_file_on_a_web_server_is_refused_and_never_a_loop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, command: str
) -> None:
    write_coded(tmp_path / name)
    with web_server(tmp_path) as address:
        uri = f"{address}/{name}"
        assert main([command, uri, uri, "-o", str(tmp_path / "out.mkv"), "--model", "max", "--quiet"]) in (1, 2)
    assert "is a file that has an end, not a live stream" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".mkv", ".ts", ".mp4"])
def test_damage_in_the_middle_is_told_fails_and_keeps_what_was_fused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    path = write_coded(tmp_path / f"v{suffix}", Recipe("mpeg2video", count=120, options={"b": "2000000"}))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
    path.write_bytes(data)
    out = tmp_path / "out.mkv"
    assert fuse(black(tmp_path / "ir.mkv", 120), path, out) == 1
    said = capsys.readouterr().out
    fused = len(read_back(out)[0])
    assert 60 < fused <= 120
    missing = 120 - fused
    assert not missing or f"{missing} " in said
    assert "damaged" in said or "decoded" in said


def test_sources_the_wrong_way_round_are_refused_and_can_be_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ir, vis = black(tmp_path / "a_ir.mkv"), black(tmp_path / "a_vis.mkv")
    assert fuse(vis, ir, tmp_path / "out.mkv") == 2
    assert "seem to be swapped" in capsys.readouterr().err
    assert fuse(vis, ir, tmp_path / "out.mkv", "--keep-sides") == 0
    assert "named like visible" in capsys.readouterr().out
    assert fuse(ir, vis, tmp_path / "right.mkv") == 0
