"""How exactly a fused image is one of its sources: the information they share, and the structure of the closer one.

A fused image that mixes two sources a little everywhere shares less with both than one that is either here and the
other there. Mean errors hardly see the difference, because a mixture is near to both.
"""

import torch
from torch import Tensor

from training.losses.neighbourhood import Moments

PRECISE_FLOOR = (1 / 255) ** 2  # of the means and variances in a similarity that sees faint structure
AGREEMENT = 0.75  # similarity from which on two sources show the same, as in Qy
_SMALLEST_SHARE = 1e-9


def unshared_information(fused: Tensor, source: Tensor, seen: Tensor, bins: int) -> Tensor:
    """Return the share of a source's entropy that the fused image does not have in common with it, 0…1.

    Source: Cover & Thomas, "Elements of Information Theory", 2006, section 2.3: 1 − MI(F, S)/H(S), from one joint
    histogram of the whole batch. A fused level counts in its two nearest bins, nearer more (a triangular Parzen
    window), which makes the histogram differentiable.

    Args:
        fused: ``(N, 1, H, W)``, grey levels scaled to 0…1; levels beyond count as the ends.
        source: Alike; its levels count in their nearest bin.
        seen: ``(N, 1, H, W)`` in 0…1, the weight of each pixel.
        bins: Of each axis of the histogram.
    """
    place = fused.clamp(0, 1).flatten() * (bins - 1)
    lower = place.detach().floor().clamp(max=bins - 2)
    upper_share, weight = place - lower, seen.flatten()
    cell = (source.clamp(0, 1).flatten() * (bins - 1)).round().long() * bins + lower.long()
    joint = place.new_zeros(bins * bins)
    joint = joint.index_add(0, cell, (1 - upper_share) * weight).index_add(0, cell + 1, upper_share * weight)
    joint = (joint / joint.sum().clamp(min=1)).view(bins, bins)
    entropies = _entropy(joint.sum(1)), _entropy(joint.sum(0)), _entropy(joint)
    of_source, of_fused, of_both = entropies
    return (of_both - of_fused) / of_source.clamp(min=0.1)


def _entropy(shares: Tensor) -> Tensor:
    return -(shares * shares.clamp(min=_SMALLEST_SHARE).log()).sum()


def undecided_structure(to_ir: Moments, to_vis: Moments, between: Moments, seen: Tensor) -> Tensor:
    """Return how far the fused image is from the source that it resembles more, place by place, mean over ``seen``.

    Where the sources agree, both count by their variance. After Yang et al., "A novel similarity based quality metric
    for image fusion", Inf. Fusion 9 (2008), with a floor under means and variances so that flat places have a gradient.

    Args:
        to_ir: Moments of the fused image and infrared.
        to_vis: Of the fused image and visible.
        between: Of infrared and visible.
        seen: ``(N, 1, H, W)`` in 0…1, the weight of each pixel.
    """
    of_ir, of_vis = _precise_similarity(to_ir), _precise_similarity(to_vis)
    share = to_ir.var_source / (to_ir.var_source + to_vis.var_source + PRECISE_FLOOR)
    agree = _precise_similarity(between) >= AGREEMENT
    chosen = torch.where(agree, torch.lerp(of_vis, of_ir, share), torch.maximum(of_ir, of_vis))
    return (seen * (1 - chosen)).sum() / (seen.sum() + 1)


def _precise_similarity(pair: Moments) -> Tensor:
    means = pair.mean_fused.square() + pair.mean_source.square() + PRECISE_FLOOR
    brightness = (2 * pair.mean_fused * pair.mean_source + PRECISE_FLOOR) / means
    return brightness * (2 * pair.covariance + PRECISE_FLOOR) / (pair.var_fused + pair.var_source + PRECISE_FLOOR)
