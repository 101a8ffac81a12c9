"""Visual information fidelity: how much of the information an eye gets from a source it still gets from the fused image."""

from typing import NamedTuple

import numpy as np

from training.metrics.filters import Image, Map, gaussian, inside, moments

SCALES = 4
TINY = 1e-10
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

    Sources: VIF, pixel domain: Sheikh and Bovik, IEEE Trans. Image Process. 15 (2006), eq. 12–15, four scales, windows of
    17, 9, 5 and 3 pixels. VIFF: Han et al., Inf. Fusion 14 (2013), eq. 14–19, taking at each pixel the source that
    the fused image resembles less (the smaller gain).
    """
    of_ir, of_vis = _channels(ir, fused), _channels(vis, fused)
    vif = _vif(of_ir) + _vif(of_vis)
    return {"VIF": vif, "VIF_mean": vif / 2, "VIFF": _viff(of_ir, of_vis)}


def _channels(source: Image, fused: Image) -> list[_Channel]:
    a, b = source.astype(np.float64), fused.astype(np.float64)
    channels = []
    for scale in range(SCALES):
        size = 2 ** (SCALES - scale) + 1
        window = gaussian(size, size / 5)
        if scale:
            a, b = (np.ascontiguousarray(inside(image, window)[::2, ::2]) for image in (a, b))
        channels.append(_channel(a, b, window))
    return channels


def _channel(a: Map, b: Map, window: Map) -> _Channel:
    _, _, var_a, var_b, cov = moments(a, b, window)
    var_a, var_b = np.maximum(var_a, 0), np.maximum(var_b, 0)
    gain = cov / (var_a + TINY)
    noise = var_b - gain * cov
    flat_a, flat_b = var_a < TINY, var_b < TINY
    noise = np.where(flat_b, 0, np.where(flat_a | (gain < 0), var_b, noise))
    gain = np.where(flat_a | flat_b, 0, np.maximum(gain, 0))
    return _Channel(gain, np.where(flat_a, 0, var_a), np.maximum(noise, TINY))


def _vif(channels: list[_Channel]) -> float:
    available = sum(float(channel.available(VIF_NOISE).sum()) for channel in channels)
    preserved = sum(float(channel.preserved(VIF_NOISE).sum()) for channel in channels)
    return preserved / available if available else 0.0


def _viff(of_ir: list[_Channel], of_vis: list[_Channel]) -> float:
    ratios = []
    for ir, vis in zip(of_ir, of_vis, strict=True):
        from_ir = ir.gain < vis.gain
        preserved = np.where(from_ir, ir.preserved(VIFF_NOISE), vis.preserved(VIFF_NOISE))
        available = np.where(from_ir, ir.available(VIFF_NOISE), vis.available(VIFF_NOISE))
        ratios.append(np.sum(preserved + VIFF_OFFSET) / np.sum(available + VIFF_OFFSET))
    return float(np.dot(ratios, VIFF_SCALE_WEIGHTS))
