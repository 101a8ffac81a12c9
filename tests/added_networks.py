"""Small networks from outside, and what they are fed in tests."""

from pathlib import Path

import cv2
import numpy as np

from fusion_app.engine import model_names
from fusion_app.engine.added import store
from fusion_app.engine.added.card import card_from_text
from fusion_app.engine.added.engine import AddedEngine
from fusion_app.engine.added.runtime import AddedRuntime, read_network
from fusion_app.frames import Image
from tests.onnx_files import network, node, text

TWO = "inputs: [{roles: [visible-y]}, {roles: [infrared]}]\n"


def pictures(height: int = 48, width: int = 64) -> tuple[Image, Image]:
    rng = np.random.default_rng(7)
    return rng.integers(0, 256, (height, width), np.uint8), rng.integers(0, 256, (height, width, 3), np.uint8)


def floats(image: Image) -> Image:
    levels = image.astype(np.float32)
    return levels if image.ndim == 2 else np.asarray(cv2.cvtColor(levels, cv2.COLOR_BGR2GRAY))


def engine_of(data: bytes, card: str) -> AddedEngine:
    read = card_from_text(card)
    return AddedEngine("net", read, AddedRuntime(read_network(data, "net"), read, "net", 1))


def added(tmp_path: Path, data: bytes, card: str = "", name: str = "net") -> Path:
    path = tmp_path / f"{name}.onnx"
    path.write_bytes(data)
    if card:
        (tmp_path / "card.yaml").write_text(card)
    store.add(path, name, tmp_path / "card.yaml" if card else None, model_names())
    return path


def one_by_one(*rows: list[float]) -> np.ndarray:
    return np.float32(rows)[..., None, None]


def halving_and_doubling() -> bytes:
    """Return a network that takes every second pixel and repeats it, which makes odd sides even."""
    halve = text(5, text(1, "strides") + b"\x40\x02\x40\x02" + b"\xa0\x01\x07")
    return network(
        {"x": (1, 2, "h", "w")},
        {"fused": (1, 1, "h2", "w2")},
        [node("Conv", ("x", "weights"), "half", halve), node("Resize", ("half", "", "scales"), "fused")],
        {"weights": one_by_one([0.5, 0.5]), "scales": np.float32([1, 1, 2, 2])},
    )
