"""What several metrics measure with: Gaussian windows, moments under them, Sobel gradients, scaling to 0…255."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Map = NDArray[np.float64]

SOBEL_STEP = np.array((-1.0, 0.0, 1.0))
SOBEL_SMOOTH = np.array((1.0, 2.0, 1.0))


class Trio(NamedTuple):
    """IR, visible and fused image of one frame, ``(H, W)`` float64 grey levels each."""

    ir: Map
    vis: Map
    fused: Map

    @classmethod
    def of(cls, ir: Image, vis: Image, fused: Image) -> "Trio":
        """Return the images as float64."""
        return cls(*(image.astype(np.float64) for image in (ir, vis, fused)))

    def halved(self) -> "Trio":
        """Return every second 2×2 mean, ``(ceil(H / 2), ceil(W / 2))``; the last row and column repeat."""
        return Trio(*(_halved(image) for image in self))


ROWS = 64
"""Rows of a strip: what is worked out of them stays in the processor's cache."""

IR, VIS, FUSED = range(3)


def strips(trio: Trio, reach: int) -> Iterator[Trio]:
    """Yield ``trio`` in strips that overlap: a window that reaches ``reach`` pixels lies inside of one strip only."""
    height = trio.ir.shape[0]
    for top in range(0, height - 2 * reach, ROWS):
        yield Trio(*(image[top : top + ROWS + 2 * reach] for image in trio))


def row_blocks(height: int) -> Iterator[slice]:
    """Yield the rows of an image in blocks that stay in the processor's cache."""
    return (slice(top, top + ROWS) for top in range(0, height, ROWS))


class LocalMoments:
    """Means and covariances of a trio under one sliding window, each worked out once; shapes as `inside` gives them."""

    def __init__(self, trio: Trio, window: Map) -> None:
        self._trio, self._window = trio, window
        self.means = tuple(inside(image, window) for image in trio)
        self._covs: dict[tuple[int, int], Map] = {}

    def cov(self, a: int, b: int) -> Map:
        """Return the local covariance of two images, `IR`, `VIS` or `FUSED`; of an image with itself, its variance."""
        key = (min(a, b), max(a, b))
        if key not in self._covs:
            product = inside(self._trio[a] * self._trio[b], self._window)
            self._covs[key] = product - self.means[a] * self.means[b]
        return self._covs[key]


def gaussian(size: int, sigma: float) -> Map:
    """Return the one-dimensional Gaussian window of ``size`` taps, sum 1; its outer product is the usual 2-D window."""
    return np.asarray(cv2.getGaussianKernel(size, sigma, cv2.CV_64F), np.float64).ravel()


def inside(image: Map, window: Map) -> Map:
    """Weigh ``image`` with a separable window at every place where the window lies wholly inside.

    Args:
        image: ``(H, W)`` float64.
        window: ``(n,)``, n odd; used along both axes.

    Returns:
        ``(H - n + 1, W - n + 1)`` float64.
    """
    edge = len(window) // 2
    filtered = cv2.sepFilter2D(image, cv2.CV_64F, window, window)
    return np.asarray(filtered[edge:-edge, edge:-edge], np.float64)


def sobel(image: Map, border: int = cv2.BORDER_CONSTANT) -> tuple[Map, Map]:
    """Return the Sobel gradients along x and y, same shape as ``image``; by default it lies on black."""
    along_x = cv2.sepFilter2D(image, cv2.CV_64F, SOBEL_STEP, SOBEL_SMOOTH, borderType=border)
    along_y = cv2.sepFilter2D(image, cv2.CV_64F, SOBEL_SMOOTH, SOBEL_STEP, borderType=border)
    return np.asarray(along_x, np.float64), np.asarray(along_y, np.float64)


def stretched(image: Image) -> Image:
    """Return ``image`` scaled to the full range 0…255 and rounded half up; an image of one level becomes black."""
    low, high = int(image.min()), int(image.max())
    if low == high:
        return np.zeros_like(image)
    levels = np.floor((np.arange(256.0) - low) / (high - low) * 255 + 0.5)
    return np.asarray(np.clip(levels, 0, 255).astype(np.uint8)[image])


def quotient(values: Map, by: Map, otherwise: float) -> Map:
    """Return ``values / by`` of numbers ≥ 0; ``otherwise`` where ``by`` is 0."""
    is_some = by > 0
    return np.asarray(np.where(is_some, values / np.where(is_some, by, 1), otherwise))


def to_three_halves(values: Map) -> Map:
    """Return ``values ** 1.5`` of numbers ≥ 0; several times faster than the general power."""
    return np.asarray(values * np.sqrt(values))


def to_five_halves(values: Map) -> Map:
    """Return ``values ** 2.5`` of numbers ≥ 0; several times faster than the general power."""
    return np.asarray(values * values * np.sqrt(values))


def frequencies(shape: tuple[int, ...]) -> tuple[Map, Map]:
    """Return the horizontal and vertical frequency of each bin of ``numpy.fft.rfft2``; 1 is half the sampling rate."""
    height, width = shape
    along_y = 2 * np.fft.fftfreq(height)[:, np.newaxis]
    return np.asarray(2 * np.fft.rfftfreq(width)[np.newaxis]), np.asarray(along_y)


def filtered_by(image: Map, response: Map) -> Map:
    """Return ``image`` filtered by a real, symmetric frequency response given on the bins of ``numpy.fft.rfft2``."""
    return np.asarray(np.fft.irfft2(np.fft.rfft2(image) * response, s=image.shape))


def _halved(image: Map) -> Map:
    padded = cv2.copyMakeBorder(image, 0, 1, 0, 1, cv2.BORDER_REPLICATE)
    means = (padded[:-1:2, :-1:2] + padded[1::2, :-1:2] + padded[:-1:2, 1::2] + padded[1::2, 1::2]) / 4
    return np.ascontiguousarray(means)
