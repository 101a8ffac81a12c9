"""Pairs of one stream, and recordings as if they were live."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from fusion_app.errors import PairingError, SourceError
from fusion_app.frames import FramePair, Size
from fusion_app.pairing.live import LivePairStream
from fusion_app.run.runner import Finish, Pace
from fusion_app.session.opening import OpenPair, open_pair
from fusion_app.session.session import Session, open_session
from fusion_app.session.source_pair import source_pair
from fusion_app.settings import FusionSettings, Settings, SourceSettings
from tests.media import Array, counting_frames, write_images, write_video
from tests.servers import mjpeg_camera

COUNT = 30


def both_pictures(count: int = COUNT) -> list[Array]:
    return [np.hstack([frame, 255 - frame]) for frame in counting_frames(count)]


@pytest.fixture
def wide(tmp_path: Path) -> str:
    return str(write_video(tmp_path / "wide.mkv", both_pictures()))


@contextmanager
def opened(ir: str, vis: str, **options: bool) -> Iterator[OpenPair]:
    pair = open_pair(source_pair(SourceSettings(ir, vis, **options)))
    try:
        yield pair
    finally:
        pair.close()


def session_of(ir: str, vis: str, **options: bool) -> Session:
    sources = SourceSettings(ir, vis, **options)
    return open_session(Settings(sources, FusionSettings(model="max")), Pace.EXPORT)


def all_pairs(session: Session) -> list[FramePair]:
    return list(iter(session.pairs.read, None))  # type: ignore[arg-type]


def test_both_halves_of_a_file_are_paired_frame_by_frame(wide: str) -> None:
    session = session_of(f"split:left:{wide}", f"split:right:{wide}")
    pairs = all_pairs(session)
    session.close()
    assert len(pairs) == COUNT
    for pair, whole in zip(pairs, both_pictures(), strict=True):
        assert pair.skew_s == 0
        assert np.array_equal(pair.ir.image, whole[:, :64])
        assert np.array_equal(pair.vis.image, whole[:, 64:])
    assert session.ir.info.size == session.vis.info.size == Size(64, 48)
    assert session.ir.info.uri == f"split:left:{wide}"


@pytest.fixture(params=[False, True], ids=["all numbers", "denormals are zero"])
def _denormals(request: pytest.FixtureRequest) -> Iterator[None]:
    """Threads inherit what networks that run in this one set."""
    torch.set_flush_denormal(request.param)
    yield
    torch.set_flush_denormal(False)


@pytest.mark.usefixtures("_denormals")
def test_halves_of_a_file_are_sought_together(wide: str) -> None:
    session = session_of(f"split:left:{wide}", f"split:right:{wide}")
    for target in (20, 3, 0, 28, 11) * 10:  # the two seek and read in any order
        session.pairs.seek(target / 25)
        pairs = [session.pairs.read() for _ in range(2)]
        assert [(pair.ir.index, pair.vis.index) for pair in pairs if pair] == [
            (target, target),
            (target + 1, target + 1),
        ]
        assert all(np.array_equal(255 - pair.ir.image, pair.vis.image) for pair in pairs if pair)
    session.close()


def test_top_and_bottom_share_a_folder_of_images(tmp_path: Path) -> None:
    tall = [np.vstack([frame, 255 - frame]) for frame in counting_frames(5)]
    folder = write_images(tmp_path / "tall", [f"{index}.png" for index in range(5)], tall)
    session = session_of(f"split:bottom:{folder}", f"split:top:{folder}")
    pairs = all_pairs(session)
    session.close()
    assert [pair.vis.name for pair in pairs] == [f"{index}.png" for index in range(5)]
    assert all(np.array_equal(255 - pair.ir.image, pair.vis.image) for pair in pairs)


def test_both_halves_of_a_network_camera_come_over_one_connection() -> None:
    connections: list[str] = []
    with mjpeg_camera(size=(128, 48), connections=connections) as url:
        session = session_of(f"split:left:{url}", f"split:right:{url}")
        pairs = [session.pairs.read() for _ in range(20)]
        state = session.ir.state()
        session.close()
    assert len(connections) == 1
    assert all(pair is not None and pair.skew_s == 0 and not pair.lost for pair in pairs)
    assert state.fps is not None
    assert session.vis.info.size == Size(64, 48)


def test_halves_of_two_streams_are_two_sources(wide: str, tmp_path: Path) -> None:
    other = str(write_video(tmp_path / "other.mkv", both_pictures()))
    with opened(f"split:left:{wide}", f"split:left:{other}") as pair:
        first, second = pair.ir.read(), pair.vis.read()
        assert first is not None
        assert second is not None
        assert np.array_equal(first.image, second.image)


@pytest.mark.parametrize("uri", ["split:", "split:left", "split:left:", "split:middle:x.mkv", "split:left:split:top:x"])
def test_what_is_no_half_is_refused_with_an_example(uri: str, wide: str) -> None:
    with pytest.raises(SourceError, match="split:left:camera:0"):
        open_pair(source_pair(SourceSettings(uri, wide)))


def test_a_password_inside_a_split_is_not_shown() -> None:
    with opened(*(f"split:{side}:http://me:s3cret@127.0.0.1:9/x" for side in ("left", "right"))) as pair:
        shown = f"{pair.ir.info.uri} {pair.vis.state().reason} {[thread.name for thread in threading.enumerate()]}"
    assert "s3cret" not in shown
    assert "does not answer" in shown


def test_files_play_at_their_own_pace_as_if_live(tmp_path: Path) -> None:
    ir = str(write_video(tmp_path / "ir.mkv", counting_frames(COUNT, colour=False)))
    vis = str(write_video(tmp_path / "vis.mkv", counting_frames(COUNT)))
    started = time.monotonic()
    with opened(ir, vis, realtime=True) as pair:
        assert pair.is_live
        pair.begin()
        stream = LivePairStream(pair.ir, pair.vis)
        pairs = list(iter(stream.read, None))  # type: ignore[arg-type]
        took_s = time.monotonic() - started
    alive = [item for item in pairs if not (item.lost or item.is_held)]  # a busy machine may be late
    assert len(alive) > 3
    assert all(item.ir.index == item.vis.index for item in alive)
    assert all(abs(item.skew_s) < 1e-3 for item in alive)
    for one, other in pairwise(alive):
        assert other.vis.pts_s - one.vis.pts_s == pytest.approx(0.04 * (other.vis.index - one.vis.index), abs=1e-3)
    assert 1.1 < took_s < 60
    assert started < alive[0].vis.pts_s < time.monotonic()


def test_what_nobody_takes_in_time_is_dropped_and_counted(tmp_path: Path) -> None:
    vis = str(write_video(tmp_path / "vis.mkv", counting_frames(100)))
    with opened(vis, vis, realtime=True) as pair:
        pair.begin()
        stream = LivePairStream(pair.ir, pair.vis)
        assert stream.read() is not None
        deadline = time.monotonic() + 60
        while stream.counts.dropped + pair.vis.dropped <= 15:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert stream.read() is not None


def test_looped_files_start_over_together(tmp_path: Path) -> None:
    ir = str(write_video(tmp_path / "ir.mkv", counting_frames(20, colour=False)))
    vis = str(write_video(tmp_path / "vis.mkv", counting_frames(14)))
    with opened(ir, vis, loop=True) as pair:
        pair.begin()
        stream = LivePairStream(pair.ir, pair.vis)
        pairs = [item for item in (stream.read() for _ in range(45)) if item is not None]
    assert len(pairs) == 45
    in_step = [item for item in pairs if not (item.lost or item.is_held)]  # a busy machine may be late
    assert len(in_step) > 3
    assert all(abs(item.skew_s) < 1e-3 for item in in_step)
    frames = pairs[-1].vis.index - pairs[0].vis.index
    assert pairs[-1].vis.pts_s - pairs[0].vis.pts_s == pytest.approx(frames * 0.04, abs=1.0)
    for item in pairs:  # the pictures are those of one moment of the recordings, lap after lap
        assert np.array_equal(cv2.split(item.vis.image)[0], counting_frames(14, colour=False)[item.vis.index % 14])
        assert np.array_equal(item.ir.image, counting_frames(14, colour=False)[item.ir.index % 14])


def test_a_run_over_files_as_if_live_ends_with_them(tmp_path: Path) -> None:
    vis = str(write_video(tmp_path / "vis.mkv", counting_frames(60)))
    session = session_of(vis, vis, realtime=True)
    assert session.pace is Pace.LIVE
    report = session.runner.run()
    session.close()
    assert report.finish is Finish.ENDED
    assert report.fused >= 1


def test_a_camera_and_a_file_are_paired_only_as_if_live(tmp_path: Path) -> None:
    vis = str(write_video(tmp_path / "vis.mkv", counting_frames(50)))
    with mjpeg_camera() as url:
        with pytest.raises(PairingError, match="--realtime"):
            open_pair(source_pair(SourceSettings(url, vis)))
        with opened(url, vis, realtime=True) as pair:
            pair.begin()
            stream = LivePairStream(pair.ir, pair.vis)
            pairs = [stream.read() for _ in range(10)]
            assert any(item is not None and not item.lost for item in pairs)


def test_what_is_missing_is_said_in_a_few_words() -> None:
    with mjpeg_camera() as url, opened("camera:97", url) as pair:
        assert re.fullmatch(r"infrared reconnecting(, again in \d s)?", pair.silent_sources())
        with pytest.raises(SourceError, match="camera:97: does not answer"):
            pair.require(1.0)
    with mjpeg_camera() as url, opened(url, url) as pair:
        pair.require(60.0)
        assert pair.silent_sources() == ""


def test_a_pair_opens_in_little_more_than_the_time_that_it_waits_for_cameras() -> None:
    started = time.monotonic()
    with opened("camera:97", "rtsp://127.0.0.1:9/x") as pair:
        assert time.monotonic() - started < 20
        assert pair.is_live
        assert pair.vis.info.is_guess
        assert pair.all_notices() == []
