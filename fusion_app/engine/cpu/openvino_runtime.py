"""OpenVINO on the CPU: the same network, several times faster than torch, and without importing it."""

from collections.abc import Sequence

import numpy as np
import openvino

from fusion_app.engine.network import STRIP_PIXELS
from fusion_app.frames import Image
from fusion_app.settings import Precision

# OpenVINO makes its tables of NumPy's types at their first use, holding a lock of its own while it waits for Python's.
# Two lanes that come first at the same time would wait for each other for ever; so they are made here, in one thread.
_first = openvino.Tensor(np.zeros(1, np.float32), shared_memory=True)
_first.get_element_type().to_dtype()
_ = _first.data

OUT_OF_MEMORY = ("bad_alloc", "Failed to allocate", "could not create a memory")
"""What OpenVINO and its kernels say when there is no memory left."""

MAX_COMPILED = 4
"""Shapes kept compiled; a video needs one or two."""


class OpenVinoRuntime:
    """Computes in float32, or in bfloat16 or int8 with float32 input and output."""

    device = "cpu"
    fallback_reason = ""
    takes_images = False
    strip_pixels = STRIP_PIXELS
    bytes_network: openvino.Model | None = None
    """The same network for bytes, see `openvino_bytes`; None where it has none."""

    def __init__(self, model: openvino.Model, threads: int, precision: Precision) -> None:
        """Take ``model``; it is compiled at the first frame of each size, in a tenth of a second.

        Args:
            model: The network; for int8 already what `engine.int8` makes of it.
            threads: Of the CPU.
            precision: ``fp32``, ``bf16`` or ``int8``.
        """
        self._core = openvino.Core()
        self._model = model
        self._options = {
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,  # every program on the machine would be pinned to the same first cores
        }
        self._compiled: dict[tuple[int, int, bool], openvino.CompiledModel] = {}
        self.description = f"CPU OpenVINO {precision}"

    def __call__(self, *images: Image) -> Image:
        """See `Runtime`."""
        return self.outputs(*images)[0]

    @property
    def takes_bytes(self) -> bool:
        """See `Runtime`."""
        return self.bytes_network is not None

    def of_bytes(self, *images: Image) -> Image:
        """See `Runtime`."""
        try:
            compiled = self._compiled_for(*images[0].shape, is_bytes=True)
            return np.array(compiled([np.ascontiguousarray(image)[None, None] for image in images])[0][0, 0], np.uint8)
        except (MemoryError, RuntimeError) as error:
            self._compiled.clear()
            raise named(error) from error

    def outputs(self, *images: Image) -> Sequence[Image]:
        """Return all that the network gives, the fused luma first."""
        inputs = [np.ascontiguousarray(image, np.float32)[None, None] for image in images]
        try:
            compiled = self._compiled_for(*images[0].shape)
            fused, *others = compiled(inputs).values()
            return (
                np.array(fused[0, 0], np.float32),
                *(np.array(other) for other in others),
            )  # they are valid now only
        except (MemoryError, RuntimeError) as error:
            self._compiled.clear()  # each keeps the memory of its frames
            raise named(error) from error

    def _compiled_for(self, height: int, width: int, *, is_bytes: bool = False) -> openvino.CompiledModel:
        key = (height, width, is_bytes)
        model = self.bytes_network if is_bytes and self.bytes_network is not None else self._model
        if key not in self._compiled:
            if len(self._compiled) >= MAX_COMPILED:
                self._compiled.pop(next(iter(self._compiled)))
            shape = openvino.PartialShape([1, 1, height, width])
            model.reshape(dict.fromkeys(range(len(model.inputs)), shape))
            self._compiled[key] = self._core.compile_model(model, "CPU", self._options)
        return self._compiled[key]


def named(error: Exception) -> Exception:
    """Return ``error`` by its nature: OpenVINO has one class for all, and tells the reason behind its own lines."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if isinstance(error, MemoryError) or any(sign in line for line in lines for sign in OUT_OF_MEMORY):
        return MemoryError(str(error))
    return RuntimeError(lines[-1] if lines else "unknown reason")


def has_bf16() -> bool:
    """Tell whether this processor computes bfloat16 itself; elsewhere it would be emulated, slowly."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
