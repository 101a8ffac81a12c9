"""Which runtime computes a network from outside: what is installed, what knows its operators, what is faster."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from time import perf_counter
from typing import Literal, Protocol

import numpy as np

from fusion_app.engine.added.card import NetworkCard
from fusion_app.engine.added.engine import Compute
from fusion_app.engine.added.ports import TensorInfo
from fusion_app.engine.added.tensors import Sources, tensors
from fusion_app.errors import EngineError, FusionAppError
from fusion_app.system.machine import install_line

RuntimeName = Literal["openvino", "onnxruntime"]
RUNTIMES: tuple[RuntimeName, ...] = ("openvino", "onnxruntime")
TRIED = (144, 192)
"""Rows and columns of what runtimes are timed on: a second at the most, also of networks that take long."""
RUNS = 3


class Network(Protocol):
    """A network as a runtime reads it.

    Attributes:
        inputs: What it reads.
        outputs: What it gives.
    """

    inputs: list[TensorInfo]
    outputs: list[TensorInfo]

    def open(self, card: NetworkCard) -> Compute:
        """Return what computes it, read as ``card`` says.

        Raises:
            EngineError: The card does not fit the network.
        """


@dataclass(frozen=True)
class Wanted:
    """What a network shall be computed by.

    Attributes:
        name: What messages call the network.
        threads: Of the CPU.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        runtime: ``auto``, ``openvino`` or ``onnxruntime``.
        is_measured: Of two that can, the faster one is taken; else the first one.
    """

    name: str
    threads: int
    device: str = "cpu"
    runtime: str = "auto"
    is_measured: bool = False


@dataclass(frozen=True)
class Chosen:
    """What computes a network.

    Attributes:
        compute: Feeds and runs it.
        reason: Why it is not what was asked for; empty where it is.
        runtime: Which one it is.
    """

    compute: Compute
    reason: str = ""
    runtime: RuntimeName = "onnxruntime"


def installed() -> tuple[RuntimeName, ...]:
    """Return the runtimes that are installed, the usual one first."""
    return tuple(name for name in RUNTIMES if find_spec(name) is not None)


def read(data: bytes, wanted: Wanted) -> Network:
    """Return the network of an ONNX file's bytes, as the first runtime reads it that can.

    Raises:
        EngineError: None can, or none is installed.
    """
    faults: list[FusionAppError] = []
    for runtime in _candidates(wanted):
        try:
            return _read(runtime, data, wanted)
        except FusionAppError as error:
            faults.append(error)
    raise faults[0]


def choose_runtime(data: bytes, card: NetworkCard, wanted: Wanted) -> Chosen:
    """Return what computes the network of an ONNX file, read as ``card`` says.

    Raises:
        FusionAppError: No runtime that is wanted and installed can compute it.
    """
    reason = ""
    if wanted.device != "cpu":
        network, reason = _on_gpu(data, wanted)
        if network is not None:
            return Chosen(network.open(card))
        if wanted.device != "auto":
            raise EngineError(f"{reason}; {install_line('onnxruntime-gpu')}, or use --device cpu")
        reason += ", so the CPU computes it"
    tried, faults = _tried(data, card, wanted)
    runtime = _fastest(tried) if wanted.is_measured and len(tried) > 1 else next(iter(tried))
    if runtime != "openvino" and faults:
        reason = f"{faults[0]}, so ONNX Runtime computes it"
    return Chosen(tried[runtime].compute, reason, runtime)


@dataclass(frozen=True)
class _Tried:
    compute: Compute
    run: Callable[[], object]


def _candidates(wanted: Wanted) -> Sequence[RuntimeName]:
    found = installed()
    if wanted.runtime != "auto":
        found = tuple(name for name in found if name == wanted.runtime)
    if not found:
        needed = "onnxruntime" if wanted.runtime == "onnxruntime" else "openvino"
        raise EngineError(f"{wanted.name} needs {needed}, which is not installed; {install_line(needed)}")
    return found


def _read(runtime: RuntimeName, data: bytes, wanted: Wanted) -> Network:
    if runtime == "openvino":
        from fusion_app.engine.added.runtime import OpenVinoNetwork  # noqa: PLC0415 - where it is installed

        return OpenVinoNetwork(data, wanted.name, wanted.threads)
    from fusion_app.engine.added.onnx_runtime import OnnxRuntimeNetwork  # noqa: PLC0415 - where it is installed

    return OnnxRuntimeNetwork(data, wanted.name, wanted.threads)


def _on_gpu(data: bytes, wanted: Wanted) -> tuple[Network | None, str]:
    """Return the network on the GPU; None, and why, where it cannot be there."""
    if wanted.runtime == "openvino":
        return None, f"OpenVINO computes {wanted.name} on the CPU only"
    if "onnxruntime" not in installed():
        return None, f"{wanted.name} needs ONNX Runtime for a GPU, which is not installed"
    from fusion_app.engine.added.onnx_runtime import OnnxRuntimeNetwork, can_use_gpu  # noqa: PLC0415

    if not can_use_gpu():
        return None, f"the ONNX Runtime that is installed cannot compute {wanted.name} on a GPU"
    index = int(wanted.device.partition(":")[2] or 0)
    try:
        network = OnnxRuntimeNetwork(data, wanted.name, wanted.threads, on_gpu=True, gpu_index=index)
    except (EngineError, MemoryError) as error:
        return None, f"{error}" or f"the GPU has too little memory for {wanted.name}"
    if network.device == "cpu":
        return None, f"ONNX Runtime could not start {wanted.name} on the GPU"
    return network, ""


def _tried(
    data: bytes, card: NetworkCard, wanted: Wanted
) -> tuple[dict[RuntimeName, _Tried], list[FusionAppError | MemoryError]]:
    """Return what computed a small pair, at least one, and what went wrong with the others.

    Where none computes it, the first one that opens is returned: frames will tell whether it is the network's fault.
    """
    pair, faults = tensors(card, _pair(card)), []
    works: dict[RuntimeName, _Tried] = {}
    opens: dict[RuntimeName, _Tried] = {}
    for runtime in _candidates(wanted):
        try:
            compute = _read(runtime, data, wanted).open(card)
            one = opens[runtime] = _Tried(compute, partial(compute, pair))
            one.run()
        except (FusionAppError, MemoryError) as error:
            faults.append(error)
            continue
        works[runtime] = one
        if not wanted.is_measured:
            break
    if not opens:
        raise faults[0]
    return works or dict([next(iter(opens.items()))]), faults


def _fastest(tried: dict[RuntimeName, _Tried]) -> RuntimeName:
    return min(tried, key=lambda runtime: min(_time_s(tried[runtime].run) for _ in range(RUNS)))


def _time_s(run: Callable[[], object]) -> float:
    start = perf_counter()
    run()
    return perf_counter() - start


def _pair(card: NetworkCard) -> Sources:
    rng = np.random.default_rng(4)
    sides = (card.size.height, card.size.width) if card.size.is_fixed else TRIED
    ir, vis = (rng.uniform(0, 255, sides).astype(np.float32) for _ in range(2))
    return Sources(ir, vis)
