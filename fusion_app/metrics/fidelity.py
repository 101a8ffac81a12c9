"""Visual information fidelity: how much of what an eye learns from a source it still learns from the fused image."""

from typing import NamedTuple

import numpy as np

from fusion_app.metrics.filters import FUSED, IR, VIS, Image, LocalMoments, Map, Trio, gaussian, inside, strips

SCALES = 4
EPSILON = 1e-10
VIF_NOISE = 2.0
VIFF_NOISE = 0.005 * 255**2
VIFF_SCALE_WEIGHTS = np.array((1, 0, 0.15, 1)) / 2.15
VIFF_OFFSET = 1e-7
FACTORS = 8
"""So many numbers are multiplied before the logarithm is taken; their product stays far below the largest number."""


class _Channel(NamedTuple):
    """Source and fused image as a Gaussian scale mixture: fused = gain · source + noise, local and per scale."""

    gain: Map
    source_var: Map
    noise_var: Map

    def kept_ratio(self, eye_noise: float) -> Map:
        """Return 1 + the power of what is kept of the source over that of all noise."""
        return np.asarray(1 + self.gain * self.gain * self.source_var / (self.noise_var + eye_noise))

    def full_ratio(self, eye_noise: float) -> Map:
        """Return the same of the source as an eye sees it."""
        return np.asarray(1 + self.source_var / eye_noise)


class _Sums(NamedTuple):
    """Sums over one scale: of VIF for infrared and visible, preserved and available, and of VIFF."""

    ir: Map
    vis: Map
    viff: Map


def information_fidelity_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return VIF (sum over both sources), VIF_mean and VIFF; 0…1 per source, above where the fused image is sharper.

    Sources: `_vif` and `_viff`; four scales, Gaussian windows of 17, 9, 5 and 3 pixels, σ a fifth of that.
    """
    sums: list[_Sums] = []
    trio = Trio.of(ir, vis, fused)
    for scale in range(SCALES):
        size = 2 ** (SCALES - scale) + 1
        window = gaussian(size, size / 5)
        if scale:
            trio = Trio(*(np.ascontiguousarray(inside(image, window)[::2, ::2]) for image in trio))
        parts = [_sums(LocalMoments(strip, window)) for strip in strips(trio, size // 2)]
        sums.append(_Sums(*(np.sum(part, axis=0) for part in zip(*parts, strict=True))))
    vif = _vif([one.ir for one in sums]) + _vif([one.vis for one in sums])
    return {"VIF": vif, "VIF_mean": vif / 2, "VIFF": _viff([one.viff for one in sums])}


def _sums(local: LocalMoments) -> _Sums:
    ir, vis = _channel(local, IR), _channel(local, VIS)
    of_vif = [
        np.array((_log_sum(channel.kept_ratio(VIF_NOISE)), _log_sum(channel.full_ratio(VIF_NOISE))))
        for channel in (ir, vis)
    ]
    from_ir = ir.gain < vis.gain
    chosen = _Channel(*(np.where(from_ir, of_ir, of_vis) for of_ir, of_vis in zip(ir, vis, strict=True)))
    offset = VIFF_OFFSET * from_ir.size
    ratios = chosen.kept_ratio(VIFF_NOISE), chosen.full_ratio(VIFF_NOISE)
    return _Sums(of_vif[0], of_vif[1], np.array([_log_sum(ratio) + offset for ratio in ratios]))


def _log_sum(values: Map) -> float:
    """Return the sum of the decimal logarithms of numbers from 1 to 1e5; of their products, which are fewer."""
    rows = values.shape[0] // FACTORS * FACTORS
    products = np.multiply.reduce(values[:rows].reshape(-1, FACTORS, values.shape[1]), axis=1)
    return float(np.log10(products).sum() + np.log10(values[rows:]).sum())


def _channel(local: LocalMoments, source: int) -> _Channel:
    var_a, var_b = np.maximum(local.cov(source, source), 0), np.maximum(local.cov(FUSED, FUSED), 0)
    cov = local.cov(source, FUSED)
    gain = cov / (var_a + EPSILON)
    noise = var_b - gain * cov
    flat_a, flat_b = var_a < EPSILON, var_b < EPSILON
    noise = np.where(flat_b, 0, np.where(flat_a | (gain < 0), var_b, noise))
    gain = np.where(flat_a | flat_b, 0, np.maximum(gain, 0))
    return _Channel(gain, np.where(flat_a, 0, var_a), np.maximum(noise, EPSILON))


def _vif(sums: list[Map]) -> float:
    """Return the information preserved over the information available, all scales together.

    Source: Sheikh and Bovik, IEEE Trans. Image Process. 15 (2006): Σ log(1 + g²σ² / (σ_v² + σ_n²)) by
    Σ log(1 + σ² / σ_n²), in the pixel domain with σ_n² = 2.
    """
    preserved, available = np.sum(sums, axis=0)
    return float(preserved / available) if available else 0.0


def _viff(sums: list[Map]) -> float:
    """Return the weighted sum over scales of that ratio, at each pixel of the source with the smaller gain.

    Source: Han et al., Inf. Fusion 14 (2013); σ_n² = 0.005·255², scale weights 1, 0, 0.15, 1 over their sum.
    """
    return float(np.dot([preserved / available for preserved, available in sums], VIFF_SCALE_WEIGHTS))
