"""Homographies of a data set: one of a rig from pairs of all its clips, or one of each pair; or why there is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from fusion_app.alignment.profile import AlignmentProfile, Matrix, corners, profile_of
from fusion_app.datasets.agreement import agreement, stretched
from fusion_app.datasets.clips import Sample
from fusion_app.errors import SettingsError
from fusion_app.finding.calibration import LEAST_SCORE, Pictures, calibrate
from fusion_app.finding.calibration.refine import STEPS, refined

FITTED = 32
"""Pairs that a rig's homography is refined from, at most: 8 find where it is, more make it finer."""
LEAST_TO_HALVE = 4
MOST_MOVED = 0.02
"""How far a pair that is not found anew may be moved from how it lies, of the width."""
CHECKED = 4
"""Pairs of each clip that tell whether the clip is one of the rig's."""


@dataclass(frozen=True)
class Fit:
    """Where infrared of a rig, or of a pair, lies.

    Attributes:
        profile: The homography; empty where it was refused.
        reason: Why it was refused; empty where it was not.
        halves: The same from every other pair, and from those between, so that each pair can be measured by a
            homography that it had no part in; empty where there were too few pairs.
        fitted: Clip and name of the pairs that it is from, in order.
    """

    profile: AlignmentProfile = field(default_factory=AlignmentProfile)
    reason: str = ""
    halves: tuple[AlignmentProfile, ...] = ()
    fitted: tuple[tuple[str, str], ...] = ()

    def held_out(self, sample: Sample) -> AlignmentProfile:
        """Return the homography that ``sample`` had no part in; the whole one where there are no halves."""
        key = (sample.clip, sample.name)
        if not self.halves or key not in self.fitted:
            return self.profile
        return self.halves[1 - self.fitted.index(key) % 2]


def fit_rig(samples: Sequence[Sample], goes_on: Callable[[], bool]) -> Fit:
    """Return the homography of the rig that has seen ``samples``, all of one size.

    Clips that it makes worse are left out, and the rest fitted once more: somebody had moved a camera.

    Args:
        samples: Pairs of its clips.
        goes_on: Asked between steps; False ends it with what there is.
    """
    fit, left = _fit(samples), samples
    while fit.profile.is_set and goes_on():
        worse = _clips_made_worse(fit.profile, left)
        kept = [sample for sample in left if sample.clip not in worse]
        if not worse or not kept:
            break
        again = _fit(kept)
        if not again.profile.is_set:
            break
        fit, left = again, kept
    return fit


def _fit(samples: Sequence[Sample]) -> Fit:
    first = samples[0]
    pictures = [sample.pictures for sample in samples]
    found = calibrate(pictures, *first.sizes)
    if not found.accepted:
        return Fit(reason=f"{found.reason} (score {found.score:.2f}, margin {found.margin:.2f}, pairs {found.pairs})")
    rough = found.profile.homography(first.pictures.ir_size, first.pictures.vis_size)
    fitted = tuple((sample.clip, sample.name) for sample in samples)
    try:
        whole = _profile(first, refined(pictures, rough)[0], f"align --dataset, pairs {len(samples)}")
        if len(samples) < LEAST_TO_HALVE:
            return Fit(whole, fitted=fitted)
        halves = (refined(pictures[start::2], rough, STEPS[1:])[0] for start in (0, 1))
        return Fit(whole, "", tuple(_profile(first, half, "half of the pairs") for half in halves), fitted)
    except SettingsError:
        return Fit(reason="infrared would not lie on the visible picture")


def _clips_made_worse(profile: AlignmentProfile, samples: Sequence[Sample]) -> set[str]:
    by_clip: dict[str, list[Pictures]] = {}
    for sample in samples:
        by_clip.setdefault(sample.clip, []).append(sample.pictures)
    return {clip for clip, all_of_it in by_clip.items() if not _gains(profile, all_of_it[:CHECKED])}


def _gains(profile: AlignmentProfile, pictures: Sequence[Pictures]) -> bool:
    after = [agreement(one, profile.homography(one.ir_size, one.vis_size)) for one in pictures]
    before = [agreement(one, stretched(one)) for one in pictures]
    return bool((np.mean(after, axis=0) > np.mean(before, axis=0)).all())


def fit_pair(sample: Sample) -> Fit:
    """Return the homography of one pair: found anew, else near how it lies; refused unless both figures gain.

    What is taken has to agree better in its edges, which it was made from, and in its grey levels, which it was not.
    """
    pictures = sample.pictures
    found = calibrate([pictures], *sample.sizes)
    anew = found.profile.homography(pictures.ir_size, pictures.vis_size) if found.accepted else _near(pictures)
    if anew is None:
        return Fit(reason=f"{found.reason}, and none near how it lies fits")
    if not agreement(pictures, anew).beats(agreement(pictures, stretched(pictures))):
        return Fit(reason="no placement makes both edges and grey levels agree better")
    return _taken(sample, anew)


def _near(pictures: Pictures) -> Matrix | None:
    """Return the placement nearest to how a pair lies; None where it is weak or further off than pairs in order are."""
    start = stretched(pictures)
    near, score = refined([pictures], start)
    moved = np.linalg.norm(corners(near, pictures.ir_size) - corners(start, pictures.ir_size), axis=1).mean()
    return near if score >= LEAST_SCORE and moved <= MOST_MOVED * pictures.vis_size.width else None


def _taken(sample: Sample, matrix: Matrix) -> Fit:
    try:
        return Fit(_profile(sample, matrix, "align --dataset, this pair"), fitted=((sample.clip, sample.name),))
    except SettingsError:
        return Fit(reason="infrared would not lie on the visible picture")


def _profile(sample: Sample, matrix: Matrix, made: str) -> AlignmentProfile:
    """Return the profile of a homography between small pictures, for pictures as they came."""
    rough = profile_of(matrix, sample.pictures.ir_size, sample.pictures.vis_size)
    return profile_of(rough.homography(*sample.sizes), *sample.sizes, made)
