"""What the grey levels themselves say: contrast and detail of the fused image, distance and correlation to sources."""

import numpy as np

from fusion_app.metrics.filters import Image, Map


def contrast_metrics(fused: Image) -> dict[str, float]:
    """Return EN, SD, SF and AG of the fused image alone; more is better, noise included.

    Sources: EN, entropy in bits over 256 levels: Roberts et al., J. Appl. Remote Sens. 2 (2008). SD, standard
    deviation: Rao, Meas. Sci. Technol. 8 (1997). SF, root of mean squared differences along rows plus along columns:
    Eskicioglu and Fisher, IEEE Trans. Commun. 43 (1995). AG, mean of sqrt((dx² + dy²) / 2) by central differences: Cui
    et al., Opt. Commun. 341 (2015).
    """
    levels = fused.astype(np.float64)
    down, right = np.gradient(levels)
    row_frequency, column_frequency = (np.mean(np.diff(levels, axis=axis) ** 2) for axis in (1, 0))
    return {
        "EN": entropy(np.bincount(fused.ravel(), minlength=256) / fused.size),
        "SD": float(levels.std()),
        "SF": float(np.sqrt(row_frequency + column_frequency)),
        "AG": float(np.mean(np.sqrt((down**2 + right**2) / 2))),
    }


def fidelity_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return MSE (squared grey levels, mean of both sources) and PSNR = 10 log10(255² / MSE) in dB, infinite for MSE 0.

    Source: Jagalingam and Hegde, Aquat. Procedia 4 (2015).
    """
    levels = fused.astype(np.float64)
    mse = float(np.mean([np.mean((source - levels) ** 2) for source in (ir, vis)]))
    return {"MSE": mse, "PSNR": 10 * float(np.log10(255**2 / mse)) if mse else float("inf")}


def correlation_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return CC, −1…1, and SCD, −2…2; a constant image correlates 0 with anything.

    Sources: CC, mean linear correlation to both sources: Deshmukh and Bhosale, Int. J. Image Process. 4 (2010). SCD,
    r(F − VIS, IR) + r(F − IR, VIS): Aslantas and Bendes, AEU Int. J. Electron. Commun. 69 (2015).
    """
    i, v, f = (image.astype(np.float64) for image in (ir, vis, fused))
    return {
        "CC": (_correlation(i, f) + _correlation(v, f)) / 2,
        "SCD": _correlation(f - v, i) + _correlation(f - i, v),
    }


def entropy(probabilities: Map) -> float:
    """Return Shannon's entropy in bits; probabilities sum to 1 over any shape."""
    present = probabilities[probabilities > 0]
    return float(-np.sum(present * np.log2(present)))


def _correlation(a: Map, b: Map) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = np.sqrt(np.sum(a * a) * np.sum(b * b))
    return float(np.sum(a * b) / scale) if scale else 0.0
