"""One suite over every source: what `FrameSource` promises, each kind keeps."""

import logging
import os
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fusion_app.errors import SourceError
from fusion_app.frames import Frame
from fusion_app.sources import BufferedSource, FrameSource, Note, Phase, SourceState, images_by_name, open_source
from tests.media import counting_frames, write_images, write_video
from tests.servers import free_port, mjpeg_camera, mute_server

COUNT = 30
VARIABLE_MS = [0, 40, 80, 200, 240, 250, 400] + [440 + 40 * i for i in range(COUNT - 7)]


def video(tmp_path: Path) -> str:
    return str(write_video(tmp_path / "v.mkv", counting_frames(COUNT)))


def lossy_video(tmp_path: Path) -> str:
    return str(write_video(tmp_path / "v.mp4", counting_frames(COUNT), codec="libx264"))


def variable_rate_video(tmp_path: Path) -> str:
    return str(write_video(tmp_path / "vfr.mkv", counting_frames(COUNT), VARIABLE_MS))


def deep_video(tmp_path: Path) -> str:
    return str(
        write_video(tmp_path / "ir16.mkv", [f.astype(np.uint16) * 57 for f in counting_frames(COUNT, colour=False)])
    )


def images(tmp_path: Path) -> str:
    return str(write_images(tmp_path / "i", [f"f{i}.png" for i in range(COUNT)], counting_frames(COUNT)))


def synthetic(_: Path) -> str:
    return f"synthetic:vis?frames={COUNT}&size=64x48"


def transport_stream(tmp_path: Path) -> str:
    return str(write_video(tmp_path / "v.ts", counting_frames(COUNT), codec="libx264"))


def raw_stream(tmp_path: Path) -> str:
    return str(write_video(tmp_path / "v.h264", counting_frames(COUNT), codec="libx264"))


def half_video(tmp_path: Path) -> str:
    return f"split:right:{write_video(tmp_path / 'wide.mkv', counting_frames(COUNT, (128, 48)))}"


def half_of_images(tmp_path: Path) -> str:
    folder = write_images(tmp_path / "tall", [f"f{i}.png" for i in range(COUNT)], counting_frames(COUNT, (64, 96)))
    return f"split:top:{folder}"


FILES = [
    video,
    lossy_video,
    variable_rate_video,
    deep_video,
    transport_stream,
    raw_stream,
    images,
    synthetic,
    half_video,
    half_of_images,
]


def read_all(source: FrameSource) -> list[Frame]:
    return list(iter(source.read, None))  # type: ignore[arg-type]


def wait_for(source: BufferedSource, is_reached: Callable[[SourceState], bool], timeout_s: float = 12.0) -> SourceState:
    deadline = time.monotonic() + timeout_s
    while not is_reached(state := source.state()):
        assert time.monotonic() < deadline, state
        time.sleep(0.01)
    return state


@pytest.fixture(params=FILES, ids=lambda make: make.__name__)
def uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    make: Callable[[Path], str] = request.param
    return make(tmp_path)


def test_every_frame_comes_once_in_order_with_rising_pts(uri: str) -> None:
    source = open_source(uri)
    frames = read_all(source)
    assert [frame.index for frame in frames][:5] == [0, 1, 2, 3, 4]
    assert len(frames) == COUNT
    assert frames[0].pts_s == 0
    assert all(a.pts_s < b.pts_s for a, b in pairwise(frames))
    assert source.read() is None
    assert source.notice == ""
    source.close()
    source.close()


def test_the_info_is_true(uri: str) -> None:
    source = open_source(uri)
    info, first = source.info, source.read()
    source.close()
    assert first is not None
    assert info.size == first.size == (64, 48)
    # Containers of variable rate only know a duration, raw streams nothing.
    assert info.frame_count is None or abs(info.frame_count - COUNT) <= 5
    assert not info.is_live


def test_seeking_continues_at_the_first_frame_not_before(uri: str) -> None:
    source = open_source(uri)
    frames = read_all(source)
    for index in (17, 3, 0, 29):
        source.seek(frames[index].pts_s)
        found = source.read()
        assert found is not None
        assert found.pts_s == pytest.approx(frames[index].pts_s, abs=1e-3)
        assert np.array_equal(found.image, frames[index].image)
    source.seek(frames[-1].pts_s + 10)
    assert source.read() is None
    source.close()


