"""Networks as ONNX files, for whatever runs those: any size of frame, one file, and texts about it inside."""

import io
import warnings
from collections.abc import Mapping

import onnx
import torch
from torch import nn

OPSET = 13
"""Version of ONNX's operators; the lowest that writes all our networks, so that old runtimes read them."""
ODD = (67, 91)
"""Rows and columns of the pair that is traced: only odd sides let the tracer see that a network pads and cuts."""
INPUTS, OUTPUT = ("vis", "ir"), "fused"


def onnx_of(model: nn.Module, metadata: Mapping[str, str]) -> bytes:
    """Return a fusion model as an ONNX file: two inputs ``(1, 1, H, W)`` and one output, grey levels 0…255, any size.

    Args:
        model: One of `models.build`, with its weights.
        metadata: What the file says of itself, its ``metadata_props``.
    """
    pair = tuple(torch.rand(1, 1, *ODD, generator=torch.Generator().manual_seed(1)) * 255 for _ in INPUTS)
    traced = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that sides become numbers is what ODD is for; that this way is an old one
        torch.onnx.export(
            model.eval(),
            pair,
            traced,  # type: ignore[arg-type]  # bytes, which this way of exporting takes
            dynamo=False,
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_axes={name: {2: "height", 3: "width"} for name in (*INPUTS, OUTPUT)},
            opset_version=OPSET,
        )
    network = onnx.load_from_string(traced.getvalue())
    network.producer_name, network.producer_version = "CS2Fusion Live", ""
    onnx.helper.set_model_props(network, dict(metadata))
    onnx.checker.check_model(network, full_check=True)
    return bytes(network.SerializeToString())
