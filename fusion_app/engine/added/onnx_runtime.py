"""ONNX Runtime for a network from outside: on an NVIDIA GPU where its build can, else on the CPU."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime

from fusion_app.engine.added.card import NetworkCard
from fusion_app.engine.added.ports import TensorInfo, checked, input_order, place_of
from fusion_app.errors import EngineError
from fusion_app.frames import FloatImage, Size

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}
OUT_OF_MEMORY = ("Failed to allocate memory", "bad_alloc", "out of memory", "CUDNN_STATUS_ALLOC_FAILED")
"""What ONNX Runtime, its allocators and CUDA say when there is no memory left."""
SILENT = 4
"""Log level: errors come as exceptions, too."""

onnxruntime.set_default_logger_severity(SILENT)
if hasattr(onnxruntime, "disable_telemetry_events"):
    onnxruntime.disable_telemetry_events()  # builds for Windows report their use


def can_use_gpu() -> bool:
    """Tell whether this build of ONNX Runtime knows CUDA; whether it starts is seen when a network is opened."""
    return CUDA in onnxruntime.get_available_providers()


class OnnxRuntimeNetwork:
    """A network as ONNX Runtime reads it, and computes it in the precision that the file has.

    Attributes:
        device: ``cuda`` or ``cpu``, what it is really computed on.
        description: Device and runtime, for the user.
        inputs: What it reads.
        outputs: What it gives.
    """

    def __init__(self, data: bytes, name: str, threads: int, *, on_gpu: bool = False, gpu_index: int = 0) -> None:
        """Read the network of an ONNX file's bytes.

        Raises:
            EngineError: It cannot be read; operators that are not known are named.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = threads, SILENT
        providers = [(CUDA, {"device_id": gpu_index}), CPU] if on_gpu else [CPU]
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=providers)
        except Exception as error:  # noqa: BLE001 - its dozen classes share no root but this one
            raise _named(error, f"{name} cannot be read by ONNX Runtime") from None
        self._name = name
        self.device = "cuda" if CUDA in self._session.get_providers() else "cpu"
        self.description = f"{self.device.upper()} ONNX Runtime"
        self.inputs = [_info(port) for port in self._session.get_inputs()]
        self.outputs = [_info(port) for port in self._session.get_outputs()]

    def open(self, card: NetworkCard) -> "OnnxRuntimeCompute":
        """Return what computes it, read as ``card`` says.

        Raises:
            EngineError: The card does not fit the network.
        """
        return OnnxRuntimeCompute(self._session, self, card, self._name)


class OnnxRuntimeCompute:
    """Computes a network of `OnnxRuntimeNetwork`; see `fusion_app.engine.added.engine.Compute`."""

    def __init__(
        self, session: "onnxruntime.InferenceSession", network: OnnxRuntimeNetwork, card: NetworkCard, name: str
    ) -> None:
        """Take an open session, whose tensors are those of ``card``.

        Raises:
            EngineError: The card does not fit the network.
        """
        self._session, self._card, self._name = session, card, name
        self.device, self.description = network.device, network.description
        order = input_order(network.inputs, card)
        ports = session.get_inputs()
        self._fed = [(ports[place].name, _type(ports[place])) for place in order]
        self._output = network.outputs[place_of(network.outputs, card.output.tensor, 0, "output")].name

    def __call__(self, inputs: Sequence[FloatImage]) -> FloatImage:
        """Return the output, ``(C, H, W)`` float32, for inputs of the same kind, in the order of the card.

        Raises:
            EngineError: The network cannot compute them, or gives what its card does not say.
            MemoryError: There is too little memory.
        """
        size = Size(inputs[0].shape[2], inputs[0].shape[1])
        fed: dict[str, FloatImage] = {
            name: np.ascontiguousarray(part[None], kind) for (name, kind), part in zip(self._fed, inputs, strict=True)
        }
        try:
            (output,) = self._session.run([self._output], fed)
        except Exception as error:  # noqa: BLE001 - see OnnxRuntimeNetwork
            named = _named(error, f"{self._name} cannot compute frames of {size}")
            raise named from None
        return checked(self._name, self._card, np.asarray(output, np.float32), size)


def _info(port: "onnxruntime.NodeArg") -> TensorInfo:
    return TensorInfo(port.name, tuple(side if isinstance(side, int) else None for side in port.shape))


def _type(port: "onnxruntime.NodeArg") -> Any:
    if port.type not in TYPES:
        raise EngineError(f"the input {port.name} is of {port.type}, not of floating-point numbers; export it anew")
    return TYPES[port.type]


def _named(error: Exception, what: str) -> Exception:
    """Return ``error`` by its nature, as one sentence that begins with ``what``."""
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError) or any(sign in text for sign in OUT_OF_MEMORY):
        return MemoryError(text)
    reason = text.partition(" : ")[2].partition(" : ")[2] or text  # after "[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : "
    return EngineError(f"{what} ({reason.partition(' : ')[2] or reason:.200s})")
