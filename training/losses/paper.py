"""The losses of the paper: contrastive for the CPN, map and structure for the backbone.

Source: Wang et al., Information Fusion 102 (2024); the released code decides details. Every loss is float32.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from models.compensation import Compensation

_LEAST_SIMILARITY, _MOST_SIMILARITY = 0.0005, 0.9995
_RANK_DECAY = 0.25
_SSIM_WINDOW = 3
_GREY_RANGE = 255.0

Norm = Literal["frobenius", "mean"]


@dataclass(frozen=True)
class Descriptions:
    """What the SSO says about both sources of a batch, ``(N, D)`` each; see `models.compensation.describe`."""

    vis: Tensor
    ir: Tensor


def similarities(first: Tensor, second: Tensor) -> Tensor:
    """Return cosine similarities ``(N, N)`` of ``(N, D)`` vectors, clamped to 0.0005…0.9995 so that logs are finite."""
    cosines = functional.normalize(first, dim=1) @ functional.normalize(second, dim=1).T
    return cosines.clamp(_LEAST_SIMILARITY, _MOST_SIMILARITY)


def pull(first: Tensor, second: Tensor) -> Tensor:
    """Return the positive term: −log similarity, the closest of each row weighing most (``exp(−0.25·(rank − 1))``).

    Args:
        first: ``(N, D)``; each row ranks all rows of ``second``, from 0 by falling similarity.
        second: ``(N, D)``.
    """
    similarity = similarities(first, second)
    rank = similarity.argsort(dim=1, descending=True).argsort(dim=1).to(similarity.dtype)
    return (-similarity.log() * torch.exp(-_RANK_DECAY * (rank - 1))).mean()


def push(first: Tensor, second: Tensor) -> Tensor:
    """Return the negative term, the mean of −log(1 − similarity), for ``(N, D)`` vectors."""
    return -(1 - similarities(first, second)).log().mean()


def pair_contrast(found: Compensation, shown: Descriptions) -> Tensor:
    """Return L_pn: each embedding resembles its own source's description, and the two differ from each other."""
    return (
        pull(shown.ir, found.ir_embedding)
        + pull(shown.vis, found.vis_embedding)
        + push(found.vis_embedding, found.ir_embedding)
    )


def augmented_contrast(found: Compensation, augmented: Descriptions) -> Tensor:
    """Return L_Apn: infrared's embedding resembles infrared, and not the visible image that lost a patch (AVIS)."""
    return pull(found.ir_embedding, augmented.ir) + push(found.ir_embedding, augmented.vis)


def map_loss(fused: Tensor, vis: Tensor, ir: Tensor, ir_map: Tensor, norm: Norm) -> Tensor:
    """Return the map loss: the fused image is IR where the map says so and visible elsewhere.

    Args:
        fused: ``(N, 1, H, W)`` grey levels, like ``vis`` and ``ir``.
        vis: The visible luma.
        ir: The infrared image.
        ir_map: ``(N, 1, H, W)`` in 0…1, the compensation map; no gradient flows into it.
        norm: ``frobenius`` over the whole batch, grey levels (paper); ``mean`` absolute error, grey range 1.
    """
    weight = ir_map.detach()
    ir_error, vis_error = weight * (fused - ir), (1 - weight) * (fused - vis)
    if norm == "frobenius":
        norms: Tensor = torch.linalg.vector_norm(ir_error) + torch.linalg.vector_norm(vis_error)
        return norms
    return (ir_error.abs().mean() + vis_error.abs().mean()) / _GREY_RANGE


def structure_loss(fused: Tensor, vis: Tensor, ir: Tensor, data_range: float) -> Tensor:
    """Return the structure loss: (1 − SSIM)/2 of the fused image to each source, 0…2, for ``(N, 1, H, W)`` images."""
    similarity = ssim_map(fused, ir, data_range).mean() + ssim_map(fused, vis, data_range).mean()
    return 1 - similarity / 2


def ssim_map(first: Tensor, second: Tensor, data_range: float) -> Tensor:
    """Return the local SSIM of two images in a uniform 3×3 window, C1 = (0.01·L)², C2 = (0.03·L)².

    Args:
        first: ``(N, 1, H, W)``.
        second: ``(N, 1, H, W)``.
        data_range: L; the released code has 1 although its images span 0…255.

    Returns:
        ``(N, 1, H − 2, W − 2)``, −1…1.
    """
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    first_mean, second_mean = _local_mean(first), _local_mean(second)
    # Deviations from a common level keep float32 accurate: E[x²] − E[x]² of bright flat areas cancels otherwise.
    first_variance, second_variance, covariance = _local_moments(first, second)
    brightness = (2 * first_mean * second_mean + c1) / (first_mean**2 + second_mean**2 + c1)
    return brightness * (2 * covariance + c2) / (first_variance + second_variance + c2)


def _local_mean(image: Tensor) -> Tensor:
    return functional.avg_pool2d(image, _SSIM_WINDOW, stride=1)


def _local_moments(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    a = first - first.detach().mean(dim=(2, 3), keepdim=True)
    b = second - second.detach().mean(dim=(2, 3), keepdim=True)
    a_mean, b_mean = _local_mean(a), _local_mean(b)
    return (
        (_local_mean(a * a) - a_mean**2).clamp_min(0),
        (_local_mean(b * b) - b_mean**2).clamp_min(0),
        _local_mean(a * b) - a_mean * b_mean,
    )
