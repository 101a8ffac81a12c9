"""What an alignment profile may be, and how it comes into a file and back."""

from pathlib import Path

import numpy as np
import pytest

from fusion_app.alignment.profile import AlignmentProfile, check_profile, load_profile, profile_of, save_profile
from fusion_app.errors import SettingsError
from fusion_app.frames import Size
from fusion_app.settings import Settings, load_settings, save_settings

IR, VIS = Size(160, 120), Size(640, 480)
MATRIX = np.array([[3.2, 0.1, 60.0], [-0.1, 3.1, 40.0], [1e-5, 2e-5, 1.0]])
PROFILE = profile_of(MATRIX, IR, VIS, "by hand")

IDENTITY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def moved(matrix: np.ndarray, *points: tuple[float, float]) -> np.ndarray:
    placed = matrix @ np.array([(x, y, 1.0) for x, y in points]).T
    return (placed[:2] / placed[2]).T


def test_a_saved_profile_reads_back_as_it_was_and_leaves_nothing_else(tmp_path: Path) -> None:
    save_profile(tmp_path / "desk.yaml", PROFILE)
    assert load_profile(tmp_path / "desk.yaml") == PROFILE
    assert [path.name for path in tmp_path.iterdir()] == ["desk.yaml"]


def test_a_row_of_the_matrix_stands_on_one_line(tmp_path: Path) -> None:
    save_profile(tmp_path / "desk.yaml", PROFILE)
    assert "- [3.2, 0.1, 60.0]\n" in (tmp_path / "desk.yaml").read_text()


def test_a_rig_holds_a_profile_and_a_profile_is_read_out_of_a_rig(tmp_path: Path) -> None:
    save_settings(tmp_path / "rig.yaml", Settings(alignment=PROFILE))
    assert load_settings(tmp_path / "rig.yaml").alignment == PROFILE
    assert load_profile(tmp_path / "rig.yaml") == PROFILE


@pytest.mark.parametrize("size", [Size(160, 120), Size(320, 240), Size(80, 60)])
def test_pictures_of_another_size_show_the_same_view_finer_or_coarser(size: Size) -> None:
    scaled = PROFILE.homography(size, Size(1280, 960))
    for u, v in ((0.0, 0.0), (1.0, 0.0), (0.3, 0.9)):
        stated = moved(PROFILE.homography(IR, VIS), (u * IR.width - 0.5, v * IR.height - 0.5))[0]
        now = moved(scaled, (u * size.width - 0.5, v * size.height - 0.5))[0]
        assert (now + 0.5) / 2 == pytest.approx(stated + 0.5, abs=1e-6)


def test_without_a_matrix_infrared_is_stretched() -> None:
    corners = moved(AlignmentProfile().homography(IR, VIS), (-0.5, -0.5), (159.5, 119.5))
    assert corners == pytest.approx(np.array([(-0.5, -0.5), (639.5, 479.5)]))


def test_the_inverse_is_for_the_sources_in_each_others_place() -> None:
    back = PROFILE.inverse().homography(VIS, IR) @ PROFILE.homography(IR, VIS)
    assert back / back[2, 2] == pytest.approx(np.eye(3), abs=1e-9)
    assert AlignmentProfile().inverse() == AlignmentProfile()


def test_an_inverse_that_no_rig_could_hold_is_none() -> None:
    steep = check_profile(changed(ir_to_vis=((0.5, 0.0, 0.0), (0.0, 0.5, 0.0), (0.02, 0.0, 1.0))))
    assert steep.inverse() == AlignmentProfile()


def changed(**values: object) -> AlignmentProfile:
    fields = {"ir_to_vis": IDENTITY, "ir_size": (64, 48), "vis_size": (64, 48)} | values
    return AlignmentProfile(**fields)  # type: ignore[arg-type]


def test_the_plainest_profile_is_allowed() -> None:
    assert check_profile(changed()) == changed()


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (changed(ir_to_vis=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))), "three rows"),
        (changed(ir_to_vis=((1.0, 0.0), (0.0, 1.0), (0.0, 0.0))), "three rows"),
        (changed(ir_to_vis=((NAN, 0.0, 0.0), *IDENTITY[1:])), "three numbers"),
        (changed(ir_to_vis=((INF, 0.0, 0.0), *IDENTITY[1:])), "three numbers"),
        (changed(ir_to_vis=((0.0,) * 3,) * 3), "can be inverted"),
        (changed(ir_to_vis=((1.0, 2.0, 0.0), (2.0, 4.0, 0.0), (0.0, 0.0, 1.0))), "can be inverted"),
        (changed(ir_to_vis=((1e-3, 0.0, 9.0), (0.0, 1e-3, 9.0), (0.0, 0.0, 1.0))), "nothing"),
        (changed(ir_to_vis=((-1.0, 0.0, 63.0), *IDENTITY[1:])), "mirror"),
        (changed(ir_to_vis=(*IDENTITY[:2], (-0.02, 0.0, 1.0))), "fold"),
        (changed(ir_to_vis=((1.0, 0.0, 500.0), *IDENTITY[1:])), "on the visible picture"),
        (changed(ir_size=()), "ir_size"),
        (changed(ir_size=(64,)), "ir_size"),
        (changed(vis_size=(64, 0)), "vis_size"),
        (changed(vis_size=(64, -48)), "vis_size"),
        (AlignmentProfile(ir_size=(1, 2, 3)), "ir_size"),
    ],
)
def test_a_wrong_profile_is_refused_in_one_sentence(profile: AlignmentProfile, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        check_profile(profile, "alignment")
    assert str(caught.value).startswith("the setting alignment.")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "section"),
        ("alignment: {}", "without an alignment"),
        ("rig: {alignment: 3}", "section"),
        ("ir_to_vis: [[1, 0, 0], [0, 1, 0], [0, 0, yes]]", "a number"),
        ("ir_to_vis: 3", "a list"),
        ("homography: []", "ir_to_vis"),
        ("a: [", "not YAML"),
    ],
)
def test_a_file_without_a_right_profile_is_refused_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(SettingsError, match=words):
        load_profile(tmp_path / "p.yaml")


def test_whole_numbers_are_numbers(tmp_path: Path) -> None:
    text = "ir_to_vis: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]\nir_size: [64, 48]\nvis_size: [64, 48]\n"
    (tmp_path / "p.yaml").write_text(text)
    assert load_profile(tmp_path / "p.yaml") == changed()
