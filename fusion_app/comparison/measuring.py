"""All figures of many triples: read, checked, measured in threads, in order."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from fusion_app.comparison.triples import Triple
from fusion_app.errors import PairingError
from fusion_app.metrics import SIDE_MIN, evaluate
from fusion_app.metrics.filters import Image
from fusion_app.sources.images import read_image
from fusion_app.sources.pictures import Use
from fusion_app.system.machine import cores

Figures = dict[str, float]


def measure(triples: Sequence[Triple], on_step: Callable[[], object] = lambda: None) -> list[Figures]:
    """Return every metric of each triple, in the order given; ``on_step`` is called after each.

    Raises:
        PairingError: Pictures of a triple differ in size, are smaller than `SIDE_MIN` or have more than 8 bits.
        SourceError: A picture cannot be read.
    """
    figures: list[Figures] = []
    pool = ThreadPoolExecutor(cores())
    try:
        for row in pool.map(_measure_one, triples):
            figures.append(row)
            on_step()
    finally:
        pool.shutdown(cancel_futures=True)
    return figures


def _measure_one(triple: Triple) -> Figures:
    images = [_grey(path) for path in (triple.ir, triple.vis, triple.fused)]
    sizes = {f"{image.shape[1]}×{image.shape[0]}" for image in images}
    if len(sizes) > 1:
        told = ", ".join(
            f"{path} is {image.shape[1]}×{image.shape[0]}"
            for path, image in zip((triple.ir, triple.vis, triple.fused), images, strict=True)
        )
        raise PairingError(f"{told}; metrics need three pictures of one size")
    if min(images[0].shape) < SIDE_MIN:
        raise PairingError(f"{triple.ir} is {sizes.pop()}; metrics need at least {SIDE_MIN}×{SIDE_MIN} pixels")
    return evaluate(*images)


def _grey(path: Path) -> Image:
    """Return a picture as ``(H, W)`` uint8; colour becomes its luma, BT.601, rounded."""
    image = read_image(path, Use.INFRARED)  # keeps 16 bits as they are, so that they can be refused
    if image.dtype != np.uint8:
        raise PairingError(f"{path} has more than 8 bits; metrics are defined on 8 bits, so convert all three alike")
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(grey, np.uint8)
