"""The distance moves infrared as a pinhole camera would, and back."""

from pathlib import Path

import numpy as np
import pytest

from fusion_app.alignment.parallax import Mounting, at_distance, mounted, mounting_of, shift_px
from fusion_app.alignment.placement import placement_of
from fusion_app.alignment.profile import AlignmentProfile, load_profile, profile_of, save_profile
from fusion_app.errors import CalibrationError, SettingsError
from fusion_app.frames import Size

IR, VIS = Size(160, 120), Size(640, 480)
AT_HAND = profile_of(np.array([[4, 0, 5.0], [0, 4, 3.0], [0, 0, 1.0]]), IR, VIS)


def test_a_lens_to_the_right_sees_near_things_further_left_so_infrared_moves_right() -> None:
    known = mounted(AT_HAND, Mounting(right_mm=40, down_mm=-20, view_deg=90))
    far = at_distance(known, 10, IR, VIS)
    near = at_distance(far, 1, IR, VIS)
    before, after = placement_of(far, IR, VIS), placement_of(near, IR, VIS)
    assert after.dx - before.dx == pytest.approx(320 * 0.04 * (1 / 1 - 1 / 10))
    assert after.dy - before.dy == pytest.approx(-320 * 0.02 * (1 / 1 - 1 / 10))
    assert np.allclose(at_distance(near, 10, IR, VIS).ir_to_vis, far.ir_to_vis)


def test_the_first_distance_says_what_it_fits_and_moves_nothing() -> None:
    known = mounted(AT_HAND, Mounting(right_mm=40))
    assert at_distance(known, 2.0, IR, VIS).ir_to_vis == AT_HAND.ir_to_vis


def test_without_a_mounting_the_distance_is_refused() -> None:
    with pytest.raises(CalibrationError, match="how far the lenses are apart"):
        at_distance(AT_HAND, 2.0, IR, VIS)


def test_mounting_and_distance_are_kept_in_a_file_and_checked(tmp_path: Path) -> None:
    kept = at_distance(mounted(AT_HAND, Mounting(40, -5, 70)), 2.5, IR, VIS)
    save_profile(tmp_path / "desk.yaml", kept)
    assert load_profile(tmp_path / "desk.yaml") == kept
    assert mounting_of(kept) == Mounting(40, -5, 70)
    with pytest.raises(SettingsError, match="apart_mm"):
        mounted(AT_HAND, Mounting(right_mm=9e9))
    assert shift_px(Mounting(0, 0, 60), 1.0, VIS) == (0.0, 0.0)
    assert mounting_of(AlignmentProfile()) == Mounting()