def test_buffered_loses_nothing_of_a_file(uri: str) -> None:
    expected = read_all(open_source(uri))
    source = BufferedSource(open_source(uri), capacity=3)
    frames = read_all(source)
    assert [f.pts_s for f in frames] == [f.pts_s for f in expected]
    assert source.dropped == 0
    source.seek(expected[10].pts_s)
    again = source.read()
    assert again is not None
    assert again.pts_s == pytest.approx(expected[10].pts_s, abs=1e-3)
    source.close()


def test_recordings_joined_end_to_end_are_one(tmp_path: Path) -> None:
    part = Path(transport_stream(tmp_path)).read_bytes()
    (tmp_path / "joined.ts").write_bytes(part * 2)
    source = open_source(str(tmp_path / "joined.ts"))
    frames = read_all(source)
    source.close()
    assert len(frames) == 2 * COUNT
    assert all(a.pts_s < b.pts_s for a, b in pairwise(frames))


def test_images_of_one_name_are_refused(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "n", ["a.png", "a.bmp"], counting_frames(2))
    with pytest.raises(SourceError, match=r"a\.bmp and a\.png"):
        images_by_name(str(folder))


def test_variable_frame_times_are_exact(tmp_path: Path) -> None:
    source = open_source(variable_rate_video(tmp_path))
    assert [round(f.pts_s * 1000) for f in read_all(source)] == VARIABLE_MS
    source.close()


def test_lossless_video_and_images_give_the_pixels_that_were_written(tmp_path: Path) -> None:
    for make in (video, images):
        source = open_source(make(tmp_path))
        for frame, written in zip(read_all(source), counting_frames(COUNT), strict=True):
            assert np.array_equal(frame.image, written)
        source.close()


def test_sixteen_bit_survives(tmp_path: Path) -> None:
    written = [f.astype(np.uint16) * 57 for f in counting_frames(5, colour=False)]
    write_images(tmp_path / "deep", [f"{i}.png" for i in range(5)], written)
    for uri in (str(tmp_path / "deep"), deep_video(tmp_path)):
        source = open_source(uri)
        assert np.array_equal(read_all(source)[4].image, written[4])
        source.close()


def test_images_are_read_in_natural_order(tmp_path: Path) -> None:
    names = ["img10.png", "img2.png", "img1.png"]
    source = open_source(str(write_images(tmp_path / "n", names, counting_frames(3))))
    assert [f.name for f in read_all(source)] == ["img1.png", "img2.png", "img10.png"]


def test_an_unreadable_image_is_skipped_and_named(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "n", ["a.png", "b.png", "c.png"], counting_frames(3))
    (folder / "b.png").write_bytes(b"not an image")
    source = open_source(str(folder))
    assert [f.name for f in read_all(source)] == ["a.png", "c.png"]
    assert "b.png" in source.notice


def test_a_truncated_video_gives_what_is_left(tmp_path: Path) -> None:
    path = Path(video(tmp_path))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    source = open_source(str(path))
    frames = read_all(source)
    source.close()
    assert 5 < len(frames) < COUNT
    assert np.array_equal(frames[4].image, counting_frames(COUNT)[4])


