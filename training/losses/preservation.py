"""How much of a source arrives in the fused image: its edges and its visual information, as an eye would judge.

Both are differentiable forms of what Qabf and VIF measure (`fusion_app.metrics`). Mean errors of gradients follow
the few strong edges; these count every edge by how well it is preserved, and every place by what there is to see.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from training.data.batch import GREY_RANGE
from training.losses.neighbourhood import Moments, blur, gradient, moments, ramp

SCALES = 4
EYE_NOISE = 2 / GREY_RANGE**2  # variance of the noise through which VIF sees both images
FAINT_EDGE = 0.25 / GREY_RANGE  # grey levels a pixel, scaled to 0…1; below, an edge has no direction
STRONG_EDGE = (6 / GREY_RANGE, 14 / GREY_RANGE)  # of no to full weight, per pixel
ENOUGH_EDGE = 0.5  # share of an edge's gradient that still shows it
EDGE_SIGMA = 0.8
_QUARTER_TURN = math.pi / 2


def lost_edges(fused: Tensor, source: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return how much of the edges of a source the fused image loses, and how much there was to lose.

    Source: Xydeas and Petrović, "Objective image fusion performance measure", Electron. Lett. 36 (2000), with the
    constants of `fusion_app.metrics.edges`: the product of two sigmoids, of the ratio of the strengths and of the angle
    between the edges, counted by the strength of the source's edge.

    Args:
        fused: ``(N, 1, H, W)``, grey levels scaled to 0…1.
        source: Alike.
        weight: ``(N, 1, H, W)`` in 0…1, how much each pixel of the source counts.

    Returns:
        Two scalars; the first over the second, summed over the sources, is 1 − Qabf but for borders, faint edges, and
        directions next to the vertical, where Qabf takes parallel edges for opposed.
    """
    (fused_y, fused_x), (source_y, source_x) = gradient(fused), gradient(source)
    strength, wanted = _strength(fused_y, fused_x), _strength(source_y, source_x)
    ratio = torch.minimum(strength, wanted) / torch.maximum(strength, wanted)
    along = (fused_y * source_y + fused_x * source_x).abs()
    across = (fused_y * source_x - fused_x * source_y).abs()
    floor = FAINT_EDGE**2
    parallel = 1 - torch.atan2(across + 0.1 * floor, along + floor) / _QUARTER_TURN
    quality = 0.9994 * torch.sigmoid(15 * (ratio - 0.5)) * 0.9879 * torch.sigmoid(22 * (parallel - 0.8))
    counts = weight * wanted
    return (counts * (1 - quality)).sum(), counts.sum()


def broken_edges(fused: Tensor, source: Tensor, weight: Tensor) -> Tensor:
    """Return how much of the strong edges of a source is missing beyond what an eye forgives, 0…1.

    Args:
        fused: ``(N, 1, H, W)``, grey levels scaled to 0…1.
        source: Alike.
        weight: ``(N, 1, H, W)`` in 0…1, how much each pixel of the source counts.
    """
    fused_y, fused_x = gradient(blur(fused, EDGE_SIGMA, 5))
    with torch.no_grad():
        source_y, source_x = gradient(blur(source, EDGE_SIGMA, 5))
        squared = source_y.square() + source_x.square()
        counts = weight * ramp(torch.sqrt(squared), *STRONG_EDGE)
    kept = (fused_y * source_y + fused_x * source_x) / (squared + STRONG_EDGE[0] ** 2 / 16)
    return (counts * functional.relu(ENOUGH_EDGE - kept)).sum() / (ENOUGH_EDGE * counts.sum() + 1)


def _strength(along_y: Tensor, along_x: Tensor) -> Tensor:
    return torch.sqrt(along_y.square() + along_x.square() + FAINT_EDGE**2)


def lost_information(fused: Tensor, source: Tensor, seen: Tensor, scales: int = SCALES) -> Tensor:
    """Return the share of a source's visual information that the fused image lacks where the source is seen.

    Source: Sheikh and Bovik, "Image information and visual quality", IEEE Trans. Image Process. 15 (2006), in the pixel
    domain as VIF is measured: Gaussian windows of 17, 9, 5 and 3 pixels from the finest scale to the coarsest, both
    images seen through noise, the fused one the source times a gain plus distortion.

    Args:
        fused: ``(N, 1, H, W)``, grey levels scaled to 0…1.
        source: Alike.
        seen: ``(N, 1, H, W)`` in 0…1, how much each pixel counts.
        scales: How many of the scales, from the finest.
    """
    kept = available = fused.new_zeros(())
    for scale in range(scales):
        size = 2 ** (SCALES - scale) + 1
        if scale:
            fused, source, seen = (blur(image, size / 5, size)[:, :, ::2, ::2] for image in (fused, source, seen))
        of_both, of_source = information(moments(fused, source, (size, size / 5)))
        kept, available = kept + (seen * of_both).sum(), available + (seen * of_source).sum()
    return 1 - kept / (available + 1)


def information(pair: Moments) -> tuple[Tensor, Tensor]:
    """Return what an eye learns of the source from the fused image, and from the source itself; nats, like its moments.

    Source: see `lost_information`; one scale.
    """
    var_source = functional.relu(pair.var_source)
    gain = functional.relu(pair.covariance) / (pair.var_source + 0.01 * EYE_NOISE)
    distortion = functional.relu(pair.var_fused - gain * pair.covariance)
    kept = torch.log1p(gain.square() * var_source / (distortion + EYE_NOISE))
    return kept, torch.log1p(var_source / EYE_NOISE)
