"""How steady a video is from one frame to the next, where motion does not explain the change; and how sharp it is.

Smoothing makes every video steadier, so these figures are read together with the sharpness.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from fusion_app.metrics.filters import Image

Flow = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

SIDE_MIN = 16
HALVED_FROM = 240
"""Frames with sides from here on are halved before their motion is searched: four times faster, hardly less exact."""
STILL_PX = 0.25
RETURN_PX = 1.0
COMPARABLE_MIN = 0.05
"""Share of a frame that must be seen in the one before too; with less, a new scene has begun."""


@dataclass(frozen=True, eq=False)
class Motion:
    """How one frame came from the one before.

    Attributes:
        flow: ``(H, W, 2)`` float32, from a pixel of the later frame to its place in the earlier one, pixels.
        is_seen: ``(H, W)``: the pixel is in both frames.
        forth: ``(H, W, 2)`` float32, from a pixel of the earlier frame to its place in the later one, pixels.
    """

    flow: Flow
    is_seen: Mask
    forth: Flow

    @classmethod
    def between(cls, before: Image, after: Image) -> "Motion":
        """Return the motion from one ``(H, W)`` uint8 frame to the next, both sides at least `SIDE_MIN`.

        Dense inverse search (Kroeger et al., ECCV 2016), whose patches are compared without their mean, so that a jump
        of the grey level is not taken for motion; of large frames at half their size. A pixel is seen in both where
        going there and back ends nearby (Sundaram et al., ECCV 2010, eq. 5).
        """
        step = 2 if min(after.shape) >= HALVED_FROM else 1
        back, forth, is_seen = _flows(_shrunk(before, step), _shrunk(after, step))
        if step == 1:
            return cls(back, is_seen, forth)
        size = after.shape[1], after.shape[0]
        seen = cv2.resize(is_seen.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        back, forth = (np.asarray(step * cv2.resize(flow, size), np.float32) for flow in (back, forth))
        return cls(back, seen.astype(np.bool_), forth)

    @property
    def is_still(self) -> Mask:
        """``(H, W)``: the pixel has not moved, by less than a quarter pixel."""
        return np.asarray(self.is_seen & (_square(self.flow) < STILL_PX**2), np.bool_)

    @property
    def is_cut(self) -> bool:
        """The two frames show different scenes."""
        return float(self.is_seen.mean()) < COMPARABLE_MIN

    def unexplained(self, before: Image, after: Image) -> npt.NDArray[np.float32]:
        """Return what motion does not explain: the later frame less the moved earlier one, at pixels seen in both."""
        return np.asarray((after.astype(np.float32) - warped(before, self.flow))[self.is_seen], np.float32)

    def returning(self) -> tuple[Mask, Mask]:
        """Return where going to the other frame and back ends nearer than a pixel: of the later, of the earlier one."""
        return _returns(self.flow, self.forth), _returns(self.forth, self.flow)


class StepFigures(NamedTuple):
    """One step from a frame to the next; all but the sharpness are NaN at a cut.

    Attributes:
        warp_error: Mean absolute change at pixels seen in both frames that motion does not explain, grey levels (Lai
            et al., ECCV 2018, section 4.1, with the absolute instead of the squared difference).
        level_jump: Mean change, with its sign, at the same pixels, grey levels: what a jump of gain or level adds.
        flicker: Mean absolute change at pixels that rest in both sources, grey levels; NaN where none rests.
        sharpness: Mean gradient of the later frame, grey levels per pixel (Sobel).
    """

    warp_error: float
    level_jump: float
    flicker: float
    sharpness: float


def step_figures(before: Image, after: Image, motion: Motion, is_resting: Mask) -> StepFigures:
    """Return the figures of the step between two ``(H, W)`` uint8 frames.

    Args:
        before: The earlier frame.
        after: The later frame.
        motion: Between the two, found on themselves.
        is_resting: ``(H, W)``, pixels that rest in both sources.
    """
    if motion.is_cut:
        return StepFigures(np.nan, np.nan, np.nan, sharpness(after))
    unexplained = motion.unexplained(before, after)
    change = cv2.absdiff(before, after)[is_resting]
    flicker = float(change.mean()) if change.size else np.nan
    return StepFigures(_mean(np.abs(unexplained)), _mean(unexplained), flicker, sharpness(after))


def warped(image: Image, flow: Flow) -> npt.NDArray[np.float32]:
    """Return ``image`` taken from where ``flow`` leads, bilinear; beyond its border its border goes on."""
    x, y = _places(flow)
    grey = image.astype(np.float32)
    moved = cv2.remap(grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def sharpness(image: Image) -> float:
    """Return the mean gradient of an ``(H, W)`` uint8 image, grey levels per pixel."""
    grey = image.astype(np.float32)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    return _mean(np.asarray(cv2.magnitude(across, down), np.float32))


def _mean(values: npt.NDArray[np.float32]) -> float:
    return float(values.mean(dtype=np.float64))


def _shrunk(image: Image, step: int) -> Image:
    return np.asarray(cv2.resize(image, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA), np.uint8)


def _flows(before: Image, after: Image) -> tuple[Flow, Flow, Mask]:
    """Return the flow back from the later to the earlier frame, that forth, and where the one back holds."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    still = np.zeros((*after.shape, 2), np.float32)
    back = np.asarray(search.calc(after, before, still.copy()), np.float32)
    forth = np.asarray(search.calc(before, after, still), np.float32)
    round_trip, is_inside = _round_trip(back, forth)
    limit = 0.01 * (_square(back) + _square(forth)) + 0.5
    return back, forth, np.asarray((_square(round_trip) <= limit) & is_inside, np.bool_)


def _returns(there: Flow, back: Flow) -> Mask:
    round_trip, is_inside = _round_trip(there, back)
    return np.asarray((_square(round_trip) < RETURN_PX**2) & is_inside, np.bool_)


def _round_trip(there: Flow, back: Flow) -> tuple[Flow, Mask]:
    """Return where a pixel ends that goes there and back, less where it began; and whether it stays in the frame."""
    x, y = _places(there)
    height, width = there.shape[:2]
    is_inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    return np.asarray(there + cv2.remap(back, x, y, cv2.INTER_LINEAR), np.float32), np.asarray(is_inside, np.bool_)


def _places(flow: Flow) -> tuple[Flow, Flow]:
    """Return where each pixel comes from: its column and row."""
    height, width = flow.shape[:2]
    columns, lines = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, np.newaxis]
    return np.asarray(flow[..., 0] + columns, np.float32), np.asarray(flow[..., 1] + lines, np.float32)


def _square(flow: Flow) -> npt.NDArray[np.float32]:
    return np.asarray(flow[..., 0] ** 2 + flow[..., 1] ** 2, np.float32)
