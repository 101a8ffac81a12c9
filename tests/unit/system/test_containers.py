from pathlib import Path

import numpy as np
import pytest

from fusion_app.sources.video_file import VideoFileSource, track_titles
from fusion_app.system.containers import open_to_read, open_to_write, title_of
from fusion_app.writers.remux import remux
from tests.media import write_video
from training.evaluation.video import read_video

LATIN = "Wärme".encode("latin-1")


@pytest.fixture
def old_video(tmp_path: Path) -> Path:
    """A video of three frames whose track has a name in Latin-1, as old recorders write it."""
    path = tmp_path / "old.mkv"
    write_video(path, [np.full((48, 64, 3), 80 * n, np.uint8) for n in range(3)], [0, 40, 80])
    named = tmp_path / "named.mkv"
    with open_to_read(path) as source, open_to_write(named) as target:
        track = target.add_stream_from_template(source.streams.video[0])
        track.metadata["title"] = "XXXXX"
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = track
                target.mux(packet)
    assert named.read_bytes().count(b"XXXXX") == 1
    path.write_bytes(named.read_bytes().replace(b"XXXXX", LATIN))
    return path


def test_a_name_that_is_not_utf8_does_not_keep_a_video_from_opening(old_video: Path) -> None:
    with open_to_read(old_video) as container:
        title_of(container.streams.video[0]).encode()  # can be printed
    assert track_titles(old_video) == ("Wrme",)
    source = VideoFileSource(old_video, "Wrme")
    assert source.read() is not None
    source.close()
    assert len(list(read_video(old_video))) == 3


def test_a_recovered_video_keeps_names_that_are_not_utf8(old_video: Path) -> None:
    assert remux(old_video, []) == 3
    assert LATIN in old_video.read_bytes()


def test_a_path_is_a_file_whatever_its_name(old_video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(old_video.parent)
    old_video.rename("pipe:0")
    with open_to_read(Path("pipe:0")) as container:
        assert container.streams.video


def test_a_track_without_a_time_base_is_read_from_its_start(old_video: Path) -> None:
    """PyAV up to 18 says None where none is set, PyAV 19 says 0/1: both are false."""
    with open_to_write(old_video.with_name("new.mkv")) as container:
        assert not container.add_stream("libx264", rate=25).time_base
