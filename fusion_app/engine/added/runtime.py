"""OpenVINO for a network from outside: several inputs of several channels, any of its outputs."""

import re
from collections.abc import Sequence

import numpy as np
import openvino

from fusion_app.engine.added.card import NetworkCard
from fusion_app.engine.added.ports import TensorInfo, checked, input_order, place_of
from fusion_app.engine.cpu.openvino_runtime import MAX_COMPILED, named
from fusion_app.errors import EngineError
from fusion_app.frames import FloatImage, Size

UNKNOWN = re.compile(r"No conversion rule found for operations: (.+)")
"""How OpenVINO says that it does not know operators of a file."""


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
    if "bad_alloc" in text:
        return "memory ran out"
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Exception from")]
    return (lines[-1] if lines else "no reason given")[:200].lstrip("- ").rstrip(".")


def inputs_of(network: "openvino.Model") -> list[TensorInfo]:
    """Return what the network reads."""
    return [_info(port) for port in network.inputs]


def outputs_of(network: "openvino.Model") -> list[TensorInfo]:
    """Return what the network gives."""
    return [_info(port) for port in network.outputs]


def _info(port: "openvino.Output") -> TensorInfo:
    shape = port.get_partial_shape()
    dims = tuple(dim.get_length() if dim.is_static else None for dim in shape) if shape.rank.is_static else None
    return TensorInfo(min(port.get_names(), default=""), dims)


class OpenVinoNetwork:
    """A network as OpenVINO reads it; see `fusion_app.engine.added.choosing.Network`."""

    def __init__(self, data: bytes, name: str, threads: int) -> None:
        """Read the network of an ONNX file's bytes.

        Raises:
            EngineError: It cannot be read; operators that are not known are named.
        """
        self._network, self._name, self._threads = read_network(data, name), name, threads
        self.inputs, self.outputs = inputs_of(self._network), outputs_of(self._network)

    def open(self, card: NetworkCard) -> "AddedRuntime":
        """Return what computes it, read as ``card`` says.

        Raises:
            EngineError: The card does not fit the network.
        """
        return AddedRuntime(self._network.clone(), card, self._name, self._threads)


class AddedRuntime:
    """Computes in float32 on the CPU; compiled anew for each size, of which few are kept."""

    device = "cpu"
    description = "CPU OpenVINO fp32"

    def __init__(self, network: "openvino.Model", card: NetworkCard, name: str, threads: int) -> None:
        """Take ``network``, whose tensors are those of ``card``.

        Raises:
            EngineError: The card does not fit the network.
        """
        self._name, self._card = name, card
        self._order = input_order(inputs_of(network), card)
        self._output = place_of(outputs_of(network), card.output.tensor, 0, "output")
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
        return checked(self._name, self._card, output, size)

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
