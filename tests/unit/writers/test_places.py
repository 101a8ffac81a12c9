"""Where fused files are written: folders are made, but not where one is gone that was there."""

from pathlib import Path

import pytest

from fusion_app.errors import RecordingError
from fusion_app.writers import open_writer


@pytest.mark.parametrize("name", ["out.mkv", "frames"])
def test_a_writer_makes_the_folders_it_needs(tmp_path: Path, name: str) -> None:
    open_writer(tmp_path / "new" / "place" / name, 25.0, 20).close()
    assert (tmp_path / "new" / "place").is_dir()


@pytest.mark.parametrize("name", ["out.mkv", "frames"])
def test_a_place_that_is_gone_is_not_made_anew(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordingError, match="cannot be written"):
        open_writer(tmp_path / "gone" / "place" / name, 25.0, 20, is_new_place=False)
    assert not (tmp_path / "gone").exists()
