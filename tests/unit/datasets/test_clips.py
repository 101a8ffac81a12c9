"""What a data set is made of: clips by their places, links included; results never lie among the originals."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.datasets.clips import find_clips
from fusion_app.datasets.journal import Journal, Row
from fusion_app.datasets.writing import ALIGNED, PICTURES, remove_results
from fusion_app.errors import CalibrationError
from fusion_app.settings import ThermalSettings


def write_clip(folder: Path) -> None:
    """Write two pairs of pictures."""
    for side in ("ir", "vis"):
        (folder / side).mkdir(parents=True)
        for name in ("1.png", "2.png"):
            cv2.imwrite(str(folder / side / name), np.full((48, 64), 90, np.uint8))


def test_an_output_within_the_data_set_is_refused(tmp_path: Path) -> None:
    write_clip(tmp_path / "data")
    for output in (tmp_path / "data", tmp_path / "data" / "ordered", tmp_path):
        with pytest.raises(CalibrationError, match="choose"):
            find_clips(tmp_path / "data", output, ThermalSettings())


def test_a_linked_folder_is_a_clip_by_the_name_of_the_link(tmp_path: Path) -> None:
    write_clip(tmp_path / "elsewhere" / "night")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "linked").symlink_to(tmp_path / "elsewhere" / "night", target_is_directory=True)
    clips, _ = find_clips(tmp_path / "data", tmp_path / "out", ThermalSettings())
    assert [(clip.name, len(clip)) for clip in clips] == [("linked", 2)]


def test_what_failed_is_done_again_and_what_is_done_is_not(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "out", {"a": 1})
    journal.note_row(Row("clip", "1", reason="no room", failed=True))
    journal.note_row(Row("clip", "2"))
    journal.close()
    again = Journal(tmp_path / "out", {"a": 1})
    assert again.row("clip", "1") is None
    assert again.row("clip", "2") is not None
    again.close()


def test_beginning_anew_leaves_nothing_of_the_results_before(tmp_path: Path) -> None:
    for folder in (ALIGNED, PICTURES):
        (tmp_path / folder / "clip").mkdir(parents=True)
        (tmp_path / folder / "clip" / "1.jpg").write_bytes(b"old")
    (tmp_path / "rig.yaml").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    remove_results(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
