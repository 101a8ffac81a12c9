"""How much the fused image tells about its sources, from joint histograms of 256 × 256 levels."""

from typing import NamedTuple

import numpy as np

from fusion_app.metrics.filters import Image, stretched
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
    mutual = sum(_information(source, fused).mutual for source in (ir, vis))
    full_ir, full_vis, full_fused = stretched(ir), stretched(vis), stretched(fused)
    between = _information(full_ir, full_vis)
    of_ir, of_vis = _information(full_ir, full_fused), _information(full_vis, full_fused)
    return {
        "MI": mutual,
        "MI_nats": mutual * float(np.log(2)),
        "Q_MI": of_ir.shared + of_vis.shared,
        "Qncie": _correlation_entropy(between.mutual, of_ir.mutual, of_vis.mutual),
    }


def _information(a: Image, b: Image) -> _Information:
    joint = np.bincount((a.astype(np.intp) * 256 + b).ravel(), minlength=256 * 256).reshape(256, 256) / a.size
    entropy_sum = entropy(joint.sum(axis=0)) + entropy(joint.sum(axis=1))
    return _Information(entropy_sum - entropy(joint), entropy_sum)


def _correlation_entropy(*mutual: float) -> float:
    """Return 1 − entropy of the eigenvalues (base 256) of the matrix of nonlinear correlation of three images."""
    between, of_ir, of_vis = (bits / LEVEL_BITS for bits in mutual)
    matrix = np.array(((1, between, of_ir), (between, 1, of_vis), (of_ir, of_vis, 1)))
    return 1 - entropy(np.linalg.eigvalsh(matrix) / 3) / LEVEL_BITS
