"""Structural similarity between the fused image and its sources, at one scale, at several, and chosen by place."""

import cv2
import numpy as np

from training.metrics.filters import Image, Map, Moments, gaussian, moments

WINDOW = gaussian(11, 1.5)
LUMINANCE_CONSTANT, CONTRAST_CONSTANT = (0.01 * 255) ** 2, (0.03 * 255) ** 2
MS_SSIM_WEIGHTS = np.array((0.0448, 0.2856, 0.3001, 0.2363, 0.1333))

YANG_WINDOW = gaussian(7, 1.5)
YANG_CONSTANT = 2e-16
YANG_THRESHOLD = 0.75
ROUNDING = 1e-10  # variances below it are the rounding errors of a flat window


def structure_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return SSIM and MS_SSIM as sums over both sources (−2…2) and as means, and Qy (−1…1).

    Sources: SSIM: Wang et al., IEEE Trans. Image Process. 13 (2004), eq. 13, 11×11 Gaussian window, inside only. MS_SSIM:
    Wang, Simoncelli and Bovik, Asilomar 2003, eq. 7, five scales (as many as fit into a small image), 2×2 means between.
    Qy: Yang et al., Inf. Fusion 9 (2008), eq. 7: where the sources agree (SSIM ≥ 0.75) the mean weighted by their
    variance, elsewhere the better of the two; 7×7 Gaussian window, C = 2e-16.
    """
    i, v, f = (image.astype(np.float64) for image in (ir, vis, fused))
    ssim = sum(_ssim(source, f) for source in (i, v))
    ms_ssim = sum(_ms_ssim(source, f) for source in (i, v))
    return {
        "SSIM": ssim,
        "SSIM_mean": ssim / 2,
        "MS_SSIM": ms_ssim,
        "MS_SSIM_mean": ms_ssim / 2,
        "Qy": _qy(i, v, f),
    }


def halved(image: Map) -> Map:
    """Return every second pixel of the 2×2 means, ``(ceil(H / 2), ceil(W / 2))``; the last row and column repeat."""
    padded = cv2.copyMakeBorder(image, 0, 1, 0, 1, cv2.BORDER_REPLICATE)
    means = (padded[:-1, :-1] + padded[1:, :-1] + padded[:-1, 1:] + padded[1:, 1:]) / 4
    return np.ascontiguousarray(means[::2, ::2])


def _ssim(a: Map, b: Map) -> float:
    local = moments(a, b, WINDOW)
    return float(np.mean(_luminance(local, LUMINANCE_CONSTANT) * _contrast_structure(local, CONTRAST_CONSTANT)))


def _ms_ssim(a: Map, b: Map) -> float:
    similarity = 1.0
    weights = MS_SSIM_WEIGHTS[: _scales_that_fit(a)]
    for scale, weight in enumerate(weights, start=1):
        local = moments(a, b, WINDOW)
        term = _contrast_structure(local, CONTRAST_CONSTANT)
        if scale == len(weights):
            term = term * _luminance(local, LUMINANCE_CONSTANT)
        # A negative mean has no real power; the structure is lost then, which 0 says.
        similarity *= max(float(np.mean(term)), 0.0) ** float(weight)
        a, b = halved(a), halved(b)
    return similarity


def _scales_that_fit(image: Map) -> int:
    side = min(image.shape)
    return sum(-(-side // 2**scale) >= len(WINDOW) for scale in range(len(MS_SSIM_WEIGHTS)))


def _luminance(local: Moments, constant: float) -> Map:
    product = local.mean_a * local.mean_b
    return np.asarray((2 * product + constant) / (local.mean_a**2 + local.mean_b**2 + constant))


def _contrast_structure(local: Moments, constant: float) -> Map:
    return np.asarray((2 * local.cov + constant) / (local.var_a + local.var_b + constant))


def _qy(ir: Map, vis: Map, fused: Map) -> float:
    sources, of_ir, of_vis = (_yang(a, b) for a, b in ((ir, vis), (ir, fused), (vis, fused)))
    similarity_ir, similarity_vis = _yang_ssim(of_ir), _yang_ssim(of_vis)
    total = sources.var_a + sources.var_b
    share_ir = np.divide(sources.var_a, total, out=np.full_like(total, 0.5), where=total > 0)
    weighted = share_ir * similarity_ir + (1 - share_ir) * similarity_vis
    agree = _yang_ssim(sources) >= YANG_THRESHOLD
    return float(np.mean(np.where(agree, weighted, np.maximum(similarity_ir, similarity_vis))))


def _yang(a: Map, b: Map) -> Moments:
    """Return moments whose rounding errors in flat windows are 0: divided by one another they would be any number."""
    local = moments(a, b, YANG_WINDOW)
    flat_a, flat_b = local.var_a < ROUNDING, local.var_b < ROUNDING
    return local._replace(
        var_a=np.where(flat_a, 0, local.var_a),
        var_b=np.where(flat_b, 0, local.var_b),
        cov=np.where(flat_a | flat_b, 0, local.cov),
    )


def _yang_ssim(local: Moments) -> Map:
    return _luminance(local, YANG_CONSTANT) * _contrast_structure(local, YANG_CONSTANT)
