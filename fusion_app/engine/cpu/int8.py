"""A compact model's convolutions in int8, where the processor multiplies such numbers itself (VNNI).

How far each convolution's inputs reach has been measured in training and lies beside the weights (`NAME.int8.json`,
`training.input_ranges`). The weights are rounded here, each kernel so that its sum stays right: pictures are smooth,
and nine small errors of one sign would add up. Steps per channel: Krishnamoorthi, "Quantizing deep convolutional
networks for efficient inference", arXiv:1806.08342 (2018). Rounding on a running sum: Floyd and Steinberg's error
diffusion (1976) in one dimension.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fusion_app.system.machine import describe_machine

if TYPE_CHECKING:
    import openvino

SUFFIX = ".int8.json"
LARGEST = 127
"""Steps from 0 to a channel's largest weight."""


def has_vnni() -> bool:
    """Tell whether this processor adds products of int8 without overflow; False where the system does not tell."""
    return bool((describe_machine().flags or {}).get("vnni"))


def input_ranges(weights: Path) -> dict[str, float]:
    """Return the range of each convolution's input; empty where none were measured for exactly these weights."""
    try:
        content = json.loads(weights.with_suffix(SUFFIX).read_bytes())
        is_of_these = content["sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
        return {str(name): float(top) for name, top in content["ranges"].items()} if is_of_these else {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def in_int8(network: "openvino.Model", ranges: Mapping[str, float]) -> "openvino.Model":
    """Return a copy of ``network`` whose convolutions read and multiply int8; the rest stays as it is.

    Args:
        network: As traced; its convolutions carry the names of the layers.
        ranges: See `input_ranges`.

    Raises:
        KeyError: A convolution has no range.
    """
    copy = network.clone()
    for node in copy.get_ordered_ops():
        if node.get_type_name() == "Convolution":
            layer = node.get_friendly_name().partition("/")[0].removeprefix("__module.")
            _round_inputs(node, ranges[layer])
    return copy


def _round_inputs(convolution: "openvino.Node", top: float) -> None:
    from openvino import opset13 as operations  # noqa: PLC0415

    weights = np.asarray(convolution.input_value(1).get_node().data, np.float32)
    step = np.maximum(np.abs(weights).max((1, 2, 3), keepdims=True), np.finfo(np.float32).tiny) / LARGEST
    rounded = operations.constant(rounded_to_sum(weights / step) * step)
    limit = LARGEST * step
    values = _stepped(convolution.input_value(0), np.zeros(1, np.float32), np.array([top], np.float32), 256)
    convolution.input(0).replace_source_output(values)
    convolution.input(1).replace_source_output(_stepped(rounded.output(0), -limit, limit, 2 * LARGEST + 1))


def rounded_to_sum(kernels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return whole numbers near ``kernels`` ``(O, I, H, W)``; the sum of each ``H×W`` is right within a half."""
    flat = kernels.reshape(*kernels.shape[:2], -1)
    whole = np.diff(np.round(np.cumsum(flat, axis=2, dtype=np.float64)), axis=2, prepend=0)
    return np.asarray(np.clip(whole, -LARGEST, LARGEST), np.float32).reshape(kernels.shape)


def _stepped(
    values: "openvino.Output", low: NDArray[np.float32], high: NDArray[np.float32], levels: int
) -> "openvino.Output":
    from openvino import opset13 as operations  # noqa: PLC0415

    bounds = [operations.constant(bound) for bound in (low, high, low, high)]
    return operations.fake_quantize(values, *bounds, levels).output(0)
