"""Infrared pixels to visible pixels, as an alignment profile says. Without one the two pictures show the same view."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from fusion_app.alignment.profile import AlignmentProfile, Matrix, corners
from fusion_app.frames import FloatImage, Image, Size, size_of

ASPECT_TOLERANCE = 0.02
SAME_PX = 0.01
"""A homography this near to stretching, at every corner, is stretching."""
COARSE = 0.8
"""Infrared that becomes smaller than this is made smaller first, so that its detail does not turn into noise."""
BLIND_PX = 4
"""So far inside the edge of infrared its pixels are not trusted; cameras draw their last rows badly."""
NARROW = 0.015
"""Gaps between infrared and the edge of the picture that are narrower than this, of its shorter side, are none."""
FADE = 0.06
"""How far, as a part of the visible frame's shorter side, infrared fades in behind its edge."""


@dataclass(frozen=True)
class Warp:
    """A homography for pictures of two sizes.

    Attributes:
        ir_size: What infrared is scaled to before, and
        margin: how many times its last rows and columns are repeated, so that narrow gaps are closed.
        matrix: From pixels of that to pixels of ``box``.
        box: Rows and columns of the visible frame that infrared reaches.
        inside: ``(H, W)`` uint8 of the box, 255 where infrared has pixels, else 0; None where it covers the frame.
        reach: ``(H, W)`` float32 of the frame, how far infrared counts at each visible pixel: 0 outside its view, 1
            well inside it; None where it covers the frame.
    """

    ir_size: Size
    margin: int
    matrix: Matrix
    box: tuple[slice, slice]
    inside: Image | None
    reach: FloatImage | None


def apply(ir: Image, profile: AlignmentProfile, size: Size) -> Image:
    """Return ``ir`` as it lies on a visible frame of ``size``, 0 where infrared does not reach.

    Args:
        ir: ``(H, W)`` or ``(H, W, 3)``, uint8 or uint16; so is the result.
        profile: Where it lies.
        size: Of the visible frame.
    """
    warp = _warp(profile, size_of(ir), size)
    if warp is None:
        return fit(ir, size)
    rows, columns = warp.box
    box = Size(columns.stop - columns.start, rows.stop - rows.start)
    widened = cv2.copyMakeBorder(fit(ir, warp.ir_size), *(warp.margin,) * 4, cv2.BORDER_REPLICATE)
    laid = cv2.warpPerspective(widened, warp.matrix, box)
    if warp.inside is None:
        return laid
    whole = np.zeros((size.height, size.width, *ir.shape[2:]), ir.dtype)
    whole[warp.box] = cv2.bitwise_and(laid, laid, mask=warp.inside)
    return whole


def reach(ir: Image, profile: AlignmentProfile, size: Size) -> FloatImage | None:
    """Return how far ``ir`` counts at each pixel of a visible frame of ``size``, see `Warp`; None for everywhere."""
    warp = _warp(profile, size_of(ir), size)
    return None if warp is None else warp.reach


def fit(ir: Image, size: Size) -> Image:
    """Return ``ir`` scaled to ``size`` of the visible frame, ``(H, W)`` uint8; the same array where nothing changes."""
    height, width = ir.shape[:2]
    if (width, height) == size:
        return ir
    shrinks = size.width < width and size.height < height
    return cv2.resize(ir, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def is_stretched(ir: Size, vis: Size) -> bool:
    """Tell whether fitting ``ir`` to ``vis`` changes its proportions visibly."""
    return abs(ir.width * vis.height / (ir.height * vis.width) - 1) > ASPECT_TOLERANCE


def notice(profile: AlignmentProfile, ir: Size, vis: Size) -> str:
    """Return what the user should know of ``profile`` on pictures of these sizes, one sentence, or nothing."""
    if not profile.is_set:
        if not is_stretched(ir, vis):
            return ""
        return (
            f"infrared is {ir} and visible {vis}: infrared is stretched to fit, so objects may not lie on each other; "
            "align the two in the dock Alignment or with the command align"
        )
    for name, made_for, now in (("infrared", profile.ir_size, ir), ("visible", profile.vis_size, vis)):
        if is_stretched(Size(*made_for), now):
            return (
                f"the alignment was made for {name} of {Size(*made_for)} and this is {now}, of other proportions: "
                "it may not fit; align the two again"
            )
    return ""


@lru_cache(maxsize=4)
def _warp(profile: AlignmentProfile, ir: Size, vis: Size) -> Warp | None:
    """Return what is computed once for pictures of these sizes; None where infrared is only stretched."""
    matrix, stretched = (one.homography(ir, vis) for one in (profile, AlignmentProfile()))
    if np.abs(corners(matrix, ir) - corners(stretched, ir)).max() < SAME_PX:
        return None
    scale = float(np.sqrt(cv2.contourArea(corners(matrix, ir).astype(np.float32)) / (ir.width * ir.height)))
    smaller = Size(max(1, round(ir.width * scale)), max(1, round(ir.height * scale))) if scale < COARSE else ir
    matrix = profile.homography(smaller, vis)
    inside = _inside(matrix, smaller, vis)
    box = _box(inside) if inside is not None else (slice(0, vis.height), slice(0, vis.width))
    margin = 2 + int(2 * NARROW * min(vis) / (scale if smaller is ir else 1.0))
    from_widened = np.array([[1, 0, -margin], [0, 1, -margin], [0, 0, 1]], np.float64)
    to_box = np.array([[1, 0, -box[1].start], [0, 1, -box[0].start], [0, 0, 1]], np.float64)
    fine = to_box @ matrix @ from_widened
    if inside is None:
        return Warp(smaller, margin, fine, box, None, None)
    return Warp(smaller, margin, fine, box, inside[box], _reach(inside))


def _box(inside: Image) -> tuple[slice, slice]:
    """Return the rows and columns of what is inside; one pixel where nothing is."""
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return slice(0, 1), slice(0, 1)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _inside(matrix: Matrix, ir: Size, vis: Size) -> Image | None:
    covered = cv2.warpPerspective(np.full(ir[::-1], 255, np.uint8), matrix, vis)
    narrow = np.ones((2 * max(1, round(NARROW * min(vis) / 2)) + 1,) * 2, np.uint8)
    missing = np.asarray(covered < 128, np.uint8)  # half of it: where the last pixels of infrared end
    gaps = cv2.morphologyEx(missing, cv2.MORPH_OPEN, narrow, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    if not gaps.any():
        return None
    inside = np.asarray((1 - gaps) * 255, np.uint8)
    inside.setflags(write=False)
    return inside


def _reach(inside: Image) -> FloatImage:
    inside_px = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5)
    ramp = np.clip((inside_px - BLIND_PX) / max(1.0, FADE * min(inside.shape)), 0, 1)
    faded = np.asarray(ramp * ramp * (3 - 2 * ramp), np.float32)
    faded.setflags(write=False)
    return faded
