"""Files that are whole or not there, and that touch nobody else's."""

from pathlib import Path

import numpy as np
import pytest

from fusion_app.errors import RecordingError
from fusion_app.settings import Settings, load_settings, save_settings
from fusion_app.system.whole_files import new_file, write_whole
from fusion_app.writers import write_png


def test_a_file_is_replaced_as_a_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_the_user_that_is_called_like_a_temporary_one_stays(tmp_path: Path) -> None:
    for name in ("rig.yaml.partial", "rig.yaml-2.partial", "a.png.partial"):
        (tmp_path / name).write_text("mine")
    save_settings(tmp_path / "rig.yaml", Settings())
    write_png(tmp_path / "a.png", np.zeros((4, 4), np.uint8))
    assert load_settings(tmp_path / "rig.yaml") == Settings()
    mine = sorted(tmp_path.glob("*.partial"))
    assert len(mine) == 3
    assert {path.read_text() for path in mine} == {"mine"}


def test_a_link_that_is_called_like_a_temporary_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "a.png.partial").symlink_to(tmp_path / "mine")
    write_png(tmp_path / "a.png", np.zeros((4, 4), np.uint8))
    assert (tmp_path / "mine").read_text() == "mine"


def test_names_that_are_taken_are_passed_over(tmp_path: Path) -> None:
    names = [new_file(tmp_path / "a.b.mkv").name for _ in range(3)]
    assert names == ["a.b.mkv", "a.b-2.mkv", "a.b-3.mkv"]


def test_where_nothing_can_be_written_what_was_there_stays_and_nothing_is_left(tmp_path: Path) -> None:
    place = tmp_path / "a.png"
    place.mkdir()
    (place / "mine").write_text("mine")
    with pytest.raises(RecordingError, match="cannot be written"):
        write_png(place, np.zeros((4, 4), np.uint8))
    assert (place / "mine").read_text() == "mine"
    assert list(tmp_path.iterdir()) == [place]
