"""Finds where infrared lies on visible, from pairs of pictures of one placement of the cameras. Pure functions.

Infrared and visible share edges, not grey levels, and what is bright in one may be dark in the other. So both become
fields of edges that know no sign (`fields`). A search over size, turn and shift on small pictures, summed over all
pairs, finds roughly where infrared lies (`search`); from there it is refined (`refine`). What is found is refused
unless it fits well and stands out from every other placement and both halves of the pairs say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.alignment.profile import AlignmentProfile, Matrix, corners, profile_of
from fusion_app.errors import SettingsError
from fusion_app.finding.calibration.fields import Pictures
from fusion_app.finding.calibration.refine import STEPS, refined
from fusion_app.finding.calibration.search import Found, search
from fusion_app.finding.steps import BetweenSteps, go_on
from fusion_app.frames import Size

__all__ = ["LEAST_SCORE", "MAX_PAIRS", "PAIRS_TO_HALVE", "Calibration", "Pictures", "calibrate", "different"]

MAX_PAIRS = 8
"""More pairs take longer and tell little more; those of different scenes tell most."""
PAIRS_TO_HALVE = 4
LEAST_SCORE = 0.1
SURE_MARGIN = 0.35
"""Margin from which on no other placement comes near."""
LEAST_CONFIDENCE = 0.42
"""Least sum of margin and score: by chance, either may be high, both hardly ever are."""
CELLS = (40, 30)
CHANGED = 12
"""Grey levels by which a cell of a picture changes when something has moved into it or out of it."""
CHANGED_SHARE = 0.01
LEAST_SIDE = 24
MOST_NARROW = 8
MOST_APART = 0.04
"""How far the answers of both halves may be apart, of the visible picture's width."""
HINT = "show both cameras something with outlines, at the distance that matters, and turn them to different scenes"


@dataclass(frozen=True)
class Calibration:
    """What was found.

    Attributes:
        profile: Where infrared lies; empty if nothing was found that can be relied on.
        reason: Why it was refused, in a few words; empty if it was not.
        score: How far the edges agree, 0…1; of cameras that see different light 0.2 is much.
        margin: How far it stands out from the next best placement, 0…1.
        apart_px: How far the two halves of the pairs disagree about the corners of infrared, visible pixels; None where
            there were too few pairs.
        pairs: Pairs it is found from; those that show the same count once.
    """

    profile: AlignmentProfile = field(default_factory=AlignmentProfile)
    reason: str = ""
    score: float = 0.0
    margin: float = 0.0
    apart_px: float | None = None
    pairs: int = 0

    @property
    def accepted(self) -> bool:
        """It can be relied on."""
        return self.profile.is_set

    @property
    def is_sure(self) -> bool:
        """No other placement comes near."""
        return self.margin >= SURE_MARGIN


def calibrate(pairs: Sequence[Pictures], ir: Size, vis: Size, between: BetweenSteps = go_on) -> Calibration:
    """Return where infrared of size ``ir`` lies on visible pictures of size ``vis``.

    Scales of 0.55 to 1.6 of the visible picture's width, turns of 6° and shifts of a quarter of the width are found.

    Args:
        pairs: What both cameras show at some moments, whole pictures of whatever resolution; at most `MAX_PAIRS` of
            them count, and those of the first one's sizes.
        ir: Size of the infrared pictures that the profile is for.
        vis: Size of the visible ones.
        between: Called between any two steps; what it raises ends the search.
    """
    alike = [pair for pair in pairs if (pair.ir_size, pair.vis_size) == (pairs[0].ir_size, pairs[0].vis_size)]
    pairs = spread(different(alike))
    if not pairs:
        return Calibration(reason="there was no pair of pictures")
    if not all(_is_picture(size) for size in (pairs[0].ir_size, pairs[0].vis_size)):
        return Calibration(reason="the pictures are too small or too narrow")
    found = search(pairs, between)
    matrix, score = refined(pairs, found.matrix, between=between)
    apart = _apart(pairs, matrix, between)
    profile, reason = AlignmentProfile(), _reason(found, score, apart)
    if not reason:
        try:
            profile = _profile(matrix, pairs[0], ir, vis, f"automatic, pairs {len(pairs)}, margin {found.margin:.2f}")
        except SettingsError:
            reason = "infrared would not lie on the visible picture"
    return Calibration(profile, reason, score, found.margin, apart and apart * vis.width, len(pairs))


def _reason(found: Found, score: float, apart: float | None) -> str:
    """Return why a placement is not to be relied on, or nothing."""
    if score < LEAST_SCORE or found.margin + score < LEAST_CONFIDENCE:
        return "no placement of infrared fits much better than others"
    if apart is not None and apart > MOST_APART:
        return "the pictures contradict each other"
    return ""


def different(pairs: Sequence[Pictures]) -> Sequence[Pictures]:
    """Return ``pairs`` without those that show what an earlier one does: they tell nothing new, and agree with it."""
    kept: list[Pictures] = []
    looks: list[npt.NDArray[np.int16]] = []
    for pair in pairs:
        look = np.stack([cv2.resize(image, CELLS, interpolation=cv2.INTER_AREA).astype(np.int16) for image in pair])
        if all((np.abs(look - other) > CHANGED).mean() > CHANGED_SHARE for other in looks):
            kept.append(pair)
            looks.append(look)
    return kept


def spread(pairs: Sequence[Pictures]) -> Sequence[Pictures]:
    """Return at most `MAX_PAIRS` of ``pairs``, evenly spread."""
    if len(pairs) <= MAX_PAIRS:
        return pairs
    return [pairs[round(index)] for index in np.linspace(0, len(pairs) - 1, MAX_PAIRS)]


def _is_picture(size: Size) -> bool:
    return min(size) >= LEAST_SIDE and max(size) <= MOST_NARROW * min(size)


def _apart(pairs: Sequence[Pictures], matrix: Matrix, between: BetweenSteps) -> float | None:
    """Return how far the halves of the pairs disagree at the corners, of the visible picture's width."""
    if len(pairs) < PAIRS_TO_HALVE:
        return None
    size = pairs[0].ir_size
    one, other = (refined(half, matrix, STEPS[1:], between)[0] for half in (pairs[::2], pairs[1::2]))
    return float(np.linalg.norm(corners(one, size) - corners(other, size), axis=1).mean()) / pairs[0].vis_size.width


def _profile(matrix: Matrix, pictures: Pictures, ir: Size, vis: Size, made: str) -> AlignmentProfile:
    rough = profile_of(matrix, pictures.ir_size, pictures.vis_size)
    return profile_of(rough.homography(ir, vis), ir, vis, made)
