"""What another distance does to the alignment of two cameras beside each other.

To a pinhole camera whose focal length is ``f`` pixels, a thing at distance ``z`` appears ``f · b / z`` pixels further
to the left if the camera is ``b`` further to the right. So with the distance only the shift changes, by the difference
of two such terms.
"""

import math
from dataclasses import dataclass, replace

from fusion_app.alignment.placement import placed, placement_of
from fusion_app.alignment.profile import AlignmentProfile, check_profile
from fusion_app.errors import CalibrationError
from fusion_app.frames import Size

NEAREST_M, FARTHEST_M = 0.2, 200.0
"""Beyond the farthest nothing moves any more that one could see."""


@dataclass(frozen=True)
class Mounting:
    """How the cameras stand to each other.

    Attributes:
        right_mm: How far infrared's lens is to the right of the visible camera's, seen from behind, millimetres.
        down_mm: How far it is below it.
        view_deg: Angle of view of the visible picture across, degrees.
    """

    right_mm: float = 0.0
    down_mm: float = 0.0
    view_deg: float = 60.0

    @property
    def is_known(self) -> bool:
        """The lenses are apart."""
        return bool(self.right_mm or self.down_mm)


def mounting_of(profile: AlignmentProfile) -> Mounting:
    """Return how the cameras stand, as ``profile`` says."""
    if len(profile.apart_mm) != 2:
        return Mounting()
    return Mounting(profile.apart_mm[0], profile.apart_mm[1], profile.view_deg or Mounting.view_deg)


def mounted(profile: AlignmentProfile, mounting: Mounting) -> AlignmentProfile:
    """Return ``profile`` for cameras that stand so; infrared stays where it lies.

    Raises:
        SettingsError: The lenses are impossibly far apart, or the angle is none.
    """
    apart = (mounting.right_mm, mounting.down_mm)
    return check_profile(replace(profile, apart_mm=apart, view_deg=mounting.view_deg))


def shift_px(mounting: Mounting, distance_m: float, vis: Size) -> tuple[float, float]:
    """Return how far infrared has to be moved right and down for a thing at ``distance_m``, beside one far away."""
    focal_px = vis.width / 2 / math.tan(math.radians(mounting.view_deg) / 2)
    return tuple(focal_px * mm / 1000 / distance_m for mm in (mounting.right_mm, mounting.down_mm))  # type: ignore[return-value]


def at_distance(profile: AlignmentProfile, distance_m: float, ir: Size, vis: Size) -> AlignmentProfile:
    """Return ``profile`` for things at ``distance_m``; one that knows no distance yet is taken to be for it.

    Raises:
        CalibrationError: It is not known how the cameras stand.
        SettingsError: Infrared would not lie on the visible picture any more.
    """
    mounting = mounting_of(profile)
    if not mounting.is_known:
        raise CalibrationError("the distance moves nothing before it is said how far the lenses are apart")
    distance_m = min(max(distance_m, NEAREST_M), FARTHEST_M)
    if not profile.distance_m:
        return replace(profile, distance_m=distance_m)
    (x, y), (x_before, y_before) = (shift_px(mounting, far, vis) for far in (distance_m, profile.distance_m))
    moved = placed(profile, placement_of(profile, ir, vis).moved(x - x_before, y - y_before), ir, vis)
    return replace(moved, made=profile.made or moved.made, distance_m=distance_m)
