"""Whether a homography makes a clip, or a pair, better: its figures before and after, and the gate."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fusion_app.alignment.profile import AlignmentProfile, Matrix, corners
from fusion_app.datasets.agreement import Agreement, agreement, off_px, scores_of_places, stretched
from fusion_app.datasets.clips import Sample
from fusion_app.datasets.fitting import Fit
from fusion_app.datasets.journal import Row
from fusion_app.finding.calibration import Pictures

WORSE = "the homography makes edges or grey levels agree worse here; left as it was"
FURTHER = "the homography moves places of it further off; left as it was"
LEAST_PAIRS = 4
SAME_PX = 0.1


def judged(clip: str, samples: Sequence[Sample], fit: Fit) -> Row:
    """Return the figures of a clip, or of one pair, and whether it is corrected: only where all of them gain.

    Args:
        clip: Its name.
        samples: Pairs of it, at least one.
        fit: The homography of its rig, or its own. Pairs that it is from are measured by one that they had no part in.
    """
    pictures = [sample.pictures for sample in samples]
    starts = [stretched(one) for one in pictures]
    before = [agreement(one, start) for one, start in zip(pictures, starts, strict=True)]
    if not fit.profile.is_set:
        return _row(clip, before, before, fit.reason)
    ends = [_laid(fit.held_out(sample), sample.pictures) for sample in samples]
    after = [agreement(one, end) for one, end in zip(pictures, ends, strict=True)]
    row = replace(_row(clip, before, after, ""), off_px=_places(pictures, starts, ends))
    if reason := _fault(row):
        return replace(row, reason=reason)
    return replace(row, is_corrected=True, moved_px=_moved_px(fit.profile, samples[0]))


def _fault(row: Row) -> str:
    """Return why what was found is no correction; nothing where it is one."""
    if not all(np.mean([new - old for old, new in figures]) > 0 for figures in (row.edges, row.shared)):
        return WORSE
    told_by_many = len(row.edges) >= LEAST_PAIRS and row.off_px  # of one pair, places say too little
    return FURTHER if told_by_many and row.off_px[1] > row.off_px[0] + SAME_PX else ""


def _row(clip: str, before: Sequence[Agreement], after: Sequence[Agreement], reason: str) -> Row:
    both = list(zip(before, after, strict=True))
    return Row(
        clip,
        reason=reason,
        edges=tuple((one.edges, other.edges) for one, other in both),
        shared=tuple((one.shared, other.shared) for one, other in both),
    )


def _laid(profile: AlignmentProfile, pictures: Pictures) -> Matrix:
    return profile.homography(pictures.ir_size, pictures.vis_size)


def _moved_px(profile: AlignmentProfile, sample: Sample) -> float:
    """Return how far the corners of infrared move on average, pixels of the visible picture as it came."""
    moves = (corners(one.homography(*sample.sizes), sample.ir_size) for one in (profile, AlignmentProfile()))
    after, before = moves
    return float(np.linalg.norm(after - before, axis=1).mean())


def _places(pictures: Sequence[Pictures], starts: Sequence[Matrix], ends: Sequence[Matrix]) -> tuple[float, ...]:
    """Return how far places are off before and after, over all pairs; nothing where no place stands out."""
    sums = []
    for matrices in (starts, ends):
        found = [scores_of_places(one, matrix) for one, matrix in zip(pictures, matrices, strict=True)]
        sums.append(np.mean([scores for scores, _ in found], axis=0))
    return off_px(sums[0], sums[1], found[0][1]) or ()
