"""Visual information fidelity: how much of what an eye learns from a source it still learns from the fused image."""

from typing import NamedTuple

import numpy as np

from fusion_app.metrics.filters import FUSED, IR, VIS, Image, LocalMoments, Map, Trio, gaussian, inside

SCALES = 4
EPSILON = 1e-10
VIF_NOISE = 2.0
VIFF_NOISE = 0.005 * 255**2
VIFF_SCALE_WEIGHTS = np.array((1, 0, 0.15, 1)) / 2.15
VIFF_OFFSET = 1e-7


class _Channel(NamedTuple):
    """Source and fused image as a Gaussian scale mixture: fused = gain · source + noise, local and per scale."""

    gain: Map
    source_var: Map
    noise_var: Map

    def preserved(self, eye_noise: float) -> Map:
        return np.asarray(np.log10(1 + self.gain**2 * self.source_var / (self.noise_var + eye_noise)))

    def available(self, eye_noise: float) -> Map:
        return np.asarray(np.log10(1 + self.source_var / eye_noise))


def information_fidelity_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return VIF (sum over both sources), VIF_mean and VIFF; 0…1 per source, above where the fused image is sharper.

    Sources: `_vif` and `_viff`; four scales, Gaussian windows of 17, 9, 5 and 3 pixels, σ a fifth of that.
    """
    channels: list[tuple[_Channel, _Channel]] = []
    trio = Trio.of(ir, vis, fused)
    for scale in range(SCALES):
        size = 2 ** (SCALES - scale) + 1
        window = gaussian(size, size / 5)
        if scale:
            trio = Trio(*(np.ascontiguousarray(inside(image, window)[::2, ::2]) for image in trio))
        local = LocalMoments(trio, window)
        channels.append((_channel(local, IR), _channel(local, VIS)))
    vif = _vif([ir for ir, _ in channels]) + _vif([vis for _, vis in channels])
    return {"VIF": vif, "VIF_mean": vif / 2, "VIFF": _viff(channels)}


def _channel(local: LocalMoments, source: int) -> _Channel:
    var_a, var_b = np.maximum(local.cov(source, source), 0), np.maximum(local.cov(FUSED, FUSED), 0)
    cov = local.cov(source, FUSED)
    gain = cov / (var_a + EPSILON)
    noise = var_b - gain * cov
    flat_a, flat_b = var_a < EPSILON, var_b < EPSILON
    noise = np.where(flat_b, 0, np.where(flat_a | (gain < 0), var_b, noise))
    gain = np.where(flat_a | flat_b, 0, np.maximum(gain, 0))
    return _Channel(gain, np.where(flat_a, 0, var_a), np.maximum(noise, EPSILON))


def _vif(channels: list[_Channel]) -> float:
    """Return the information preserved over the information available, all scales together.

    Source: Sheikh and Bovik, IEEE Trans. Image Process. 15 (2006): Σ log(1 + g²σ² / (σ_v² + σ_n²)) by
    Σ log(1 + σ² / σ_n²), in the pixel domain with σ_n² = 2.
    """
    available = sum(float(channel.available(VIF_NOISE).sum()) for channel in channels)
    preserved = sum(float(channel.preserved(VIF_NOISE).sum()) for channel in channels)
    return preserved / available if available else 0.0


def _viff(channels: list[tuple[_Channel, _Channel]]) -> float:
    """Return the weighted sum over scales of that ratio, at each pixel of the source with the smaller gain.

    Source: Han et al., Inf. Fusion 14 (2013); σ_n² = 0.005·255², scale weights 1, 0, 0.15, 1 over their sum.
    """
    ratios = []
    for ir, vis in channels:
        from_ir = ir.gain < vis.gain
        preserved = np.where(from_ir, ir.preserved(VIFF_NOISE), vis.preserved(VIFF_NOISE))
        available = np.where(from_ir, ir.available(VIFF_NOISE), vis.available(VIFF_NOISE))
        ratios.append(np.sum(preserved + VIFF_OFFSET) / np.sum(available + VIFF_OFFSET))
    return float(np.dot(ratios, VIFF_SCALE_WEIGHTS))
