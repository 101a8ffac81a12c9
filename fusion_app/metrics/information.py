"""How much the fused image tells about its sources, from joint histograms of 256 × 256 levels."""

from typing import NamedTuple

import numpy as np

from fusion_app.metrics.filters import Image, Map, stretched_levels
from fusion_app.metrics.statistics import entropy

LEVEL_BITS = 8.0  # entropy of 256 equally likely levels


class _Information(NamedTuple):
    mutual: float
    entropy_sum: float

    @property
    def shared(self) -> float:
        """Twice the mutual information over the sum of entropies, 0…1; two constant images share nothing."""
        return 2 * self.mutual / self.entropy_sum if self.entropy_sum else 0.0


def information_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return MI in bits and in nats, Q_MI (0…2) and Qncie (about 0.8…1). All reward copying one source.

    Sources: MI, summed over both sources, not normalised: Qu, Zhang and Yan, Electron. Lett. 38 (2002). Q_MI, Σ 2 MI /
    (H_source + H_fused): Hossny, Nahavandi and Creighton, Electron. Lett. 44 (2008). Qncie, 1 + Σ λ/3 log256(λ/3) over
    the eigenvalues of the matrix of mutual information in base 256, diagonal 1: Wang, Shen and Jin, in Stathaki (ed.),
    Image Fusion (2008), ch. 19. The last two first scale each image to the full range, as Liu's code does.
    """
    of_ir, of_vis, between = _joint(ir, fused), _joint(vis, fused), _joint(ir, vis)
    mutual = sum(_information(joint).mutual for joint in (of_ir, of_vis))
    full_ir, full_vis, full_fused = (stretched_levels(image) for image in (ir, vis, fused))
    sources = _information(_moved(between, full_ir, full_vis))
    from_ir = _information(_moved(of_ir, full_ir, full_fused))
    from_vis = _information(_moved(of_vis, full_vis, full_fused))
    return {
        "MI": mutual,
        "MI_nats": mutual * float(np.log(2)),
        "Q_MI": from_ir.shared + from_vis.shared,
        "Qncie": _correlation_entropy(sources.mutual, from_ir.mutual, from_vis.mutual),
    }


def _joint(a: Image, b: Image) -> Map:
    """Return how often each level of ``a`` meets each of ``b``, ``(256, 256)``, as shares."""
    both = (a.astype(np.uint16) << 8) | b
    return np.asarray(np.bincount(both.ravel(), minlength=256 * 256).reshape(256, 256) / a.size)


def _moved(joint: Map, levels_a: Image, levels_b: Image) -> Map:
    """Return the shares after ``(256,)`` levels were given to those of either image."""
    rows = np.zeros_like(joint)
    np.add.at(rows, levels_a, joint)
    moved = np.zeros_like(joint)
    np.add.at(moved, levels_b, np.ascontiguousarray(rows.T))
    return moved.T


def _information(joint: Map) -> _Information:
    entropy_sum = entropy(joint.sum(axis=0)) + entropy(joint.sum(axis=1))
    return _Information(entropy_sum - entropy(joint), entropy_sum)


def _correlation_entropy(*mutual: float) -> float:
    """Return 1 − entropy of the eigenvalues (base 256) of the matrix of nonlinear correlation of three images."""
    between, of_ir, of_vis = (bits / LEVEL_BITS for bits in mutual)
    matrix = np.array(((1, between, of_ir), (between, 1, of_vis), (of_ir, of_vis, 1)))
    return 1 - entropy(np.linalg.eigvalsh(matrix) / 3) / LEVEL_BITS
