"""A stream to real receivers on loopback: ffmpeg that listens, one that vanishes, one that takes nothing."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from fusion_app.errors import OutputError
from fusion_app.frames import Frame, FramePair, FusedFrame, Planes
from fusion_app.outputs import publishing
from fusion_app.outputs.planes_of import planes_of
from fusion_app.outputs.publishing import Publisher, stream_address
from fusion_app.run.runner import Pace
from fusion_app.session.session import Session, open_session
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from fusion_app.writers.h264 import time_of
from tests.servers import free_port
from tests.webdriver import wait_until

FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
SIZE = "size=128x96&frames=100000"


@pytest.fixture
def session() -> Iterator[Session]:
    settings = Settings(
        SourceSettings(f"synthetic:ir?{SIZE}", f"synthetic:vis?{SIZE}", loop=True), FusionSettings(mode="blend")
    )
    session = open_session(settings, Pace.PLAY)
    session.runner.start()
    try:
        yield session
    finally:
        session.close()


@contextmanager
def published(session: Session, address: str) -> Iterator[Publisher]:
    publisher = Publisher(session, stream_address(address))
    publisher.begin()
    try:
        yield publisher
    finally:
        publisher.close()


@contextmanager
def ffmpeg_receives(address: str, path: Path, *options: str, frames: int = 20) -> Iterator["subprocess.Popen[bytes]"]:
    """Let ffmpeg listen and keep so many frames as they come."""
    command = [str(FFMPEG), "-nostdin", "-loglevel", "error", *options, "-i", address]
    command += ["-frames:v", str(frames), "-c", "copy", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def frames_of(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec.name == "h264"
        return list(container.decode(video=0))


def pictures_of(path: Path) -> list[np.ndarray]:
    return [frame.to_ndarray(format="bgr24") for frame in frames_of(path)]


def capture_times_of(path: Path) -> list[int]:
    """Return the time of capture that each frame says."""
    beside = [data for frame in frames_of(path) for data in frame.side_data if data.type.name == "SEI_UNREGISTERED"]
    return [at_us for data in beside if (at_us := time_of(bytes(data))) is not None]


def fused_count(session: Session) -> int:
    return session.status().fused


@needs_ffmpeg
@pytest.mark.parametrize(
    ("sent", "received", "options"),
    [
        ("udp://127.0.0.1:{0}", "udp://127.0.0.1:{0}", ()),
        ("tcp://127.0.0.1:{0}", "tcp://127.0.0.1:{0}?listen=1", ("-f", "mpegts")),
        ("rtmp://127.0.0.1:{0}/live/x", "rtmp://127.0.0.1:{0}/live/x", ("-listen", "1")),
        ("rtsp://127.0.0.1:{0}/x", "rtsp://127.0.0.1:{0}/x", ("-rtsp_flags", "listen")),
    ],
    ids=["udp", "tcp", "rtmp", "rtsp"],
)
def test_ffmpeg_receives_what_is_fused(
    session: Session, tmp_path: Path, sent: str, received: str, options: tuple[str, ...]
) -> None:
    port, path = free_port(), tmp_path / "received.mkv"
    with ffmpeg_receives(received.format(port), path, *options) as receiver:
        with published(session, sent.format(port)) as publisher:
            wait_until(lambda: receiver.poll() is not None, f"it has come; {publisher.notice}")
            assert publisher.sent >= 20
        assert receiver.returncode == 0, receiver.stderr and receiver.stderr.read()
    pictures = pictures_of(path)
    assert len(pictures) >= 10
    width, height = session.vis.info.size
    assert pictures[-1].shape == (height, width, 3)
    assert pictures[-1].std() > 10
    times = capture_times_of(path)
    assert len(times) == len(pictures), "every frame says when it was captured"
    assert times == sorted(times)
    assert abs(times[-1] / 1e6 - time.time()) < 600, "by the clock of the day"


@needs_ffmpeg
def test_a_receiver_that_comes_late_goes_and_comes_again_is_connected_each_time(
    session: Session, tmp_path: Path
) -> None:
    port = free_port()
    listen = f"tcp://127.0.0.1:{port}?listen=1"
    with published(session, f"tcp://127.0.0.1:{port}") as publisher:
        wait_until(lambda: "refused" in publisher.notice, "a receiver that is not there is told")
        for number in range(2):
            with ffmpeg_receives(listen, tmp_path / f"{number}.ts", "-f", "mpegts", frames=5) as receiver:
                wait_until(lambda: receiver.poll() is not None, "it has come")
            wait_until(lambda: "tried again" in publisher.notice, "a receiver that has gone is told")
        assert publisher.connected >= 2
        assert publisher.lost > 0
    assert len(pictures_of(tmp_path / "1.ts")) >= 1


def test_a_child_that_is_killed_is_told_and_begun_anew_while_the_run_goes_on(session: Session) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        with published(session, f"udp://127.0.0.1:{ear.getsockname()[1]}") as publisher:
            wait_until(lambda: publisher.sent > 2, "it sends")
            first, fused = publisher.process_id, fused_count(session)
            assert first is not None
            os.kill(first, signal.SIGKILL)
            wait_until(lambda: "has ended" in publisher.notice, "it is told")
            wait_until(lambda: publisher.connected == 2 and publisher.notice == "", "another one sends")
            assert publisher.process_id != first
            assert fused_count(session) > fused


def test_a_receiver_that_takes_nothing_is_told_and_slows_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It accepts and never reads: once the buffers of both systems are full, sending blocks."""
    monkeypatch.setattr(publishing, "STUCK_S", 2.0)
    with socket.socket() as ear:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ear.bind(("127.0.0.1", 0))
        ear.listen()
        with published(session, f"tcp://127.0.0.1:{ear.getsockname()[1]}?send_buffer_size=4096") as publisher:
            wait_until(lambda: "takes nothing" in publisher.notice, f"it is told; {publisher.summary}")
            fused = fused_count(session)
            wait_until(lambda: fused_count(session) > fused + 5, "the run goes on")
            assert publisher.lost > 0


