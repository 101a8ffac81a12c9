"""OpenVINO on the CPU: the same network, several times faster than torch, and without importing it.

OpenVINO reports its use over the network as soon as it is imported. This application sends nothing that the user did
not ask for, so the reporting package is made impossible to import first; OpenVINO then uses its own silent stand-in
(docs/adr/0003).
"""

import sys
from collections.abc import Sequence

import numpy as np

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None refuses the import
import openvino

from fusion_app.engine.network import STRIP_PIXELS
from fusion_app.frames import FloatImage

OUT_OF_MEMORY = ("bad_alloc", "Failed to allocate", "could not create a memory")
"""What OpenVINO and its kernels say when there is no memory left."""

IDLE_GATE = 1e-6
"""See `models.cs2fusion`, which cannot be asked without importing torch."""

FRAMES_AWAKE = 30
"""A picture that opens a gate is mostly followed by others: for so many the folded network is not tried."""

MAX_COMPILED = 4
"""Shapes kept compiled; a video needs one or two."""


class OpenVinoRuntime:
    """Computes in float32, or in bfloat16 with float32 input and output."""

    device = "cpu"
    strip_pixels = STRIP_PIXELS

    def __init__(self, model: openvino.Model, threads: int, *, bf16: bool) -> None:
        """Take ``model``; it is compiled at the first frame of each size, in a tenth of a second."""
        self._core = openvino.Core()
        self._model = model
        self._options = {
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,  # every program on the machine would be pinned to the same first cores
        }
        self._compiled: dict[tuple[int, int], openvino.CompiledModel] = {}
        self.description = f"CPU OpenVINO {'bf16' if bf16 else 'fp32'}"

    def __call__(self, vis_luma: FloatImage, ir: FloatImage) -> FloatImage:
        """See `Runtime`."""
        return np.array(self.outputs(vis_luma, ir)[0][0, 0], np.float32)

    def outputs(self, vis_luma: FloatImage, ir: FloatImage) -> Sequence[FloatImage]:
        """Return all that the network gives, fused luma ``(1, 1, H, W)`` first; valid until the next call."""
        inputs = [np.ascontiguousarray(image, np.float32)[None, None] for image in (vis_luma, ir)]
        try:
            compiled = self._compiled_for(ir.shape[0], ir.shape[1])
            return tuple(compiled(inputs).values())
        except (MemoryError, RuntimeError) as error:
            self._compiled.clear()  # each keeps the memory of its frames
            raise _named(error) from error

    def _compiled_for(self, height: int, width: int) -> openvino.CompiledModel:
        key = (height, width)
        if key not in self._compiled:
            if len(self._compiled) >= MAX_COMPILED:
                self._compiled.pop(next(iter(self._compiled)))
            shape = openvino.PartialShape([1, 1, height, width])
            self._model.reshape(dict.fromkeys(range(len(self._model.inputs)), shape))
            self._compiled[key] = self._core.compile_model(self._model, "CPU", self._options)
        return self._compiled[key]


class FoldedRuntime:
    """Computes a network without the branches that its gates shut out, and whole frames as soon as a gate opens."""

    device = "cpu"
    strip_pixels = STRIP_PIXELS

    def __init__(self, folded: OpenVinoRuntime, whole: OpenVinoRuntime) -> None:
        """Take both forms of one network; ``folded`` tells the strongest gate of what it leaves out as well."""
        self.description = whole.description
        self._folded = folded
        self._whole = whole
        self._frames_awake = 0

    def __call__(self, vis_luma: FloatImage, ir: FloatImage) -> FloatImage:
        """See `Runtime`."""
        if self._frames_awake == 0:
            fused, demand = self._folded.outputs(vis_luma, ir)
            if demand[0] < IDLE_GATE:
                return np.array(fused[0, 0], np.float32)
            self._frames_awake = FRAMES_AWAKE
        self._frames_awake -= 1
        return self._whole(vis_luma, ir)


def _named(error: Exception) -> Exception:
    """Return ``error`` by its nature: OpenVINO has one class for all, and tells the reason behind its own lines."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if isinstance(error, MemoryError) or any(sign in line for line in lines for sign in OUT_OF_MEMORY):
        return MemoryError(str(error))
    return RuntimeError(lines[-1] if lines else "unknown reason")


def has_bf16() -> bool:
    """Tell whether this processor computes bfloat16 itself; elsewhere it would be emulated, slowly."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
