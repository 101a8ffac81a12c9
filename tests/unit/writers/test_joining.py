"""Videos joined packet by packet, and those that cannot be."""

from pathlib import Path

import pytest

from fusion_app.errors import RecordingError
from fusion_app.writers.joining import join
from tests.media import counting_frames, read_back, write_video


def test_frames_and_times_go_on_from_part_to_part(tmp_path: Path) -> None:
    frames = counting_frames(9)
    parts = [
        write_video(
            tmp_path / f"{begin}.mkv", frames[begin : begin + 3], [40 * begin, 40 * begin + 40, 40 * begin + 80]
        )
        for begin in (0, 3, 6)
    ]
    assert join(parts, tmp_path / "out.mkv", None, 0.0) == (9, "")
    times, images = read_back(tmp_path / "out.mkv")
    assert times == pytest.approx([0.04 * index for index in range(9)])
    assert all((image == frame).all() for image, frame in zip(images, frames, strict=True))


def test_parts_of_different_sizes_are_refused_with_what_to_do(tmp_path: Path) -> None:
    parts = [
        write_video(tmp_path / "a.mkv", counting_frames(2, (64, 48))),
        write_video(tmp_path / "b.mkv", counting_frames(2, (32, 48)), [80, 120]),
    ]
    with pytest.raises(RecordingError, match="another size"):
        join(parts, tmp_path / "out.mkv", None, 0.0)


def test_a_part_that_is_no_video_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "b.mkv"
    bad.write_bytes(b"half")
    with pytest.raises(RecordingError):
        join([write_video(tmp_path / "a.mkv", counting_frames(2)), bad], tmp_path / "out.mkv", None, 0.0)
