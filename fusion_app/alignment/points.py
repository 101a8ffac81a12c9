"""Where infrared lies by points that a person has found in both pictures, with how far each is from the fit."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.alignment.profile import AlignmentProfile, Matrix, profile_of
from fusion_app.errors import CalibrationError
from fusion_app.frames import Size

LEAST_POINTS = 2
AFFINE_FROM = 4
HOMOGRAPHY_FROM = 8
"""Fewer points follow the hand that set them rather than the cameras."""
LEAST_SPREAD = 0.02
"""Of infrared's width: how far points have to be apart, and for a slant how far from one line."""

Point = tuple[float, float]
"""Across and down, pixels; the centre of the first pixel is (0, 0)."""


@dataclass(frozen=True)
class PointPair:
    """One thing in both pictures.

    Attributes:
        ir: Where it is in infrared, pixels of the camera.
        vis: Where it is in visible.
    """

    ir: Point
    vis: Point


@dataclass(frozen=True)
class PointFit:
    """What was fitted.

    Attributes:
        profile: Where infrared lies.
        residuals_px: How far each point in infrared then lies from its partner, visible pixels.
        kind: ``similarity`` (shift, one scale, turn), ``affinity`` (slant, too) or ``homography``.
    """

    profile: AlignmentProfile
    residuals_px: tuple[float, ...]
    kind: str

    @property
    def mean_px(self) -> float:
        """Root of the mean square of the residuals."""
        return float(np.sqrt(np.mean(np.square(self.residuals_px))))


def fit_points(pairs: Sequence[PointPair], ir: Size, vis: Size) -> PointFit:
    """Return the placement that brings infrared's points nearest to their partners, in the sense of least squares.

    Args:
        pairs: Two or more; three tell by their residuals whether one of them is off, four allow a slant.
        ir: Size of infrared pictures.
        vis: Size of visible pictures.

    Raises:
        CalibrationError: They are too few, or lie too close together or on one line.
        SettingsError: Infrared would be mirrored or folded: two points have been taken for each other.
    """
    if len(pairs) < LEAST_POINTS:
        raise CalibrationError(f"{len(pairs)} points are too few; set {LEAST_POINTS} or more in both pictures")
    source, target = (np.array(points, np.float64) for points in zip(*((p.ir, p.vis) for p in pairs), strict=True))
    across, along = _spread(source, ir)
    if across < LEAST_SPREAD:
        raise CalibrationError("the points lie too close together; spread them over the picture")
    if along < LEAST_SPREAD and len(pairs) >= AFFINE_FROM:
        raise CalibrationError("the points lie on one line; add one beside it")
    kind, matrix = _fitted(source, target)
    placed = np.column_stack([source, np.ones(len(source))]) @ matrix.T
    residuals = np.linalg.norm(placed[:, :2] / placed[:, 2:] - target, axis=1)
    profile = profile_of(matrix, ir, vis, f"by {len(pairs)} points")
    return PointFit(profile, tuple(float(value) for value in residuals), kind)


def _spread(points: npt.NDArray[np.float64], size: Size) -> tuple[float, float]:
    """Return how far ``points`` reach in the direction in which they do most, and across it, of the width."""
    values = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) / np.sqrt(len(points)) / size.width
    return float(values[0]), float(values[1])


def _fitted(source: npt.NDArray[np.float64], target: npt.NDArray[np.float64]) -> tuple[str, Matrix]:
    if len(source) >= HOMOGRAPHY_FROM:
        found, _ = cv2.findHomography(source, target, 0)
        if found is not None:
            return "homography", np.asarray(found, np.float64)
    if len(source) >= AFFINE_FROM:
        rows = np.column_stack([source, np.ones(len(source))])
        columns = np.linalg.lstsq(rows, target, rcond=None)[0]
        return "affinity", np.vstack([columns.T, (0.0, 0.0, 1.0)])
    return "similarity", _similarity(source, target)


def _similarity(source: npt.NDArray[np.float64], target: npt.NDArray[np.float64]) -> Matrix:
    x, y = source.T
    zero, one = np.zeros_like(x), np.ones_like(x)
    rows = np.concatenate([np.stack([x, -y, one, zero], 1), np.stack([y, x, zero, one], 1)])
    a, b, right, down = np.linalg.lstsq(rows, np.concatenate([target[:, 0], target[:, 1]]), rcond=None)[0]
    return np.array([[a, -b, right], [b, a, down], [0.0, 0.0, 1.0]])
