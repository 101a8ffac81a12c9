"""What the spin boxes of the Alignment dock mean."""

import numpy as np
import pytest

from fusion_app.alignment.placement import Placement, placed, placement_of
from fusion_app.alignment.profile import AlignmentProfile, profile_of
from fusion_app.errors import SettingsError
from fusion_app.frames import Size

IR, VIS = Size(160, 120), Size(640, 360)
TILTED = profile_of(np.array([[3.2, 0.3, 60.0], [-0.1, 2.1, 40.0], [4e-4, -3e-4, 1.0]]), IR, VIS)
SOME = Placement(dx=-20.0, dy=12.5, scale_x=0.8, scale_y=0.9, turn_deg=3.0)


def close(placement: Placement) -> object:
    return pytest.approx([placement.dx, placement.dy, placement.scale_x, placement.scale_y, placement.turn_deg])


def values(placement: Placement) -> list[float]:
    return [placement.dx, placement.dy, placement.scale_x, placement.scale_y, placement.turn_deg]


@pytest.mark.parametrize("profile", [AlignmentProfile(), TILTED])
def test_infrared_lies_where_the_numbers_say(profile: AlignmentProfile) -> None:
    moved = placed(profile, SOME, IR, VIS)
    assert values(placement_of(moved, IR, VIS)) == close(SOME)
    x, y, w = moved.homography(IR, VIS) @ ((IR.width - 1) / 2, (IR.height - 1) / 2, 1.0)
    assert (x / w, y / w) == pytest.approx(((VIS.width - 1) / 2 - 20.0, (VIS.height - 1) / 2 + 12.5), abs=1e-6)


def test_no_profile_is_no_move() -> None:
    assert values(placement_of(AlignmentProfile(), IR, VIS)) == close(Placement())
    assert placed(AlignmentProfile(), Placement(), IR, VIS) == AlignmentProfile()


def test_moving_there_and_back_keeps_the_perspective() -> None:
    there = placed(TILTED, SOME, IR, VIS)
    back = placed(there, placement_of(TILTED, IR, VIS), IR, VIS)
    assert back.homography(IR, VIS) == pytest.approx(TILTED.homography(IR, VIS), abs=1e-9)
    assert abs(there.homography(IR, VIS)[2, 0]) > 1e-5


def test_a_turn_is_clockwise_on_the_screen() -> None:
    right = placed(AlignmentProfile(), Placement(turn_deg=90.0), IR, Size(640, 480))
    x, y, w = right.homography(IR, Size(640, 480)) @ (159.5, 59.5, 1.0)  # the middle of the right edge
    assert y / w > 300
    assert x / w == pytest.approx(319.5)


def test_square_pixels_give_infrared_its_proportions_back() -> None:
    square = placed(AlignmentProfile(), Placement().scaled(0.5).with_square_pixels(IR, VIS), IR, VIS)
    assert square.homography(IR, VIS)[0, 0] == pytest.approx(2.0)
    assert square.homography(IR, VIS)[1, 1] == pytest.approx(2.0)


def test_infrared_cannot_be_moved_off_the_picture() -> None:
    with pytest.raises(SettingsError, match="on the visible picture"):
        placed(AlignmentProfile(), Placement(dx=2000.0), IR, VIS)
