"""What the grey levels themselves say: contrast and detail of the fused image, distance and correlation to sources."""

import math

import cv2
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
    height, width = fused.shape
    row_frequency = cv2.norm(fused[:, 1:], fused[:, :-1], cv2.NORM_L2SQR) / (height * (width - 1))
    column_frequency = cv2.norm(fused[1:], fused[:-1], cv2.NORM_L2SQR) / ((height - 1) * width)
    return {
        "EN": entropy(np.bincount(fused.ravel(), minlength=256) / fused.size),
        "SD": float(levels.std()),
        "SF": float(np.sqrt(row_frequency + column_frequency)),
        "AG": float(np.mean(np.sqrt(down * down + right * right))) / math.sqrt(2),
    }


def fidelity_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return MSE (squared grey levels, mean of both sources) and PSNR = 10 log10(255² / MSE) in dB, infinite for MSE 0.

    Source: Jagalingam and Hegde, Aquat. Procedia 4 (2015).
    """
    mse = sum(cv2.norm(source, fused, cv2.NORM_L2SQR) for source in (ir, vis)) / (2 * fused.size)
    return {"MSE": mse, "PSNR": 10 * math.log10(255**2 / mse) if mse else math.inf}


def correlation_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return CC, −1…1, and SCD, −2…2; a constant image correlates 0 with anything.

    Sources: CC, mean linear correlation to both sources: Deshmukh and Bhosale, Int. J. Image Process. 4 (2010). SCD,
    r(F − VIS, IR) + r(F − IR, VIS): Aslantas and Bendes, AEU Int. J. Electron. Commun. 69 (2015).
    """
    # Whole numbers: sums and products are exact, so that nothing is lost where a small number is left.
    images = (ir, vis, fused)
    sums = [int(image.sum(dtype=np.int64)) for image in images]
    squares = [int(cv2.norm(image, cv2.NORM_L2SQR)) for image in images]

    def cov_of(a: int, b: int) -> int:
        product = (squares[a] + squares[b] - int(cv2.norm(images[a], images[b], cv2.NORM_L2SQR))) // 2
        return int(fused.size) * product - sums[a] * sums[b]

    var_i, var_v, var_f = (cov_of(one, one) for one in range(3))
    of_iv, of_if, of_vf = cov_of(0, 1), cov_of(0, 2), cov_of(1, 2)
    return {
        "CC": (_correlation(of_if, var_i, var_f) + _correlation(of_vf, var_v, var_f)) / 2,
        "SCD": _correlation(of_if - of_iv, var_i, var_f + var_v - 2 * of_vf)
        + _correlation(of_vf - of_iv, var_v, var_f + var_i - 2 * of_if),
    }


def entropy(probabilities: Map) -> float:
    """Return Shannon's entropy in bits; probabilities sum to 1 over any shape."""
    present = probabilities[probabilities > 0]
    return float(-np.sum(present * np.log2(present)))


def _correlation(cov: int, var_a: int, var_b: int) -> float:
    scale = math.sqrt(var_a) * math.sqrt(var_b)
    return cov / scale if scale else 0.0