@pytest.mark.parametrize("address", ["http://host/x", "rtsp://", "fused.mp4", "udp://host:port", "ftp://a:secret@host"])
def test_what_is_no_receiver_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(OutputError, match="write one of rtsp") as refused:
        stream_address(address)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("address", ["rtsps://a:secret@host/x", "RTMPS://a:secret@host/x", "rtmps://host/app/secret"])
def test_what_would_be_encrypted_for_whoever_answers_is_refused(address: str) -> None:
    with pytest.raises(OutputError, match="certificates would not be checked") as refused:
        stream_address(address)
    assert "secret" not in str(refused.value)


def test_no_password_is_shown(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    with published(session, f"rtsp://bob:secret@127.0.0.1:{free_port()}/x") as publisher:
        wait_until(lambda: "tried again" in publisher.notice, "it is told")
        assert "secret" not in publisher.notice + publisher.summary + caplog.text
        assert "bob:…@127.0.0.1" in publisher.notice


def test_a_protocol_that_this_build_lacks_is_told(session: Session) -> None:
    """A build with SRT says that nobody answers."""
    with published(session, f"srt://127.0.0.1:{free_port()}") as publisher:
        wait_until(lambda: "tried again" in publisher.notice, "it is told")
        assert publisher.sent == 0


def test_pictures_of_every_kind_become_even_planes() -> None:
    vis = np.full((97, 129, 3), (200, 120, 40), np.uint8)
    pair = FramePair(Frame(vis, 0.0, 0), Frame(vis, 0.0, 0))
    assert planes_of(FusedFrame(vis, pair, vis[..., 0])).shape == (144, 128)
    assert planes_of(FusedFrame(vis[..., 0], pair, vis[..., 0])).shape == (144, 128)
    planes = Planes(
        np.full((96, 128), 90, np.uint8), (np.full((48, 64), 30, np.uint8), np.full((48, 64), 200, np.uint8))
    )
    found = planes_of(FusedFrame(planes, pair, vis[..., 0]))
    assert found.shape == (144, 128)
    assert (found[:96] == 90).all()
    assert (found[96:120] == 30).all()
    assert (found[120:] == 200).all()


@pytest.mark.parametrize(
    "address",
    [
        "udp://127.0.0.1",
        "tcp://127.0.0.1",
        "udp://127.0.0.1:0",
        "rtsp://h/x\r\nX: 1",
        "rtsp://h\0/x",
        "rtsp://h/a b",
    ],
)
def test_an_address_that_can_never_work_is_refused_at_once(address: str) -> None:
    with pytest.raises(OutputError, match="is no receiver"):
        stream_address(address)


def test_the_key_of_a_streaming_service_is_in_no_text(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    with published(session, f"rtmp://127.0.0.1:{free_port()}/live/key-that-nobody-may-see") as publisher:
        wait_until(lambda: "tried again" in publisher.notice, "it is told that nobody receives")
        assert "/live/…: " in publisher.notice
        assert "nobody-may-see" not in publisher.notice + publisher.summary
    assert "nobody-may-see" not in caplog.text
