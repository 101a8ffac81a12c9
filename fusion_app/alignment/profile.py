"""Alignment profiles: where infrared lies on the visible picture. Frozen data, in a rig or in a file of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fusion_app.errors import SettingsError, SettingsFileError
from fusion_app.frames import Size
from fusion_app.system.yaml_files import from_mapping, read_yaml, save_yaml

Matrix = npt.NDArray[np.float64]
"""``(3, 3)`` float64, a homography between pixels; the centre of the first pixel is (0, 0)."""

MAX_SIDE = 65_535
LARGEST = 1e9
LEAST_AREA = 1e-4
"""Least area of a pixel of the unit square after the homography; its inverse is the largest."""
LEAST_DEPTH = 0.1
"""Least ratio of the homography's denominator at a corner to the one in the middle; 0 is a corner at infinity."""
GRID = 48
"""Places in a row at which the overlap of the two pictures is looked for."""


@dataclass(frozen=True)
class AlignmentProfile:
    """How infrared lies on visible. Without a matrix, infrared is stretched to the visible frame.

    Attributes:
        ir_to_vis: Three rows of three numbers, the homography from infrared pixels to visible pixels; empty for none.
        ir_size: Width and height of the infrared pictures that it is for. Those of another size are taken to show the
            same view, finer or coarser.
        vis_size: Width and height of the visible pictures.
        name: What the user calls it.
        made: How it was made.
        distance_m: Metres to the things that it is for; 0: not said.
        apart_mm: How far infrared's lens is to the right of the visible camera's and below it, millimetres; empty: not
            said. See `fusion_app.alignment.parallax`.
        view_deg: Angle of view of the visible picture across, degrees; 0: not said.
    """

    ir_to_vis: tuple[tuple[float, ...], ...] = ()
    ir_size: tuple[int, ...] = ()
    vis_size: tuple[int, ...] = ()
    name: str = ""
    made: str = ""
    distance_m: float = 0.0
    apart_mm: tuple[float, ...] = ()
    view_deg: float = 0.0

    @property
    def is_set(self) -> bool:
        """It says something."""
        return bool(self.ir_to_vis)

    def homography(self, ir: Size, vis: Size) -> Matrix:
        """Return the homography from pixels of infrared pictures of size ``ir`` to those of visible ones.

        Without a matrix it is the one that stretches ``ir`` to ``vis``.
        """
        return _homography(self, ir, vis)

    def inverse(self) -> "AlignmentProfile":
        """Return the profile for the two sources in each other's place; an empty one where that cannot be."""
        if not self.is_set:
            return self
        matrix = np.asarray(np.linalg.inv(np.array(self.ir_to_vis, np.float64)), np.float64)
        turned = AlignmentProfile(rows(matrix), self.vis_size, self.ir_size, self.name, self.made)  # no angle of view
        try:
            return check_profile(turned)
        except SettingsError:
            return AlignmentProfile()


def profile_of(matrix: Matrix, ir: Size, vis: Size, made: str = "") -> AlignmentProfile:
    """Return the profile of a homography between pictures of these sizes.

    Raises:
        SettingsError: Infrared would not lie on the visible picture, or mirrored, or folded.
    """
    return check_profile(AlignmentProfile(rows(matrix), tuple(ir), tuple(vis), made=made))


def rows(matrix: Matrix) -> tuple[tuple[float, ...], ...]:
    """Return a matrix as it stands in a profile; its last number is 1 where that can be."""
    last = matrix[2, 2] if abs(matrix[2, 2]) > 1e-12 else 1.0
    return tuple(tuple(float(value) for value in row) for row in matrix / last)


def load_profile(path: Path) -> AlignmentProfile:
    """Return the profile in a file: alone, in a rig, or in the YAML of a recording.

    Raises:
        SettingsError: The file cannot be read, holds no profile, or a wrong one.
    """
    values = read_yaml(path)
    for section in ("rig", "alignment"):
        if isinstance(values, Mapping) and section in values:
            values = values[section]
    profile = check_profile(from_mapping(AlignmentProfile, values))
    if not profile.is_set:
        raise SettingsFileError(
            path, "is without an alignment", "give a profile that the window or the command align has saved"
        )
    return profile


def save_profile(path: Path, profile: AlignmentProfile) -> None:
    """Write a profile that `load_profile` reads back; a half-written file is never left.

    Raises:
        SettingsError: It cannot be written there.
    """
    save_yaml(path, profile, "An alignment profile of CS2Fusion Live: infrared pixels to visible pixels")


