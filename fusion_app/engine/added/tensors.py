"""From a pair to the tensors that a card asks for, and from the network's output back to grey levels and colours.

Grey levels are float32 0…255. Tensors are ``(C, H, W)`` float32, without the first axis of one.
"""

from typing import NamedTuple

import cv2
import numpy as np

from fusion_app.engine.added.card import InputCard, NetworkCard, OutputCard, Role, SizeCard
from fusion_app.frames import FloatImage, Image

SCALES = {"0..1": (255.0, 0.0), "0..255": (1.0, 0.0), "-1..1": (127.5, 127.5)}
"""Grey levels of one unit, and of zero."""


class Sources(NamedTuple):
    """One aligned pair.

    Attributes:
        ir: ``(H, W)`` grey levels.
        vis_luma: ``(H, W)`` grey levels.
        vis: ``(H, W, 3)`` BGR grey levels; None where visible is grey, or only its luma is known.
    """

    ir: FloatImage
    vis_luma: FloatImage
    vis: FloatImage | None = None

    def resized(self, width: int, height: int) -> "Sources":
        """Return the pair in another size."""
        return Sources(*(None if part is None else _resized(part, width, height) for part in self))  # type: ignore[arg-type]


def tensors(card: NetworkCard, sources: Sources) -> list[FloatImage]:
    """Return what the network reads, padded as its card says, in the order of the card."""
    return [_padded(_in_range(_stacked(item, sources), item), card.size) for item in card.inputs]


def _stacked(item: InputCard, sources: Sources) -> FloatImage:
    return np.concatenate([_plane(role, sources) for role in item.roles]).astype(np.float32, copy=False)


def _plane(role: Role, sources: Sources) -> FloatImage:
    if role == "infrared":
        return sources.ir[None]
    if role == "infrared-rgb":
        return np.repeat(sources.ir[None], 3, axis=0)
    if role == "visible-y":
        return sources.vis_luma[None]
    if role == "visible-grey":
        return np.rint(sources.vis_luma)[None]
    if sources.vis is None:
        return np.repeat(sources.vis_luma[None], 3, axis=0)
    bgr = sources.vis.transpose(2, 0, 1)
    return bgr if role == "visible-bgr" else bgr[::-1]


def _in_range(levels: FloatImage, item: InputCard) -> FloatImage:
    if item.range == "mean-std":
        mean, std = (np.asarray(part, np.float32).reshape(-1, 1, 1) for part in (item.mean, item.std))
        return np.asarray((levels / np.float32(255) - mean) / std, np.float32)
    scale, zero = SCALES[item.range]
    return np.asarray((levels - np.float32(zero)) / np.float32(scale), np.float32)


def _padded(tensor: FloatImage, size: SizeCard) -> FloatImage:
    below, beside = (-side % size.multiple for side in tensor.shape[1:])
    if not below and not beside:
        return tensor
    widths = [(0, 0), (0, below), (0, beside)]
    if size.pad == "zero":
        return np.pad(tensor, widths)
    can_mirror = size.pad == "reflect" and below < tensor.shape[1] and beside < tensor.shape[2]
    return np.pad(tensor, widths, mode="reflect" if can_mirror else "edge")


class Meant(NamedTuple):
    """What an output means.

    Attributes:
        luma: ``(H, W)`` grey levels, unclamped.
        colours: ``(H, W, 3)`` BGR grey levels, or None where the network gives luma only.
    """

    luma: FloatImage
    colours: FloatImage | None = None


def meaning(output: FloatImage, card: OutputCard, sources: Sources) -> Meant:
    """Return what ``output`` means for ``sources`` of its size."""
    scale, zero = SCALES[card.range]
    if card.kind in ("weights", "decision"):
        return Meant(_decided(output, card, sources))
    levels = output * np.float32(scale) + np.float32(zero)
    if card.stretch:
        least, most = levels.min(), levels.max()
        levels = (levels - least) * np.float32(255 / max(1e-6, float(most - least)))
    if card.kind == "y":
        return Meant(levels[0])
    colours = np.ascontiguousarray((levels if card.kind == "bgr" else levels[::-1]).transpose(1, 2, 0), np.float32)
    return Meant(np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY), np.float32), colours)


def _decided(output: FloatImage, card: OutputCard, sources: Sources) -> FloatImage:
    ir, vis = sources.ir, sources.vis_luma
    if card.kind == "decision":
        brighter = np.maximum(ir, vis)
        added = output[2] * np.float32(SCALES[card.range][0])
        fused = brighter + output[0] * (ir - brighter) + output[1] * (vis - brighter) + added
    elif output.shape[0] == 2:
        fused = output[0] * vis + output[1] * ir
    else:
        fused = vis + output[0] * (ir - vis)
    return np.asarray(fused, np.float32)


def _resized(image: FloatImage, width: int, height: int) -> FloatImage:
    is_smaller = width < image.shape[1] or height < image.shape[0]
    way = cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=way), np.float32)


def resized(image: FloatImage, like: Image) -> FloatImage:
    """Return ``image`` in the size of ``like``."""
    return _resized(image, like.shape[1], like.shape[0])
