"""The time offset between two streams, found from what moves in both: no clock of the cameras is believed.

Infrared and visible look different, but where something moves, it moves in both at the same time. `MotionTrack` turns
each frame into a small picture; `estimate_offset` looks for the shift in time at which the motion of both agrees best,
cell by cell of a coarse grid, and refuses where no shift stands out; `combined` and `estimate_drift` make one answer
out of several windows of a longer recording.

A grid rather than one curve of motion is what makes it work: on real video one curve is right in half of the windows
only. It needs the two pictures to lie roughly on each other. All of it is pure but for the memory of `MotionTrack`.
"""

from fusion_app.finding.synchronisation.drift import Drift, WindowOffset, combined, estimate_drift
from fusion_app.finding.synchronisation.motion import WINDOW_S, MotionSample, MotionTrack
from fusion_app.finding.synchronisation.offset import MAX_OFFSET_S, OffsetEstimate, estimate_offset

__all__ = [
    "MAX_OFFSET_S",
    "WINDOW_S",
    "Drift",
    "MotionSample",
    "MotionTrack",
    "OffsetEstimate",
    "WindowOffset",
    "combined",
    "estimate_drift",
    "estimate_offset",
]