def check_profile(profile: AlignmentProfile, key: str = "") -> AlignmentProfile:
    """Return ``profile`` if infrared lies on the visible picture, neither mirrored nor folded; or if it is empty.

    Raises:
        SettingsError: It does not; ``key`` is the section that says so.
    """
    name = f"{key}.ir_to_vis".lstrip(".")
    for side, size in (("ir_size", profile.ir_size), ("vis_size", profile.vis_size)):
        fits = len(size) == 2 and all(1 <= value <= MAX_SIDE for value in size)
        if not fits and (size or profile.is_set):
            raise SettingsError(f"{key}.{side}".lstrip("."), list(size), f"width and height, each 1 to {MAX_SIDE}")
    _check_distance(profile, key)
    if not profile.is_set:
        return profile
    found = profile.ir_to_vis
    is_square = len(found) == 3 and all(len(row) == 3 for row in found)
    if not (is_square and all(abs(value) <= LARGEST for row in found for value in row)):
        raise SettingsError(name, [list(row) for row in found], f"three rows of three numbers up to {LARGEST:g}")
    if fault := _fault(_unit(profile)):
        raise SettingsError(name, [list(row) for row in found], f"a homography that {fault}")
    return profile


def _check_distance(profile: AlignmentProfile, key: str) -> None:
    if not 0 <= profile.distance_m <= 100_000:
        raise SettingsError(f"{key}.distance_m".lstrip("."), profile.distance_m, "0 (not said) to 100000 metres")
    if len(profile.apart_mm) not in (0, 2) or not all(abs(value) <= 5000 for value in profile.apart_mm):
        words = "two numbers, millimetres to the right and down, each -5000 to 5000"
        raise SettingsError(f"{key}.apart_mm".lstrip("."), list(profile.apart_mm), words)
    if not 0 <= profile.view_deg <= 170:
        raise SettingsError(f"{key}.view_deg".lstrip("."), profile.view_deg, "0 (not said) to 170 degrees")


def _fault(unit: Matrix | None) -> str:
    """Return what the homography between unit squares would have to do and does not, or nothing."""
    if unit is None or not LEAST_AREA < abs(area := float(np.linalg.det(unit))) < 1 / LEAST_AREA:
        return "can be inverted and neither shrinks infrared to nothing nor enlarges it without end"
    if area < 0:
        return "does not mirror infrared"
    depths = unit[2] @ np.array([[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]], float)
    if depths.min() < LEAST_DEPTH:
        return "does not fold infrared"
    steps = (np.arange(GRID) + 0.5) / GRID
    places = np.linalg.inv(unit) @ np.array([(x, y, 1.0) for x in steps for y in steps]).T
    with np.errstate(all="ignore"):
        places = places[:2] / places[2]
    if not ((places > 0) & (places < 1)).all(axis=0).any():
        return "puts infrared on the visible picture"
    return ""


@lru_cache(maxsize=16)
def _homography(profile: AlignmentProfile, ir: Size, vis: Size) -> Matrix:
    unit = _unit(profile) if profile.is_set else np.eye(3)
    assert unit is not None  # noqa: S101 - it was checked
    matrix = _pixels(vis) @ unit @ np.linalg.inv(_pixels(ir))
    matrix.setflags(write=False)
    return matrix


def _unit(profile: AlignmentProfile) -> Matrix | None:
    """Return the homography between the unit squares that the pictures fill, 1 in the middle; None if it cannot be."""
    matrix = np.array(profile.ir_to_vis, np.float64)
    unit = np.linalg.inv(_pixels(Size(*profile.vis_size))) @ matrix @ _pixels(Size(*profile.ir_size))
    middle = float(unit[2] @ (0.5, 0.5, 1.0))
    return unit / middle if abs(middle) > 1e-9 * float(np.abs(unit).max()) else None


def _pixels(size: Size) -> Matrix:
    """Return the map from the unit square to pixels; the square reaches half a pixel beyond their centres."""
    return np.array([[size.width, 0, -0.5], [0, size.height, -0.5], [0, 0, 1]], np.float64)


def corners(matrix: Matrix, size: Size) -> Matrix:
    """Return where the corners of infrared lie, ``(4, 2)`` visible pixels, clockwise from the top left."""
    right, bottom = size.width - 0.5, size.height - 0.5
    outline = np.array([(-0.5, -0.5, 1), (right, -0.5, 1), (right, bottom, 1), (-0.5, bottom, 1)])
    placed = outline @ matrix.T
    return np.asarray(placed[:, :2] / placed[:, 2:], np.float64)
