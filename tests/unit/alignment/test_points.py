"""Points that a person finds in both pictures give the placement, and tell how far each is off."""

import numpy as np
import pytest

from fusion_app.alignment.points import PointPair, fit_points
from fusion_app.errors import CalibrationError, SettingsError
from fusion_app.frames import Size

IR, VIS = Size(160, 120), Size(640, 480)
PLACES = ((10, 10), (150, 12), (148, 110), (12, 108), (80, 60), (40, 90), (120, 30), (60, 20))


def pairs_of(matrix: np.ndarray, count: int) -> list[PointPair]:
    found = []
    for x, y in PLACES[:count]:
        across, down, scale = matrix @ (x, y, 1.0)
        found.append(PointPair((x, y), (across / scale, down / scale)))
    return found


SIMILARITY = np.array([[3.6, -0.2, 20.0], [0.2, 3.6, 15.0], [0, 0, 1.0]])
AFFINITY = np.array([[3.6, -0.1, 20.0], [0.3, 3.4, 15.0], [0, 0, 1.0]])
HOMOGRAPHY = np.array([[3.6, -0.1, 20.0], [0.3, 3.4, 15.0], [2e-4, -1e-4, 1.0]])


@pytest.mark.parametrize(
    ("count", "matrix", "kind"),
    [
        (2, SIMILARITY, "similarity"),
        (3, SIMILARITY, "similarity"),
        (4, AFFINITY, "affinity"),
        (8, HOMOGRAPHY, "homography"),
    ],
)
def test_exact_points_give_the_placement_they_come_from(count: int, matrix: np.ndarray, kind: str) -> None:
    fit = fit_points(pairs_of(matrix, count), IR, VIS)
    assert fit.kind == kind
    found = fit.profile.homography(IR, VIS)
    assert np.allclose(found / found[2, 2], matrix, atol=1e-4)
    assert fit.mean_px < 1e-4


def test_a_point_that_is_off_has_the_largest_residual() -> None:
    pairs = pairs_of(AFFINITY, 6)
    pairs[4] = PointPair(pairs[4].ir, (pairs[4].vis[0] + 30, pairs[4].vis[1]))
    fit = fit_points(pairs, IR, VIS)
    assert int(np.argmax(fit.residuals_px)) == 4
    assert 10 < fit.residuals_px[4] < 30


def test_points_that_tell_nothing_are_refused() -> None:
    with pytest.raises(CalibrationError, match="too few"):
        fit_points(pairs_of(SIMILARITY, 1), IR, VIS)
    near = [PointPair((50, 50), (10, 10)), PointPair((51, 50), (300, 10))]
    with pytest.raises(CalibrationError, match="close together"):
        fit_points(near, IR, VIS)
    line = [PointPair((20.0 * n, 20.0 * n), (80.0 * n, 80.0 * n)) for n in range(4)]
    with pytest.raises(CalibrationError, match="one line"):
        fit_points(line, IR, VIS)


def test_points_taken_for_each_other_are_refused() -> None:
    pairs = pairs_of(AFFINITY, 4)
    mirrored = [
        PointPair(one.ir, other.vis) for one, other in zip(pairs, [pairs[i] for i in (1, 0, 3, 2)], strict=True)
    ]
    with pytest.raises(SettingsError, match="mirror"):
        fit_points(mirrored, IR, VIS)
