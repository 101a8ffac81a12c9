"""Infrared and visible the wrong way round: noticed by their names, and by what they are."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fusion_app.errors import PairingError
from fusion_app.session.opening import open_pair
from fusion_app.session.source_pair import source_pair
from fusion_app.settings import SourceSettings
from tests.media import counting_frames, write_video
from tests.pictures import colour, counts, write


def notices(ir: Path, vis: Path, pairs: str = "", *, keep_sides: bool = False) -> str:
    pair = open_pair(source_pair(SourceSettings(str(ir), str(vis), pairs=pairs, keep_sides=keep_sides)))
    pair.close()
    return " ".join(pair.all_notices())


def folder_of(path: Path, pattern: str = "{}.png", is_ir: bool = False) -> Path:
    grey = cv2.cvtColor(colour(), cv2.COLOR_BGR2GRAY)
    for number in range(3):
        write(path / pattern.format(number), grey if is_ir else colour())
    return path


@pytest.mark.parametrize(
    ("ir", "vis"), [("ir", "vis"), ("infrared", "visible"), ("thermal", "rgb"), ("lwir", "visible"), ("FIR", "Visible")]
)
def test_folders_the_wrong_way_round_are_refused_by_their_names(tmp_path: Path, ir: str, vis: str) -> None:
    one, other = folder_of(tmp_path / ir, is_ir=True), folder_of(tmp_path / vis)
    assert "swapped" not in notices(one, other)
    with pytest.raises(PairingError, match="they seem to be swapped; give infrared first"):
        open_pair(source_pair(SourceSettings(str(other), str(one))))
    assert "named like visible" in notices(other, one, keep_sides=True)


def test_folders_whose_files_say_it_are_refused_the_wrong_way_round(tmp_path: Path) -> None:
    one, other = folder_of(tmp_path / "a", "{}_ir.png", is_ir=True), folder_of(tmp_path / "b", "{}_co.png")
    assert "swapped" not in notices(one, other)
    with pytest.raises(PairingError, match="seem to be swapped"):
        open_pair(source_pair(SourceSettings(str(other), str(one))))
    assert "swapped" in notices(other, one, pairs="{}_co.png,{}_ir.png")  # who gives the rule is told only


def test_videos_the_wrong_way_round_are_refused_by_their_names(tmp_path: Path) -> None:
    one, other = (write_video(tmp_path / name, counting_frames(3)) for name in ("street_ir.mkv", "street_vis.mkv"))
    assert "swapped" not in notices(one, other)
    with pytest.raises(PairingError, match="seem to be swapped"):
        open_pair(source_pair(SourceSettings(str(other), str(one))))


def test_one_name_that_speaks_for_the_other_side_is_told(tmp_path: Path) -> None:
    one, other = (write_video(tmp_path / name, counting_frames(3)) for name in ("visible.mkv", "b.mkv"))
    assert "is given as infrared and named like visible" in notices(one, other)
    assert notices(other, one) == ""


def test_a_folder_that_holds_both_says_nothing_of_its_files(tmp_path: Path) -> None:
    here = tmp_path / "visible"
    here.mkdir()
    one, other = (write_video(here / name, counting_frames(3)) for name in ("a.mkv", "b.mkv"))
    assert notices(one, other) == ""


def test_counts_as_visible_and_colours_as_infrared_are_told(tmp_path: Path) -> None:
    deep, coloured = write(tmp_path / "a.png", counts()), write(tmp_path / "b.png", colour())
    assert "swapped" not in notices(deep, coloured)
    assert "b.png (infrared) is coloured" in notices(coloured, deep)
    assert "grey of 16 bit" in notices(coloured, deep)


def test_names_that_are_right_are_stronger_than_what_the_pictures_look_like(tmp_path: Path) -> None:
    deep = write(tmp_path / "vis.png", cv2.cvtColor(colour(), cv2.COLOR_BGR2GRAY).astype(np.uint16) * 250)
    painted = write(tmp_path / "ir.png", colour())
    assert "swapped" not in notices(painted, deep)


def test_tracks_of_one_file_go_by_their_titles(tmp_path: Path) -> None:
    import av

    path = tmp_path / "both.mkv"
    with av.open(str(path), "w") as container:
        streams = []
        for title in ("ir", "visible"):
            stream = container.add_stream("ffv1", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "gray"
            stream.metadata["title"] = title
            streams.append(stream)
        for number in range(3):
            for stream in streams:
                frame = av.VideoFrame.from_ndarray(np.full((48, 64), number, np.uint8), format="gray")
                frame.pts = number
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode(None))
    with pytest.raises(PairingError, match="seem to be swapped"):
        open_pair(source_pair(SourceSettings(f"{path}#visible", f"{path}#ir")))
