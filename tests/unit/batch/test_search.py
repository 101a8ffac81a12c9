"""What in a folder becomes one result each, by the names and kinds of files that people have."""

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from fusion_app.batch.search import Found, named_apart, pairs_in
from fusion_app.errors import PairingError
from tests.batches import write_image_pair
from tests.media import counting_frames, write_images, write_video

GREY, COLOUR = counting_frames(2, (32, 24), colour=False), counting_frames(2, (32, 24))


def write_videos(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_video(path, GREY)


def write_tracks(path: Path) -> None:
    """Write a video with the tracks of a recording."""
    with av.open(str(path), "w") as container:
        streams = []
        for title in ("fused", "visible", "ir"):
            stream = container.add_stream("ffv1", rate=25)
            stream.width, stream.height, stream.pix_fmt = 32, 24, "bgr0"
            stream.metadata["title"] = title
            streams.append(stream)
        for stream in streams:
            for image in COLOUR:
                container.mux(stream.encode(VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")))
            container.mux(stream.encode(None))


def found_in(folder: Path, rule: str = "", output: Path | None = None) -> dict[str, tuple[str, str]]:
    """Return names and the two sources below ``folder``."""
    found = pairs_in(folder, rule, output).found
    return {
        one.name: tuple(str(Path(uri).relative_to(folder)) if uri else "" for uri in (one.ir, one.vis))  # type: ignore[misc]
        for one in found
    }


def test_two_folders_with_files_of_equal_names(tmp_path: Path) -> None:
    write_videos(tmp_path, "ir/n2.mkv", "vis/n2.mkv", "ir/n10.mp4", "vis/n10.avi")
    assert list(found_in(tmp_path).items()) == [
        ("n2", ("ir/n2.mkv", "vis/n2.mkv")),
        ("n10", ("ir/n10.mp4", "vis/n10.avi")),
    ]


def test_one_folder_with_both_and_what_has_no_partner_is_told(tmp_path: Path) -> None:
    write_videos(tmp_path, "a_ir.mkv", "a_vis.mkv", "b_ir.mkv", "b_vis.mkv", "c_ir.mkv")
    assert found_in(tmp_path) == {"a_vis": ("a_ir.mkv", "a_vis.mkv"), "b_vis": ("b_ir.mkv", "b_vis.mkv")}
    assert any("c_ir.mkv" in text for text in pairs_in(tmp_path).told)


def test_a_video_beside_two_folders_costs_only_itself(tmp_path: Path) -> None:
    write_videos(tmp_path, "ir/a.mkv", "vis/a.mkv", "ir/b.mkv", "vis/b.mkv", "fused-before.mkv")
    search = pairs_in(tmp_path)
    assert [one.name for one in search.found] == ["a", "b"]
    assert any("fused-before.mkv has no partner" in line for line in search.told)


def test_files_that_differ_in_their_suffix_alone_cost_their_own_pair_only(tmp_path: Path) -> None:
    write_videos(tmp_path, "a_ir.mkv", "a_vis.mkv", "b_ir.mkv", "b_vis.mkv", "b_vis.mp4")
    assert found_in(tmp_path) == {"a_vis": ("a_ir.mkv", "a_vis.mkv")}
    assert any("b_vis.mkv and b_vis.mp4; keep one of them" in text for text in pairs_in(tmp_path).told)
    for path in tmp_path.glob("a_*"):
        path.unlink()
    with pytest.raises(PairingError, match=r"b_vis\.mkv and b_vis\.mp4"):
        pairs_in(tmp_path)


def test_a_rule_that_is_given_is_kept_to(tmp_path: Path) -> None:
    write_videos(tmp_path, "left-1.mkv", "right-1.mkv")
    with pytest.raises(PairingError):
        pairs_in(tmp_path)
    assert list(found_in(tmp_path, "left-{}.mkv,right-{}.mkv").values()) == [("left-1.mkv", "right-1.mkv")]


def test_a_recording_is_a_job_by_itself_and_its_later_parts_are_none(tmp_path: Path) -> None:
    for name in ("rec.mkv", "rec-002.mkv"):
        write_tracks(tmp_path / name)
    write_videos(tmp_path, "a_ir.mkv", "a_vis.mkv")
    assert found_in(tmp_path) == {"rec": ("rec.mkv", ""), "a_vis": ("a_ir.mkv", "a_vis.mkv")}


def test_a_folder_of_images_is_one_job_and_a_folder_of_such_folders_is_many(tmp_path: Path) -> None:
    write_image_pair(tmp_path / "flight1", 2)
    write_images(tmp_path / "flight2", ["1_ir.png", "2_ir.png"], GREY)
    write_images(tmp_path / "flight2", ["1_co.png", "2_co.png"], COLOUR)
    assert found_in(tmp_path) == {name: (name, name) for name in ("flight1", "flight2")}
    assert [one.name for one in pairs_in(tmp_path / "flight1").found] == ["flight1"]


def test_a_preview_picture_beside_videos_is_left_out_and_told(tmp_path: Path) -> None:
    write_videos(tmp_path, "ir/n.mkv", "vis/n.mkv")
    write_images(tmp_path, ["preview.png"], COLOUR[:1])
    assert list(found_in(tmp_path)) == ["n"]
    assert any("left out" in text for text in pairs_in(tmp_path).told)


def test_results_within_the_folder_are_no_sources(tmp_path: Path) -> None:
    write_videos(tmp_path, "ir/n.mkv", "vis/n.mkv", "out/n.mkv")
    write_image_pair(tmp_path / "out" / "stills", 2)
    assert list(found_in(tmp_path, output=tmp_path / "out")) == ["n"]


@pytest.mark.parametrize("files", [(), ("a.mkv",), ("a.mkv", "b.mkv")])
def test_where_nothing_belongs_together_the_sentence_says_what_to_do(tmp_path: Path, files: tuple[str, ...]) -> None:
    write_videos(tmp_path, *files)
    with pytest.raises(PairingError, match=r"--pairs|write a plan"):
        pairs_in(tmp_path)


def test_names_differ_also_where_case_does_not_count() -> None:
    named = named_apart([Found("Night", "a"), Found("night", "b"), Found("night", "c")])
    assert [one.name for one in named] == ["Night", "night-2", "night-3"]