def test_damage_in_the_middle_is_survived_and_said(tmp_path: Path) -> None:
    path = Path(lossy_video(tmp_path))
    data = bytearray(path.read_bytes())
    middle = slice(len(data) * 2 // 5, len(data) * 3 // 5)
    data[middle] = os.urandom(middle.stop - middle.start)
    path.write_bytes(bytes(data))
    try:
        source = open_source(str(path))
    except SourceError:
        return  # the index was hit: refused in one sentence
    frames = read_all(source)
    source.close()
    assert len(frames) <= COUNT
    assert all(a.pts_s < b.pts_s for a, b in pairwise(frames))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("absent.mp4", None, "does not exist"),
        ("empty.mp4", b"", "is empty"),
        ("text.mp4", b"hello, this is a text", "is not a video"),
        ("noise.mkv", bytes(range(256)) * 40, "is not a video"),
        ("broken.png", b"\x89PNG\r\n\x1a\n", "image that can be read"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        open_source(str(tmp_path / name))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("camera:", "names no camera"),
        ("http://127.0.0.1:9/no\nthing", "no address has"),
        ("gopher://host/x", "rtsp"),
        ("synthetic:radar", "synthetic:ir"),
        ("synthetic:ir?size=9", "synthetic:ir"),
        ("synthetic:ir?frames=-1", "synthetic:ir"),
        ("\0", "cannot be opened"),
        ("", "no source"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence(uri: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        open_source(uri)


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("camera:front", "is not connected; there is"),
        ("camera:987", "does not answer"),
        ("camera:99999999999999999999", "is not connected"),
        ("http://127.0.0.1:9/nothing", "does not answer"),
    ],
)
def test_a_live_source_that_is_not_there_is_a_state_with_a_countdown(uri: str, words: str) -> None:
    source = BufferedSource(open_source(uri))
    assert source.info.is_live
    assert source.info.is_guess
    state = wait_for(source, lambda state: state.phase is Phase.RECONNECTING)
    assert words in state.reason
    assert "\n" not in state.reason
    assert state.reason == source.notice
    assert state.retry_in_s is not None
    assert 0 <= state.retry_in_s <= 5
    assert state.age_s is None
    assert source.is_silent
    started = time.monotonic()
    source.close()
    assert time.monotonic() - started < 1.2
    assert source.state().phase is Phase.CLOSED


@pytest.mark.parametrize(
    "uri",
    [
        "http://operator:s3cret@127.0.0.1:9/stream?user=operator&password=s3cret",
        "http://operator:s3/s3cret@127.0.0.1:9/stream",
        "rtsp://127.0.0.1:9/user=operator&password=s3cret&channel=1",
        "rtsp://127.0.0.1:9/user=operator_password=s3cret_channel=1",
        "http://127.0.0.1:9/?user=operator&access_token=s3cret",
    ],
)
def test_a_password_is_never_shown(uri: str, capfd: pytest.CaptureFixture[str]) -> None:
    source = BufferedSource(open_source(uri))
    state = wait_for(source, lambda state: state.phase is Phase.RECONNECTING)
    threads = " ".join(thread.name for thread in threading.enumerate())
    source.close()
    shown = " ".join((state.reason, source.notice, source.info.uri, threads, *capfd.readouterr()))
    assert "cret" not in shown
    assert "127.0.0.1" in state.reason
    assert "operator" in source.info.uri
    with pytest.raises(SourceError) as caught:
        open_source(uri.replace("http:", "gopher:").replace("rtsp:", "gopher:"))
    assert "cret" not in str(caught.value)


def test_an_empty_folder_and_a_loop_of_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no images"):
        open_source(str(tmp_path / "empty"))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(SourceError):
        open_source(str(tmp_path / "loop"))


def test_a_network_camera_is_read_live_with_monotonic_stamps() -> None:
    with mjpeg_camera(fps=50) as url:
        before = time.monotonic()
        source = BufferedSource(open_source(url), capacity=4)
        assert source.info.is_live
        frames = [frame for frame in (source.read() for _ in range(5)) if frame is not None]
        assert len(frames) == 5
        assert all(before <= a.pts_s < b.pts_s for a, b in pairwise(frames))
        source.close()


def test_a_live_source_drops_the_oldest_and_counts_it() -> None:
    with mjpeg_camera(fps=100) as url:
        source = BufferedSource(open_source(url), capacity=3)
        time.sleep(0.5)
        newest_before = time.monotonic()
        first = source.read()
        assert first is not None
        assert source.dropped > 10
        assert newest_before - first.pts_s < 0.3
        source.close()


def test_a_live_stream_that_ends_is_opened_again() -> None:
    with mjpeg_camera(fps=100, frames=5) as url:
        source = BufferedSource(open_source(url), capacity=10)
        frames = [source.read() for _ in range(7)]
        assert [frame.index for frame in frames if frame is not None] == list(range(7))
        assert source.state().reconnects >= 1
        state = wait_for(source, lambda state: state.phase is Phase.RECONNECTING)
        assert "stream ended" in state.reason
        assert not source.is_over
        source.close()
        assert source.is_over


def test_a_stream_that_stops_sending_is_stalled_within_a_second() -> None:
    with mjpeg_camera(fps=25, frames=20, freezes=True) as url:
        source = BufferedSource(open_source(url))
        wait_for(source, lambda state: state.phase is Phase.OK)
        state = wait_for(source, lambda state: state.phase is not Phase.OK)
        assert state.phase is Phase.STALLED
        assert state.age_s is not None
        assert 0.7 < state.age_s < 1.0
        assert "no new frame" in state.reason
        source.close()


def test_retrying_now_does_not_wait_for_the_end_of_the_pause() -> None:
    port = free_port()
    source = BufferedSource(open_source(f"http://127.0.0.1:{port}/stream"))
    wait_for(source, lambda state: (state.retry_in_s or 0) > 3.5)  # the fourth pause
    with mjpeg_camera(port=port):
        source.retry_now()
        started = time.monotonic()
        assert source.read() is not None
        assert time.monotonic() - started < 2.5
        assert not source.info.is_guess
        assert source.info.size == (64, 48)
        source.close()


def test_a_server_that_says_nothing_keeps_no_other_source_from_opening() -> None:
    with mute_server() as mute, mjpeg_camera() as url:
        silent = BufferedSource(open_source(mute))
        time.sleep(0.2)
        started = time.monotonic()
        source = BufferedSource(open_source(url))
        assert source.read(8.0) is not None
        assert time.monotonic() - started < 4  # its time-out is 5 s
        assert silent.state().phase is Phase.OPENING
        source.close()
        silent.close()
        wait_for_threads(f"source {mute}")


def wait_for_threads(name: str) -> None:
    """Wait until the driver of an abandoned source has let go."""
    deadline = time.monotonic() + 8
    while any(thread.name == name for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the driver never let go"
        time.sleep(0.05)


def test_a_driver_that_does_not_let_go_is_left_alone_and_not_asked_twice(caplog: pytest.LogCaptureFixture) -> None:
    with mute_server() as url:  # takes connections and says nothing: opening takes its whole time-out
        first = BufferedSource(open_source(url))
        time.sleep(0.3)
        started = time.monotonic()
        first.close()
        assert time.monotonic() - started < 1.3
        assert "does not let go" in caplog.text
        second = BufferedSource(open_source(url))
        state = wait_for(second, lambda state: state.phase is Phase.RECONNECTING)
        assert "still held" in state.reason
        started = time.monotonic()
        second.close()
        assert time.monotonic() - started < 0.5
        wait_for_threads(f"source {url}")


def test_closing_wakes_a_reader_that_waits() -> None:
    with mjpeg_camera(fps=3) as url:
        source = BufferedSource(open_source(url), capacity=2)
        source.read()
        started = time.monotonic()
        source.close()
        assert source.read() is None
        assert time.monotonic() - started < 3


def test_the_demo_pair_is_the_same_every_time_and_differs_between_cameras() -> None:
    first, second = (read_all(open_source("synthetic:ir?frames=3")) for _ in range(2))
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0].image, first[2].image)
    vis = read_all(open_source("synthetic:vis?frames=1"))[0]
    assert vis.image.shape == (256, 320, 3)
    assert first[0].image.shape == (256, 320)


def test_a_note_on_a_file_is_kept_once_and_reaches_whoever_reads_it(tmp_path: Path) -> None:
    inner = open_source(video(tmp_path))
    for _ in range(2):
        inner.note("first of 3", "holds three pictures; the first is taken")
    source = BufferedSource(inner)
    assert source.notes == (Note("first of 3", "holds three pictures; the first is taken"),)
    source.close()


def test_the_log_says_which_reader_took_a_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = video(tmp_path)
    with caplog.at_level(logging.INFO, "fusion_app"):
        open_source(path).close()
    (line,) = [record.getMessage() for record in caplog.records if path in record.getMessage()]
    assert "PyAV" in line
    assert "ffv1" in line
