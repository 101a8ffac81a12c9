"""In which numbers OpenVINO computes a network: float32, bfloat16 or int8, as asked for or as is fastest here."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from fusion_app.engine.base import Engine
from fusion_app.engine.cpu.int8 import has_vnni, in_int8, input_ranges
from fusion_app.engine.cpu.openvino_bytes import in_bytes
from fusion_app.engine.cpu.openvino_models import OpenVinoModel, load_openvino_model
from fusion_app.engine.cpu.openvino_runtime import OpenVinoRuntime, has_bf16
from fusion_app.engine.folded import FoldedRuntime
from fusion_app.engine.network import NetworkEngine
from fusion_app.frames import Size
from fusion_app.settings import Precision
from fusion_app.system import cache
from fusion_app.system.machine import describe_machine

PROBE = Size(320, 256)
PROBES = 8
WORTH_ROUNDING = 0.9
"""int8 must take at most this share of the other form's time: it is the coarsest."""


def open_form(path: Path, wanted: Precision, threads: int) -> Engine:
    """Return the network of a weights file in the form that is ``wanted``; ``auto`` is the fastest one there is.

    Raises:
        WeightsError: The weights are missing or damaged.
    """
    model = load_openvino_model(path)
    ranges = input_ranges(path) if model.folded is None else {}
    open_as = partial(_opened, model, ranges, threads)
    if wanted == "auto":
        return open_as(_fastest(open_as, path, threads) if ranges and has_vnni() else _float_form())
    missing = _missing(wanted, bool(ranges))
    return open_as("fp32", f"{missing}, so the network computes in fp32") if missing else open_as(wanted)


def int8_is_there(path: Path) -> bool:
    """Tell whether a weights file can be computed in int8 here."""
    return has_vnni() and bool(input_ranges(path))


def _float_form() -> Precision:
    return "bf16" if has_bf16() else "fp32"


def _missing(wanted: Precision, has_ranges: bool) -> str:
    """Return why a form cannot be had here; empty where it can."""
    if wanted == "bf16" and not has_bf16():
        return "this processor has no bf16"
    if wanted == "int8" and not has_vnni():
        return "this processor is not known to have VNNI, which int8 needs"
    return "nobody has measured what these weights need for int8" if wanted == "int8" and not has_ranges else ""


def _opened(
    model: OpenVinoModel, ranges: dict[str, float], threads: int, precision: Precision, reason: str = ""
) -> NetworkEngine:
    network = in_int8(model.network, ranges) if precision == "int8" else model.network
    whole = OpenVinoRuntime(network, threads, precision)
    if model.folded is None and precision != "bf16":  # whether bf16 keeps bytes exact was never tried
        whole.bytes_network = in_bytes(network)
    folded = None if model.folded is None else OpenVinoRuntime(model.folded, threads, precision)
    return NetworkEngine(
        model.name, model.halo, whole if folded is None else FoldedRuntime(folded, whole), reason, grid=model.grid
    )


def _fastest(open_as: Callable[[Precision], Engine], path: Path, threads: int) -> Precision:
    """Return the faster form of a compact model; measured once on this machine, then kept."""
    floats = _float_form()
    entry = cache.name_of("form in turns", repr(describe_machine()), str(threads), path.read_bytes(), floats)
    kept = cache.recall(entry)
    if kept is None:
        floats_s, int8_s = _probe_s(open_as(floats), open_as("int8"))
        kept = b"int8" if int8_s < WORTH_ROUNDING * floats_s else b""
        cache.keep(entry, kept)
    return "int8" if kept == b"int8" else floats


def _probe_s(*engines: Engine) -> tuple[float, ...]:
    """Return what each engine takes at best, seconds; in turns, so that another program slows none alone."""
    image = np.full((PROBE.height, PROBE.width), 100, np.float32)
    times: list[list[float]] = [[] for _ in engines]
    for _ in range(1 + PROBES):  # the first one compiles
        for engine, taken in zip(engines, times, strict=True):
            started = time.perf_counter()
            engine.fuse(image, image)
            taken.append(time.perf_counter() - started)
    return tuple(min(taken[1:]) for taken in times)
