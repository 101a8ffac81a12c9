"""Structural similarity between the fused image and its sources: at one scale, at several, chosen by place.

The metrics of the 11×11 window share their local moments, scale by scale; that is why they are one family.
"""

import numpy as np

from fusion_app.metrics.exposure import MEF_SCALES, exposure_similarity
from fusion_app.metrics.filters import FUSED, IR, VIS, Image, LocalMoments, Map, Trio, gaussian, quotient, strips

WINDOW = gaussian(11, 1.5)
LUMINANCE_CONSTANT, CONTRAST_CONSTANT = (0.01 * 255) ** 2, (0.03 * 255) ** 2
SCALE_WEIGHTS = np.array((0.0448, 0.2856, 0.3001, 0.2363, 0.1333))
MEF_WEIGHTS = SCALE_WEIGHTS[:MEF_SCALES] / SCALE_WEIGHTS[:MEF_SCALES].sum()

YANG_WINDOW = gaussian(7, 1.5)
YANG_CONSTANT = 2e-16
YANG_THRESHOLD = 0.75
ROUNDING = 1e-10  # variances below it are the rounding errors of a flat window


def structure_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return SSIM and MS_SSIM as sums over both sources (−2…2) and as means, Qy and MEF_MS_SSIM (−1…1).

    Sources: SSIM: Wang et al., IEEE Trans. Image Process. 13 (2004), eq. 13, 11×11 Gaussian window, σ 1.5, inside only.
    MS_SSIM: `_product_over_scales`. Qy: `_qy`. MEF_MS_SSIM: `fusion_app.metrics.exposure`.
    """
    trio = Trio.of(ir, vis, fused)
    scales: list[list[tuple[float, float]]] = []
    exposure: list[float] = []
    for scale in range(_scales_that_fit(ir)):
        parts = [_scale_sums(strip, has_exposure=scale < MEF_SCALES) for strip in strips(trio, len(WINDOW) // 2)]
        *terms, similar, count = np.sum(parts, axis=0)
        scales.append([(terms[0] / count, terms[1] / count), (terms[2] / count, terms[3] / count)])
        if scale < MEF_SCALES:
            exposure.append(float(similar / count))
        trio = trio.halved()
    ssim = sum(full for full, _ in scales[0])
    ms_ssim = sum(_product_over_scales([scale[source] for scale in scales]) for source in (IR, VIS))
    return {
        "SSIM": ssim,
        "SSIM_mean": ssim / 2,
        "MS_SSIM": ms_ssim,
        "MS_SSIM_mean": ms_ssim / 2,
        "Qy": _qy(Trio.of(ir, vis, fused)),
        "MEF_MS_SSIM": _weighted_product(exposure, MEF_WEIGHTS),
    }


def _scales_that_fit(image: Image) -> int:
    side = min(image.shape)
    return sum(-(-side // 2**scale) >= len(WINDOW) for scale in range(len(SCALE_WEIGHTS)))


def _scale_sums(strip: Trio, *, has_exposure: bool) -> tuple[float, ...]:
    """Return sums over a strip: the terms of both sources, MEF-SSIM, and how many pixels."""
    local = LocalMoments(strip, WINDOW)
    exposure = exposure_similarity(strip, local) if has_exposure else 0.0
    return (*_ssim_terms(local, IR), *_ssim_terms(local, VIS), exposure, float(local.means[FUSED].size))


def _ssim_terms(local: LocalMoments, source: int) -> tuple[float, float]:
    """Return the sum of SSIM and that of its contrast-structure term between a source and the fused image."""
    structure = _contrast_structure(local.cov(source, FUSED), local.cov(source, source) + local.cov(FUSED, FUSED))
    luminance = _similar(local.means[source], local.means[FUSED], LUMINANCE_CONSTANT)
    return float(np.sum(luminance * structure)), float(np.sum(structure))


def _product_over_scales(terms: list[tuple[float, float]]) -> float:
    """Return multi-scale SSIM: contrast and structure of every scale, luminance of the coarsest.

    Source: Wang, Simoncelli and Bovik, Asilomar Conf. 2003, eq. 7; five scales, as many as fit into a small image.
    """
    values = [structure for _, structure in terms[:-1]] + [terms[-1][0]]
    return _weighted_product(values, SCALE_WEIGHTS)


def _weighted_product(values: list[float], exponents: Map) -> float:
    # A negative similarity has no real power; the structure is lost then, which 0 says.
    return float(np.prod([max(value, 0.0) ** power for value, power in zip(values, exponents, strict=False)]))


def _contrast_structure(cov: Map, var_sum: Map) -> Map:
    return np.asarray((2 * cov + CONTRAST_CONSTANT) / (var_sum + CONTRAST_CONSTANT))


def _similar(a: Map, b: Map, constant: float) -> Map:
    return np.asarray((2 * (a * b) + constant) / (a * a + b * b + constant))


def _qy(trio: Trio) -> float:
    """Return Qy: where the sources agree, similarity to both weighted by variance; elsewhere to the more similar one.

    Source: Yang et al., Inf. Fusion 9 (2008): λ SSIM(ir, fused) + (1 − λ) SSIM(vis, fused), λ = var(ir) / (var(ir) +
    var(vis)), where SSIM(ir, vis) ≥ 0.75, else the maximum; 7×7 Gaussian window, σ 1.5, C = 2e-16, inside only.
    """
    parts = [_qy_sum(LocalMoments(strip, YANG_WINDOW)) for strip in strips(trio, len(YANG_WINDOW) // 2)]
    total, count = np.sum(parts, axis=0)
    return float(total / count)


def _qy_sum(local: LocalMoments) -> tuple[float, int]:
    # Rounding errors of flat windows become 0: divided by one another they would be any number.
    variances = [np.where(local.cov(k, k) < ROUNDING, 0, local.cov(k, k)) for k in (IR, VIS, FUSED)]
    of_ir, of_vis, agreement = (_yang_ssim(local, variances, *ab) for ab in ((IR, FUSED), (VIS, FUSED), (IR, VIS)))
    total = variances[IR] + variances[VIS]
    share_ir = quotient(variances[IR], total, 0.5)
    weighted = share_ir * of_ir + (1 - share_ir) * of_vis
    chosen = np.where(agreement >= YANG_THRESHOLD, weighted, np.maximum(of_ir, of_vis))
    return float(np.sum(chosen)), chosen.size


def _yang_ssim(local: LocalMoments, variances: list[Map], a: int, b: int) -> Map:
    var_a, var_b = variances[a], variances[b]
    cov = np.where((var_a == 0) | (var_b == 0), 0, local.cov(a, b))
    structure = (2 * cov + YANG_CONSTANT) / (var_a + var_b + YANG_CONSTANT)
    return np.asarray(_similar(local.means[a], local.means[b], YANG_CONSTANT) * structure)
