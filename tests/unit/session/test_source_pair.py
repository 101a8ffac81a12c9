"""What a pair of addresses is."""

from pathlib import Path
from threading import Event

import pytest

from fusion_app.errors import PairingError, RecordingError, SourceError
from fusion_app.session.export import FuseJob, fuse_recordings
from fusion_app.session.source_pair import Kind, holds_both, pair_file, source_pair, twice
from fusion_app.settings import Settings, SourceSettings, save_settings
from tests.media import counting_frames, write_images, write_video


@pytest.fixture
def folders(tmp_path: Path) -> SourceSettings:
    names = [f"{number}.png" for number in range(3)]
    return SourceSettings(*(str(write_images(tmp_path / name, names, counting_frames(3))) for name in ("ir", "vis")))


def test_two_files_are_two_sources() -> None:
    assert source_pair(SourceSettings("a.mkv", "b.mkv")).kind is Kind.SOURCES


def test_halves_of_one_stream_are_told_from_halves_of_two() -> None:
    assert source_pair(SourceSettings("split:left:a.mkv", "split:right:a.mkv")).kind is Kind.HALVES
    assert source_pair(SourceSettings("split:left:a.mkv", "split:right:b.mkv")).kind is Kind.SOURCES


def test_a_half_that_is_written_wrongly_is_refused() -> None:
    with pytest.raises(SourceError, match="like split:left:camera:0"):
        source_pair(SourceSettings("split:middle:a.mkv", "split:right:a.mkv"))


def test_folders_are_images_with_the_names_of_their_pairs(folders: SourceSettings) -> None:
    pair = source_pair(folders)
    assert pair.kind is Kind.IMAGES
    assert pair.image_names() == ("0.png", "1.png", "2.png")
    assert pair.files() == [Path(folders.ir), Path(folders.vis)]


def test_folders_with_nothing_in_common_are_refused(tmp_path: Path, folders: SourceSettings) -> None:
    other = write_images(tmp_path / "other", ["x.png", "y.png"], counting_frames(2))
    with pytest.raises(PairingError):
        source_pair(SourceSettings(folders.ir, str(other)))


def test_the_stream_behind_two_halves_is_not_written_over(tmp_path: Path) -> None:
    wide = write_video(tmp_path / "wide.mkv", counting_frames(5))
    before = wide.read_bytes()
    sources = SourceSettings(f"split:left:{wide}", f"split:right:{wide}")
    with pytest.raises(RecordingError, match="is a source of this job"):
        fuse_recordings(FuseJob(Settings(sources), wide, overwrite=True), lambda *_: None, Event())
    assert wide.read_bytes() == before


def test_a_rig_is_known_by_its_file_alone_and_nothing_else_is(tmp_path: Path, folders: SourceSettings) -> None:
    save_settings(tmp_path / "my.yaml", Settings(folders))
    found = pair_file(tmp_path / "my.yaml")
    assert found is not None
    assert (found.settings.sources, found.is_recording) == (folders, False)
    assert pair_file(Path(folders.ir)) is None


def test_the_log_of_a_recording_without_its_video_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("frame,pts_s\n")
    with pytest.raises(SourceError, match=r"r\.mkv, which is not beside it"):
        pair_file(tmp_path / "r.csv")


def test_a_folder_of_infrared_alone_does_not_hold_both(folders: SourceSettings) -> None:
    assert not holds_both(folders.ir)
    assert not holds_both("camera:0")
    with pytest.raises(PairingError):
        source_pair(twice(SourceSettings(folders.ir)))
