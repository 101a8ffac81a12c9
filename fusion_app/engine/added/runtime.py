"""OpenVINO for a network from outside: several inputs of several channels, any of its outputs."""

import re
from collections.abc import Sequence

import numpy as np

from fusion_app.engine.added.card import OUTPUT_CHANNELS, NetworkCard
from fusion_app.engine.cpu.openvino_runtime import MAX_COMPILED, named  # stops OpenVINO's reports before it is imported
from fusion_app.errors import EngineError
from fusion_app.frames import FloatImage, Size

import openvino  # isort: skip

UNKNOWN = re.compile(r"No conversion rule found for operations: (.+)")
"""How OpenVINO says that it does not know operators of a file."""


class TensorInfo:
    """A tensor of a file, as OpenVINO sees it.

    Attributes:
        name: What the file calls it.
        dims: Its sides; None where any will do.
    """

    def __init__(self, port: "openvino.Output") -> None:
        self.name = min(port.get_names(), default="")
        shape = port.get_partial_shape()
        rank = shape.rank
        self.dims: tuple[int | None, ...] | None = None
        if rank.is_static:
            self.dims = tuple(dim.get_length() if dim.is_static else None for dim in shape)

    def __str__(self) -> str:
        sides = "any" if self.dims is None else "×".join("?" if side is None else str(side) for side in self.dims)
        return f"{self.name or 'unnamed'} ({sides})"


def read_network(data: bytes, name: str) -> "openvino.Model":
    """Return the network of an ONNX file's bytes.

    Raises:
        EngineError: OpenVINO cannot read it; operators that it does not know are named.
    """
    try:
        return openvino.Core().read_model(data, b"")
    except (RuntimeError, ValueError) as error:
        raise EngineError(f"{name} cannot be read: {_reason(error)}; export it anew, with another opset") from None


def _reason(error: Exception) -> str:
    text = str(error)
    if unknown := UNKNOWN.search(text):
        return f"OpenVINO does not know its operators {unknown[1].strip()[:200]}"
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Exception from")]
    return (lines[-1] if lines else "no reason given")[:200].lstrip("- ").rstrip(".")


def inputs_of(network: "openvino.Model") -> list[TensorInfo]:
    """Return what the network reads."""
    return [TensorInfo(port) for port in network.inputs]


def outputs_of(network: "openvino.Model") -> list[TensorInfo]:
    """Return what the network gives."""
    return [TensorInfo(port) for port in network.outputs]


class AddedRuntime:
    """Computes in float32 on the CPU; compiled anew for each size, of which few are kept."""

    def __init__(self, network: "openvino.Model", card: NetworkCard, name: str, threads: int) -> None:
        """Take ``network``, whose tensors are those of ``card``.

        Raises:
            EngineError: The card does not fit the network.
        """
        self._name, self._card = name, card
        self._order = _order(network, card)
        self._output = _place(outputs_of(network), card.output.tensor, 0, "output")
        prepared = openvino.preprocess.PrePostProcessor(network)
        for number in range(len(network.inputs)):
            prepared.input(number).tensor().set_element_type(openvino.Type.f32)
        prepared.output(self._output).tensor().set_element_type(openvino.Type.f32)
        self._network = prepared.build()
        self._core = openvino.Core()
        self._options = {
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,
        }
        self._compiled: dict[tuple[int, ...], openvino.CompiledModel] = {}

    def __call__(self, inputs: Sequence[FloatImage]) -> FloatImage:
        """Return the output, ``(C, H, W)`` float32, for inputs of the same kind, in the order of the card.

        Raises:
            EngineError: The network cannot compute them, or gives what its card does not say.
            MemoryError: There is too little memory.
        """
        size = Size(inputs[0].shape[2], inputs[0].shape[1])
        try:
            compiled = self._compiled_for(inputs)
            fed = {place: np.ascontiguousarray(part)[None] for place, part in zip(self._order, inputs, strict=True)}
            output = np.array(compiled(fed)[compiled.output(self._output)], np.float32)
        except (MemoryError, RuntimeError) as error:
            self._compiled.clear()
            reason = named(error)
            if isinstance(reason, MemoryError):
                raise reason from None
            raise EngineError(f"{self._name} cannot compute frames of {size} ({_reason(error)})") from None
        return self._checked(output, size)

    def _compiled_for(self, inputs: Sequence[FloatImage]) -> "openvino.CompiledModel":
        key = inputs[0].shape[1:]
        if key not in self._compiled:
            if len(self._compiled) >= MAX_COMPILED:
                self._compiled.pop(next(iter(self._compiled)))
            shapes = {
                place: openvino.PartialShape([1, *part.shape]) for place, part in zip(self._order, inputs, strict=True)
            }
            self._network.reshape(shapes)
            self._compiled[key] = self._core.compile_model(self._network, "CPU", self._options)
        return self._compiled[key]

    def _checked(self, output: FloatImage, size: Size) -> FloatImage:
        channels = OUTPUT_CHANNELS[self._card.output.kind]
        if output.ndim != 4 or output.shape[0] != 1 or output.shape[1] not in channels:
            gives = "×".join(map(str, output.shape))
            allowed = " or ".join(map(str, channels))
            raise EngineError(f"{self._name} gives {gives} where its card promises 1×{allowed} channels of a picture")
        if output.shape[2:] != (size.height, size.width):
            found = Size(output.shape[3], output.shape[2])
            raise EngineError(f"{self._name} gives a picture of {found} for frames of {size}; its size must stay")
        if not np.isfinite(output).all():
            raise EngineError(f"{self._name} gives values that are no numbers (NaN) for frames of {size}")
        return np.asarray(output[0], np.float32)


def _order(network: "openvino.Model", card: NetworkCard) -> list[int]:
    """Return the place in the file of each input of the card."""
    there = inputs_of(network)
    if len(there) != len(card.inputs):
        raise EngineError(f"the network has {len(there)} inputs and its card {len(card.inputs)}: {_listed(there)}")
    places = [_place(there, item.tensor, number, "input") for number, item in enumerate(card.inputs)]
    if len(set(places)) != len(places):
        raise EngineError(f"two inputs of the card are one of the network; there are {_listed(there)}")
    for place, item in zip(places, card.inputs, strict=True):
        dims = there[place].dims
        if dims is not None and (len(dims) != 4 or dims[1] not in (None, item.channels)):
            raise EngineError(f"the input {there[place]} is not 1×{item.channels}×H×W, as its card says")
    return places


def _place(there: list[TensorInfo], name: str, otherwise: int, kind: str) -> int:
    if not name:
        return otherwise
    for place, item in enumerate(there):
        if item.name == name:
            return place
    raise EngineError(f"the network has no {kind} {name}, which its card names; there are {_listed(there)}")


def _listed(there: list[TensorInfo]) -> str:
    return ", ".join(map(str, there[:8])) or "none"
