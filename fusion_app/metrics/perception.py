"""Metrics behind a model of the eye: contrast sensitivity by spatial frequency, local contrast, regions."""

from functools import lru_cache

import cv2
import numpy as np

from fusion_app.metrics.filters import (
    Image,
    Map,
    Response,
    Trio,
    quotient,
    row_blocks,
    sobel,
    stretched,
    to_five_halves,
)

BLOCK = 16
CONTRAST_FLOOR = 1e-4
LOCAL_RADIUS = 15
Means = tuple[Map, Map]


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
    response = _contrast_response(trio.ir.shape)
    means = [_means(response(image)) for image in trio]
    blocks = ([(narrow[rows], wide[rows]) for narrow, wide in means] for rows in row_blocks(len(trio.ir)))
    return sum(_qcb_sum(*block) for block in blocks) / trio.ir.size


def _qcb_sum(ir: Means, vis: Means, fused: Means) -> float:
    """Return the sum over some rows."""
    of_ir, of_vis, of_fused = (_perceived_contrast(*means) for means in (ir, vis, fused))
    salience_ir = of_ir * of_ir
    share_ir = quotient(salience_ir, salience_ir + of_vis * of_vis, 0.5)
    return float(np.sum(share_ir * _preserved(of_ir, of_fused) + (1 - share_ir) * _preserved(of_vis, of_fused)))


@lru_cache(maxsize=2)
def _contrast_response(shape: tuple[int, ...]) -> Response:
    height, width = shape

    def of_frequency(along_x: Map, along_y: Map) -> Map:
        squared = (along_x * width / 30) ** 2 + (along_y * height / 30) ** 2
        return np.asarray(np.exp(-squared / 15.3870**2) - 0.7622 * np.exp(-squared / 1.3456**2))

    return Response(shape, of_frequency)


def _means(image: Map) -> Means:
    """Return the Gaussian mean of σ 2 px and the wider one of σ 4 px."""
    return _gaussian_mean(image, 2), _gaussian_mean(image, 4)


def _perceived_contrast(narrow: Map, wide: Map) -> Map:
    """Return the masked contrast between the two means."""
    is_some = wide != 0
    contrast = np.abs(np.where(is_some, narrow / np.where(is_some, wide, 1), 1) - 1)
    squared = contrast * contrast
    return np.asarray(squared * contrast / (squared + CONTRAST_FLOOR))


def _gaussian_mean(image: Map, sigma: float) -> Map:
    taps = np.exp(-(np.arange(-LOCAL_RADIUS, LOCAL_RADIUS + 1.0) ** 2) / (2 * sigma**2)) / np.sqrt(2 * np.pi * sigma**2)
    return np.asarray(cv2.sepFilter2D(image, cv2.CV_64F, taps, taps, borderType=cv2.BORDER_CONSTANT))


def _preserved(source: Map, fused: Map) -> Map:
    larger = np.maximum(source, fused)
    return quotient(np.minimum(source, fused), larger, 1)


def _qcv(trio: Trio) -> float:
    """Return the squared difference to the sources an eye would see, mean over 16×16 regions weighted by salience.

    Source: Chen and Varshney, Inf. Fusion 8 (2007), with the Mannos–Sakrison sensitivity and salience Σ gradient⁵; the
    weighted mean runs over the regions of both sources together, as in Liu's code.
    """
    response = _eye_response(trio.ir.shape)
    error = weight = 0.0
    for source in (trio.ir, trio.vis):
        dx, dy = sobel(source)
        salience = _block_sums(to_five_halves(dx * dx + dy * dy))
        seen = _block_sums(_squared(response(source - trio.fused))) / BLOCK**2
        error += float(np.sum(salience * seen))
        weight += float(np.sum(salience))
    return error / weight if weight else 0.0


def _squared(image: Map) -> Map:
    return np.asarray(image * image)


@lru_cache(maxsize=2)
def _eye_response(shape: tuple[int, ...]) -> Response:
    """Return the sensitivity of Mannos and Sakrison."""
    height, width = shape

    def of_frequency(along_x: Map, along_y: Map) -> Map:
        radius = 0.144 * np.hypot(along_x * width / 8, along_y * height / 8)
        return np.asarray(2.6 * (0.0192 + radius) * np.exp(-(radius**1.1)))

    return Response(shape, of_frequency)


def _block_sums(image: Map) -> Map:
    """Return the sums of 16×16 regions; the last ones are filled up with zeros."""
    height, width = image.shape
    padded = np.pad(image, ((0, -height % BLOCK), (0, -width % BLOCK)))
    rows, columns = padded.shape[0] // BLOCK, padded.shape[1] // BLOCK
    lines = padded.reshape(rows, BLOCK, columns * BLOCK).sum(axis=1)
    return np.asarray(lines.reshape(rows, columns, BLOCK).sum(axis=2))
