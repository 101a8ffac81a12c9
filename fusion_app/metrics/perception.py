"""Metrics behind a model of the eye: contrast sensitivity by spatial frequency, local contrast, regions."""

import cv2
import numpy as np

from fusion_app.metrics.filters import Image, Map, Trio, filtered_by, frequencies, sobel, stretched, to_five_halves

BLOCK = 16
CONTRAST_FLOOR = 1e-4
LOCAL_RADIUS = 15


def perception_metrics(ir: Image, vis: Image, fused: Image) -> dict[str, float]:
    """Return Qcb, 0…1, and Qcv, 0 the best and unbounded; each image is scaled to the full range first.

    Sources: `_qcb` and `_qcv`.
    """
    trio = Trio.of(*(stretched(image) for image in (ir, vis, fused)))
    return {"Qcb": _qcb(trio), "Qcv": _qcv(trio)}


def _qcb(trio: Trio) -> float:
    """Return how well perceived contrast is preserved, smaller over larger, sources weighted by squared contrast.

    Source: Chen and Blum, Image Vis. Comput. 27 (2009), with the difference-of-Gaussians sensitivity f0 15.3870,
    f1 1.3456, a 0.7622, and masking C³ / (C² + 0.0001) of the local contrast C.
    """
    response = _difference_of_gaussians(trio.ir.shape)
    of_ir, of_vis, of_fused = (_perceived_contrast(filtered_by(image, response)) for image in trio)
    salience_ir, salience_vis = of_ir**2, of_vis**2
    total = salience_ir + salience_vis
    share_ir = np.divide(salience_ir, total, out=np.full_like(total, 0.5), where=total > 0)
    return float(np.mean(share_ir * _preserved(of_ir, of_fused) + (1 - share_ir) * _preserved(of_vis, of_fused)))


def _difference_of_gaussians(shape: tuple[int, ...]) -> Map:
    height, width = shape
    along_x, along_y = frequencies(shape)
    squared = (along_x * width / 30) ** 2 + (along_y * height / 30) ** 2
    return np.asarray(np.exp(-squared / 15.3870**2) - 0.7622 * np.exp(-squared / 1.3456**2))


def _perceived_contrast(image: Map) -> Map:
    """Return the masked contrast between a Gaussian mean (σ 2 px) and a wider one (σ 4 px)."""
    narrow, wide = _gaussian_mean(image, 2), _gaussian_mean(image, 4)
    contrast = np.abs(np.divide(narrow, wide, out=np.ones_like(wide), where=wide != 0) - 1)
    return np.asarray(contrast * contrast * contrast / (contrast**2 + CONTRAST_FLOOR))


def _gaussian_mean(image: Map, sigma: float) -> Map:
    taps = np.exp(-(np.arange(-LOCAL_RADIUS, LOCAL_RADIUS + 1.0) ** 2) / (2 * sigma**2)) / np.sqrt(2 * np.pi * sigma**2)
    return np.asarray(cv2.sepFilter2D(image, cv2.CV_64F, taps, taps, borderType=cv2.BORDER_CONSTANT))


def _preserved(source: Map, fused: Map) -> Map:
    larger = np.maximum(source, fused)
    return np.divide(np.minimum(source, fused), larger, out=np.ones_like(larger), where=larger > 0)


def _qcv(trio: Trio) -> float:
    """Return the squared difference to the sources an eye would see, mean over 16×16 regions weighted by salience.

    Source: Chen and Varshney, Inf. Fusion 8 (2007), with the Mannos–Sakrison sensitivity and salience Σ gradient⁵; the
    weighted mean runs over the regions of both sources together, as in Liu's code.
    """
    response = _mannos_sakrison(trio.ir.shape)
    error = weight = 0.0
    for source in (trio.ir, trio.vis):
        dx, dy = sobel(source)
        salience = _block_sums(to_five_halves(dx**2 + dy**2))
        seen = _block_sums(filtered_by(source - trio.fused, response) ** 2) / BLOCK**2
        error += float(np.sum(salience * seen))
        weight += float(np.sum(salience))
    return error / weight if weight else 0.0


def _mannos_sakrison(shape: tuple[int, ...]) -> Map:
    height, width = shape
    along_x, along_y = frequencies(shape)
    radius = 0.144 * np.hypot(along_x * width / 8, along_y * height / 8)
    return np.asarray(2.6 * (0.0192 + radius) * np.exp(-(radius**1.1)))


def _block_sums(image: Map) -> Map:
    """Return the sums of 16×16 regions; the last ones are filled up with zeros."""
    height, width = image.shape
    padded = np.pad(image, ((0, -height % BLOCK), (0, -width % BLOCK)))
    rows, columns = padded.shape[0] // BLOCK, padded.shape[1] // BLOCK
    return np.asarray(padded.reshape(rows, BLOCK, columns, BLOCK).sum(axis=(1, 3)))
