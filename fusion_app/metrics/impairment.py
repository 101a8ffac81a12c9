"""What the fused image keeps of IR where the visible image is blind: the paper's "visually impaired areas".

Part of the visible image is made black, white, hazy or noisy. *Kept* is how much of IR's contrast and structure the
fused image shows there; *leak* is how much the rest of the image changes although nothing changed there.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion_app.metrics.filters import Image, Map

Fuse = Callable[[Image, Image], Image]
Mask = NDArray[np.bool_]

KINDS = ("black", "white", "haze", "noise")
SEED = 7
PATCH_HEIGHT, PATCH_WIDTH = 0.45, 0.33  # of the frame, together about 15 % of its area
HAZE, HAZE_LEVEL = 0.85, 215
NOISE_SD = 60
STRUCTURE_MIN = 6.0  # grey levels of local standard deviation that count as structure in IR
STRUCTURE_CONSTANT = (0.01 * 255) ** 2
PIXELS_MIN = 200
INSET, LEAK_DISTANCE = 4, 16


class Patch(NamedTuple):
    """The impaired rectangle, in pixels."""

    top: int
    bottom: int
    left: int
    right: int

    def region(self, grow: int = 0) -> tuple[slice, slice]:
        """Return rows and columns of the patch, grown on every side (shrunk where negative) and kept in the image."""
        rows = slice(max(0, self.top - grow), self.bottom + grow)
        return rows, slice(max(0, self.left - grow), self.right + grow)


def draw_patch(shape: tuple[int, ...], rng: np.random.Generator) -> Patch:
    """Return a random patch for images of ``(height, width)``."""
    height, width = shape[:2]
    patch_height, patch_width = int(height * PATCH_HEIGHT), int(width * PATCH_WIDTH)
    top, left = int(rng.integers(0, height - patch_height)), int(rng.integers(0, width - patch_width))
    return Patch(top, top + patch_height, left, left + patch_width)


def impair(vis: Image, kind: str, patch: Patch, rng: np.random.Generator) -> Image:
    """Return ``vis`` with the patch impaired.

    Args:
        vis: ``(H, W)`` grey or ``(H, W, 3)`` BGR, uint8.
        kind: One of `KINDS`.
        patch: Where.
        rng: Where noise comes from; the other kinds draw nothing.

    Raises:
        ValueError: The kind is unknown.
    """
    impaired = vis.copy()
    scene = vis[patch.region()].astype(np.float32)
    impaired[patch.region()] = np.clip(_impaired(scene, kind, rng), 0, 255).astype(np.uint8)
    return impaired


def impairment_metrics(fuse: Fuse, pairs: Iterable[tuple[Image, Image]], seed: int = SEED) -> dict[str, float]:
    """Return what fusion keeps of IR in impaired patches, and how much it leaks.

    Args:
        fuse: ``(ir, vis) -> fused``, all uint8; ``vis`` as in ``pairs``, the others ``(H, W)``.
        pairs: ``(ir, vis)``; ``vis`` grey or BGR. One patch per pair, all kinds in it.
        seed: The same seed and pairs give the same patches and noise.

    Returns:
        ``kept_black``, ``kept_white``, ``kept_haze``, ``kept_noise`` and their mean ``kept`` (−1…1, 1 is all of IR's
        structure); ``leak`` in grey levels, mean absolute change more than 16 pixels outside. NaN where no patch has
        structure.
    """
    rng = np.random.default_rng(seed)
    kept: dict[str, list[float]] = {kind: [] for kind in KINDS}
    leaks = []
    for ir, vis in pairs:
        patch = draw_patch(ir.shape, rng)
        clean = fuse(ir, vis)
        for kind in KINDS:
            fused = fuse(ir, impair(vis, kind, patch, rng))
            kept[kind] += _kept(ir, fused, patch)
            leaks.append(_leak(clean, fused, patch))
    means = {f"kept_{kind}": _mean(values) for kind, values in kept.items()}
    return means | {"kept": _mean(list(means.values())), "leak": _mean(leaks)}


def _impaired(scene: NDArray[np.float32], kind: str, rng: np.random.Generator) -> NDArray[np.floating]:
    match kind:
        case "black":
            return np.zeros_like(scene)
        case "white":
            return np.full_like(scene, 255)
        case "haze":
            return (1 - HAZE) * scene + HAZE * HAZE_LEVEL
        case "noise":
            return scene + rng.normal(0, NOISE_SD, scene.shape)
    raise ValueError(f"there is no impairment {kind!r}; there are {', '.join(KINDS)}")


def _kept(ir: Image, fused: Image, patch: Patch) -> list[float]:
    """Return the mean structure kept, or nothing where IR has too little structure in the patch to speak of."""
    similarity, deviation = _structure(fused, ir)
    inner = patch.region(-INSET)
    structured = deviation[inner] > STRUCTURE_MIN
    return [float(similarity[inner][structured].mean())] if structured.sum() > PIXELS_MIN else []


def _structure(fused: Image, ir: Image) -> tuple[Map, Map]:
    """Return the contrast-structure term of SSIM (Wang et al. 2004, eq. 9–10, C = (0.01·255)²) and IR's deviation."""
    a, b = fused.astype(np.float64), ir.astype(np.float64)
    mean_a, mean_b = _blur(a), _blur(b)
    var_a = np.maximum(_blur(a * a) - mean_a**2, 0)
    var_b = np.maximum(_blur(b * b) - mean_b**2, 0)
    cov = _blur(a * b) - mean_a * mean_b
    similarity = (2 * cov + STRUCTURE_CONSTANT) / (var_a + var_b + STRUCTURE_CONSTANT)
    return np.asarray(similarity), np.sqrt(var_b)


def _blur(image: Map) -> Map:
    return np.asarray(cv2.GaussianBlur(image, (7, 7), 1.5), np.float64)


def _leak(clean: Image, fused: Image, patch: Patch) -> float:
    outside = np.ones(clean.shape, bool)
    outside[patch.region(LEAK_DISTANCE)] = False
    return float(cv2.absdiff(clean, fused)[outside].mean())


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
