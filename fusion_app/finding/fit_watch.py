"""Watching beside a run whether the alignment still fits: a camera that was knocked is told, not found out later."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fusion_app.alignment.profile import AlignmentProfile, corners
from fusion_app.finding.beside_a_run import EstimatorThread, small_pictures
from fusion_app.finding.calibration import LEAST_SCORE, Calibration, Pictures, calibrate, different
from fusion_app.finding.calibration.refine import STEPS, refined, score_at
from fusion_app.finding.steps import BetweenSteps, go_on
from fusion_app.frames import FusedFrame, Size, size_of

KEEP_EVERY_S = 2.0
CHECK_EVERY_S = 10.0
KEPT = 8
CHECKED = 4
"""Pairs that a check looks at, of those kept."""
OFF = 0.02
"""How far infrared has to be from where it fits best, of the visible width: less, parallax does."""
BETTER = 1.3
"""How many times better it has to fit there."""
IN_A_ROW = 3
"""Checks that have to say so, one after the other."""


@dataclass(frozen=True)
class Fit:
    """How well an alignment fits what both cameras show.

    Attributes:
        score: How far the edges agree where infrared lies, 0…1.
        best_score: The same where it would fit best, nearby.
        off_px: How far the corners of infrared are from there on average, visible pixels.
        is_off: Both say that it does not fit any more.
    """

    score: float
    best_score: float
    off_px: float
    is_off: bool


def fit_of(pairs: Sequence[Pictures], profile: AlignmentProfile, vis: Size, between: BetweenSteps = go_on) -> Fit:
    """Return how ``profile`` fits ``pairs``; ``vis`` is the size of the visible frames whose pixels are told.

    ``between`` is called between any two steps; what it raises ends them.
    """
    ir_small, vis_small = pairs[0].ir_size, pairs[0].vis_size
    matrix = profile.homography(ir_small, vis_small)
    score = score_at(pairs, matrix)
    best, best_score = refined(pairs, matrix, STEPS[:1], between)
    apart = np.linalg.norm(corners(best, ir_small) - corners(matrix, ir_small), axis=1).mean() / vis_small.width
    is_off = bool(apart > OFF and best_score >= LEAST_SCORE and best_score > BETTER * score)
    return Fit(score, best_score, float(apart) * vis.width, is_off)


class FitWatch:
    """A sink that keeps small pictures of both cameras and checks the alignment with them now and then.

    While a source is lost, the shutter is closed or the profile is empty nothing is checked.
    """

    def __init__(
        self,
        thread: EstimatorThread,
        profile: Callable[[], AlignmentProfile],
        on_fit: Callable[[Fit], None],
        every_s: float = CHECK_EVERY_S,
    ) -> None:
        """Check what ``profile`` returns, every ``every_s`` of the stream, and tell ``on_fit`` in the thread."""
        self._thread = thread
        self._profile = profile
        self._on_fit = on_fit
        self._every_s = every_s
        self._lock = threading.Lock()
        self._pairs: deque[Pictures] = deque(maxlen=KEPT)
        self._sizes: tuple[Size, Size] | None = None
        self._checked: AlignmentProfile | None = None
        self._row = 0
        self._kept_s = self._checked_s = -np.inf

    def __call__(self, fused: FusedFrame) -> None:
        """Keep what a fused frame was made of, if it is time for another."""
        view, pair = fused.thermal, fused.pair
        is_whole = view is not None and min(pair.ir.index, pair.vis.index) >= 0
        if not is_whole or view is None or fused.is_nuc or pair.lost or pair.is_held:
            return
        if abs(fused.pts_s - self._kept_s) < min(KEEP_EVERY_S, self._every_s) or not self._profile().is_set:
            return
        self._kept_s = fused.pts_s
        pictures, sizes = small_pictures(view.grey, pair.ir, pair.vis), (size_of(view.grey), pair.vis.size)
        with self._lock:
            if sizes != self._sizes:
                self._sizes = sizes
                self._pairs.clear()
            self._pairs.append(pictures)
        if abs(fused.pts_s - self._checked_s) >= self._every_s:
            self._checked_s = fused.pts_s
            self._thread.submit(self._check)

    def find_again(self, on_found: Callable[[Calibration], None]) -> bool:
        """Look for the alignment in what was kept and tell ``on_found`` in the thread; False if nothing was kept."""
        with self._lock:
            pairs, sizes = tuple(self._pairs), self._sizes
        if not pairs or sizes is None:
            return False
        thread = self._thread
        thread.submit(lambda: thread.hand_over(on_found, calibrate(pairs, *sizes, thread.between_steps)))
        return True

    def _check(self) -> None:
        profile = self._profile()
        with self._lock:
            pairs, sizes = tuple(self._pairs)[-CHECKED:], self._sizes
        if not profile.is_set or not pairs or sizes is None:
            return
        if profile != self._checked:
            self._checked, self._row = profile, 0
        fit = fit_of(different(pairs), profile, sizes[1], self._thread.between_steps)
        self._row = self._row + 1 if fit.is_off else 0
        said = Fit(fit.score, fit.best_score, fit.off_px, self._row >= IN_A_ROW)
        self._thread.hand_over(self._on_fit, said)
