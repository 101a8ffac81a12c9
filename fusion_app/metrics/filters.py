"""What several metrics measure with: Gaussian windows, moments under them, Sobel gradients, scaling to 0…255."""

from collections.abc import Callable, Iterator
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


def sobel_of_levels(image: Image, border: int) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Return the Sobel gradients of grey levels along x and y, ``(H, W)`` int16, exact."""
    along_x, along_y = (cv2.Sobel(image, cv2.CV_16S, *order, borderType=border) for order in ((1, 0), (0, 1)))
    return np.asarray(along_x, np.int16), np.asarray(along_y, np.int16)


def stretched_levels(image: Image) -> Image:
    """Return what each level 0…255 becomes when ``image`` is scaled to the full range, rounded half up.

    An image of one level becomes black.
    """
    low, high = int(image.min()), int(image.max())
    if low == high:
        return np.zeros(256, np.uint8)
    levels = np.floor((np.arange(256.0) - low) / (high - low) * 255 + 0.5)
    return np.asarray(np.clip(levels, 0, 255).astype(np.uint8))


def stretched(image: Image) -> Image:
    """Return ``image`` scaled to the full range by `stretched_levels`."""
    return np.asarray(cv2.LUT(image, stretched_levels(image)), np.uint8)


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


class Response:
    """A real, symmetric frequency response, to filter images of one shape."""

    def __init__(self, shape: tuple[int, ...], of_frequency: Callable[[Map, Map], Map]) -> None:
        """Work out ``of_frequency(along_x, along_y)``, where 1 is half the sampling rate, for every bin."""
        height, width = shape
        self._is_packed = all(cv2.getOptimalDFTSize(side) == side for side in shape) and width % 2 == 0
        along_y = 2 * np.fft.fftfreq(height)[:, np.newaxis]
        self._response = of_frequency(np.asarray(2 * np.fft.rfftfreq(width)[np.newaxis]), np.asarray(along_y))
        if self._is_packed:
            self._response = _packed(self._response, shape)

    def __call__(self, image: Map) -> Map:
        """Return the filtered ``(H, W)`` image."""
        if not self._is_packed:  # other lengths take OpenCV long, and numpy not
            return np.asarray(np.fft.irfft2(np.fft.rfft2(image) * self._response, s=image.shape))
        spectrum = np.asarray(cv2.dft(image), np.float64) * self._response
        return np.asarray(cv2.idft(spectrum, flags=cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT))


def _packed(response: Map, shape: tuple[int, ...]) -> Map:
    """Return ``(H, W / 2 + 1)`` factors as ``(H, W)``, as OpenCV packs the spectrum of real numbers."""
    height, width = shape
    packed = np.empty(shape)
    packed[:, 1:-1] = np.repeat(response[:, 1:-1], 2, axis=1)
    for column, bins in ((0, response[:, 0]), (width - 1, response[:, -1])):
        packed[0, column] = bins[0]
        half = np.repeat(bins[1 : height // 2 + 1], 2)[: height - 1]
        packed[1:, column] = half
    return packed


def _halved(image: Map) -> Map:
    padded = cv2.copyMakeBorder(image, 0, 1, 0, 1, cv2.BORDER_REPLICATE)
    means = (padded[:-1:2, :-1:2] + padded[1::2, :-1:2] + padded[:-1:2, 1::2] + padded[1::2, 1::2]) / 4
    return np.ascontiguousarray(means)
