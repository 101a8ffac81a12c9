"""All figures of many triples: read, checked, measured in one process or several, in order."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from fusion_app.comparison.parallel import in_order
from fusion_app.comparison.triples import Triple
from fusion_app.errors import PairingError
from fusion_app.metrics import SIDE_MIN, evaluate
from fusion_app.metrics.filters import Image
from fusion_app.sources.images import read_picture
from fusion_app.sources.pictures import Use

Figures = dict[str, float]

FLAT = "is of one grey level; most figures say nothing of such a picture"


class Remark(NamedTuple):
    """What the user should know of a picture, a sentence without its subject."""

    path: Path
    text: str


class Measured(NamedTuple):
    """The metrics of each triple, and what is to be said of their pictures."""

    figures: list[Figures]
    remarks: list[Remark]


def measure(triples: Sequence[Triple], jobs: int = 1, on_step: Callable[[], object] = lambda: None) -> Measured:
    """Return every metric of each triple, in the order given; ``on_step`` is called after each.

    Args:
        triples: Where the pictures lie.
        jobs: How many processes; the figures are the same.
        on_step: Called when a triple is done.

    Raises:
        PairingError: Pictures of a triple differ in size, are smaller than `SIDE_MIN` or have more than 8 bits.
        SourceError: A picture cannot be read.
    """
    measured = Measured([], [])
    for figures, remarks in in_order(_measure_one, triples, jobs):
        measured.figures.append(figures)
        measured.remarks.extend(remarks)
        on_step()
    return measured


def told(remarks: Sequence[Remark]) -> list[str]:
    """Return a sentence for each kind of remark, with how many pictures it is of."""
    first = {one.text: one.path for one in reversed(remarks)}
    counts = Counter(text for text, _ in {(one.text, one.path) for one in remarks})
    return [
        f"{path} {text}" + (f" (and {counts[text] - 1} more)" if counts[text] > 1 else "")
        for text, path in reversed(first.items())
    ]


def check_sizes(places: Sequence[Path], images: Sequence[Image]) -> None:
    """Check that ``images``, which come from ``places``, can be measured together.

    Raises:
        PairingError: They differ in size, or are smaller than `SIDE_MIN`.
    """
    sizes = [f"{image.shape[1]}×{image.shape[0]}" for image in images]
    if len(set(sizes)) > 1:
        listed = ", ".join(f"{place} is {size}" for place, size in zip(places, sizes, strict=True))
        raise PairingError(f"{listed}; metrics need all of one size")
    if min(images[0].shape) < SIDE_MIN:
        raise PairingError(f"{places[0]} is {sizes[0]}; metrics need at least {SIDE_MIN}×{SIDE_MIN} pixels")


def _measure_one(triple: Triple) -> tuple[Figures, list[Remark]]:
    paths = (triple.ir, triple.vis, triple.fused)
    remarks: list[Remark] = []
    images = [_grey(path, remarks) for path in paths]
    check_sizes(paths, images)
    if images[2].min() == images[2].max():
        remarks.append(Remark(triple.fused, FLAT))
    return evaluate(*images), remarks


def _grey(path: Path, remarks: list[Remark]) -> Image:
    """Return a picture as ``(H, W)`` uint8; colour becomes its luma, BT.601, rounded."""
    picture = read_picture(path, Use.INFRARED)  # keeps 16 bits as they are, so that they can be refused
    image = picture.image
    if image.dtype != np.uint8:
        raise PairingError(f"{path} has more than 8 bits; metrics are defined on 8 bits, so convert all three alike")
    remarks += [Remark(path, note.text) for note in picture.notes]
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(grey, np.uint8)
