"""A homography as a hand moves it: shift, size and turn on the visible picture. Whatever else is in it stays."""

from dataclasses import dataclass, replace

import numpy as np

from fusion_app.alignment.profile import AlignmentProfile, Matrix, profile_of
from fusion_app.frames import Size

BY_HAND = "by hand"


@dataclass(frozen=True)
class Placement:
    """Where infrared lies, compared with infrared that is stretched to the visible frame.

    Attributes:
        dx: How far its middle is shifted to the right, visible pixels.
        dy: The same downwards.
        scale_x: How much wider it is, 1 for as wide as the visible frame.
        scale_y: How much higher it is.
        turn_deg: How far it is turned, clockwise, degrees.
    """

    dx: float = 0.0
    dy: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0
    turn_deg: float = 0.0

    def moved(self, dx: float, dy: float) -> "Placement":
        """Return it shifted by visible pixels."""
        return replace(self, dx=self.dx + dx, dy=self.dy + dy)

    def scaled(self, factor: float) -> "Placement":
        """Return it larger by ``factor`` in both directions."""
        return replace(self, scale_x=self.scale_x * factor, scale_y=self.scale_y * factor)

    def turned(self, degrees: float) -> "Placement":
        """Return it turned clockwise."""
        return replace(self, turn_deg=self.turn_deg + degrees)

    def with_square_pixels(self, ir: Size, vis: Size) -> "Placement":
        """Return it as high as it has to be for its width, so that infrared keeps its proportions."""
        return replace(self, scale_y=self.scale_x * (vis.width / ir.width) / (vis.height / ir.height))


def placement_of(profile: AlignmentProfile, ir: Size, vis: Size) -> Placement:
    """Return how ``profile`` lays infrared of size ``ir`` on visible frames of size ``vis``."""
    moves = _moves(profile, ir, vis)
    middle = _middle(vis)
    x, y, depth = moves @ (*middle, 1.0)
    centre = np.array([x, y]) / depth
    slope = (moves[:2, :2] - np.outer(centre, moves[2, :2])) / depth  # the derivative there
    scale_x = float(np.hypot(*slope[:, 0]))
    turn_deg = float(np.degrees(np.arctan2(slope[1, 0], slope[0, 0])))
    dx, dy = (float(value) for value in centre - middle)
    return Placement(dx, dy, scale_x, float(np.linalg.det(slope)) / scale_x, turn_deg)


def placed(profile: AlignmentProfile, placement: Placement, ir: Size, vis: Size) -> AlignmentProfile:
    """Return ``profile`` moved so that `placement_of` it is ``placement``; its perspective and its slant stay.

    Raises:
        SettingsError: Infrared would not lie on the visible frame any more, or be too small or too large.
    """
    if placement == Placement() and not profile.is_set:
        return profile
    before = _matrix(placement_of(profile, ir, vis), vis)
    moves = _matrix(placement, vis) @ np.linalg.inv(before) @ _moves(profile, ir, vis)
    matrix = np.asarray(moves @ AlignmentProfile().homography(ir, vis), np.float64)
    return with_mounting(replace(profile_of(matrix, ir, vis, BY_HAND), name=profile.name), profile)


def with_mounting(profile: AlignmentProfile, known: AlignmentProfile) -> AlignmentProfile:
    """Return ``profile`` with what ``known`` says of how the cameras stand and of the distance."""
    return replace(profile, distance_m=known.distance_m, apart_mm=known.apart_mm, view_deg=known.view_deg)


def _moves(profile: AlignmentProfile, ir: Size, vis: Size) -> Matrix:
    """Return where ``profile`` moves the pixels of infrared that is stretched to the visible frame."""
    stretched = AlignmentProfile().homography(ir, vis)
    return np.asarray(profile.homography(ir, vis) @ np.linalg.inv(stretched), np.float64)


def _matrix(placement: Placement, vis: Size) -> Matrix:
    turn = np.radians(placement.turn_deg)
    cosine, sine = np.cos(turn), np.sin(turn)
    linear = np.array([[cosine, -sine], [sine, cosine]]) @ np.diag([placement.scale_x, placement.scale_y])
    middle = _middle(vis)
    found = np.eye(3)
    found[:2, :2] = linear
    found[:2, 2] = middle + np.array([placement.dx, placement.dy]) - linear @ middle
    return found


def _middle(vis: Size) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array([(vis.width - 1) / 2, (vis.height - 1) / 2])
