"""Two synthetic triples for the metrics and the figures they had when the reference tests last passed.

The images come from integer arithmetic, so that they are the same everywhere. To rewrite the figures run
``python -m tests.golden.metrics_triples``, only while tests/reference/test_metrics.py passes, and read the difference.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fusion_app.metrics import evaluate

FIGURES = Path(__file__).with_suffix(".json")
Pixels = NDArray[np.uint8]


def triples() -> dict[str, tuple[Pixels, Pixels, Pixels]]:
    """Return ``(ir, vis, fused)`` of a textured pair, averaged, and of one with flat areas, its maximum."""
    ir, vis = _scene(97, 133)
    flat_ir, flat_vis = ir.copy(), vis.copy()
    flat_ir[20:60, 10:70], flat_vis[40:90, 50:120] = 30, 255
    return {
        "textured, average": (ir, vis, ((ir.astype(np.uint16) + vis + 1) // 2).astype(np.uint8)),
        "flat areas, max": (flat_ir, flat_vis, np.maximum(flat_ir, flat_vis)),
    }


def _scene(height: int, width: int) -> tuple[Pixels, Pixels]:
    y, x = np.mgrid[:height, :width].astype(np.int64)
    body = np.where((y - 50) ** 2 + 3 * (x - 80) ** 2 < 900, 120, 0)
    ir = 30 + x // 4 + body + _noise(y, x, 1) // 16
    vis = 60 + y + 40 * ((x // 12 + y // 9) % 2) + body // 8 + _noise(y, x, 2) // 8
    return np.clip(ir, 0, 255).astype(np.uint8), np.clip(vis, 0, 255).astype(np.uint8)


def _noise(y: NDArray[np.int64], x: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return repeatable noise 0…255: the upper bits of a product of primes and positions."""
    mixed = (x * 374761393 + y * 668265263 + seed * 2147483647) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 13)) * 1274126177) & 0xFFFFFFFF
    return mixed >> 24


def main() -> None:
    figures = {name: evaluate(*images) for name, images in triples().items()}
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
