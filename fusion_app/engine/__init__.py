"""The only door to torch and inference runtimes. `open_engine` chooses; torch is imported when first needed.

OpenVINO reports its use over the network as soon as it is imported. This application sends nothing that the user did
not ask for, so the reporting package is made impossible to import here, before anything of this folder loads OpenVINO,
which then uses its own silent stand-in (docs/adr/0003).
"""

import sys
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np

from fusion_app.engine.added.engine import GuardedEngine
from fusion_app.engine.added.store import added_names, network_path
from fusion_app.engine.base import BytesEngine, Engine, ImageEngine
from fusion_app.engine.classical import MODES, ClassicalEngine
from fusion_app.engine.devices import default_threads, has_cuda
from fusion_app.engine.enduring import EnduringEngine
from fusion_app.engine.modes import ModeEngine
from fusion_app.engine.network import NetworkEngine
from fusion_app.engine.working_size import at_working_size, computed_size
from fusion_app.errors import EngineError, FusionAppError, SettingsError, WeightsError
from fusion_app.frames import Size
from fusion_app.settings import FusionSettings, Precision, parse_size
from fusion_app.system.machine import cores, install_line

__all__ = [
    "COMPACT",
    "Engine",
    "computed_size",
    "learned_names",
    "model_names",
    "open_engine",
    "open_lanes",
    "preload",
    "warm_up",
    "weights_of",
]

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None refuses the import

BACKBONE = "cs2fusion"
COMPACT = "lite-6k"
"""What ``auto`` takes for watching without a GPU; the backbone would be a slide show there."""

LANES = 2
"""Frames of a file that are fused at a time on the CPU; more would take more memory for little."""


def model_names() -> tuple[str, ...]:
    """Return every model and mode that can be named, the learned ones first, then those that the user has added."""
    return (*learned_names(), *added_names(), *MODES)


def learned_names() -> tuple[str, ...]:
    """Return the models that have been learned, by their names."""
    names = (item.name for item in (files("assets") / "weights").iterdir())
    return tuple(sorted(name.removesuffix(".safetensors") for name in names if name.endswith(".safetensors")))


def weights_of(name: str) -> Path:
    """Return the file that holds the weights of a model; that of a mode is not there."""
    return network_path(name) if _is_added(name) else _shipped(name)


def open_engine(settings: FusionSettings, *, is_real_time: bool, stands_in: bool = True) -> Engine:
    """Return the engine that ``settings`` ask for, loaded and ready.

    Args:
        settings: Model, weights, device, runtime, precision and threads.
        is_real_time: Someone is watching: ``auto`` then prefers what keeps up to what is most faithful.
        stands_in: While someone is watching, the compact model goes on where an added network fails on a frame.

    Raises:
        SettingsError: There is no model of that name.
        WeightsError: The weights are missing or damaged.
        EngineError: The device or the runtime is not there.
    """
    if settings.mode != "network":
        return ModeEngine(settings.mode)
    precision: Precision = "auto" if settings.precision == "fp16" else settings.precision
    on_cpu = partial(_open, replace(settings, device="cpu", precision=precision), is_real_time=is_real_time)
    network = _open(settings, is_real_time=is_real_time)
    enduring = EnduringEngine(network, _working_size(settings), on_cpu)
    if not (is_real_time and stands_in) or _way(settings) != "added":
        return enduring
    return GuardedEngine(enduring, partial(open_engine, replace(settings, model=COMPACT), is_real_time=True))


def open_lanes(settings: FusionSettings) -> tuple[Engine, ...]:
    """Return engines that stand in for `open_engine`'s where a file is fused, several frames at a time; often none.

    Where OpenVINO computes a network without gates on more than one core there are two, with half of the cores each (of
    ``settings.threads``, where it says how many). They compute the same, but raise OutOfMemoryError instead of going on
    with less. A network with gates needs the memory of whole frames, for which there should be enough once.

    Raises:
        FusionAppError: As `open_engine`.
    """
    threads = settings.threads or cores()
    if _way(settings) != "openvino" or threads < LANES:
        return ()
    lane = replace(settings, threads=threads // LANES)
    first = _open(lane, is_real_time=False)
    if isinstance(first, NetworkEngine) and not first.is_local:
        return ()
    networks = (first, *(_open(lane, is_real_time=False) for _ in range(LANES - 1)))
    return tuple(at_working_size(network, _working_size(settings)) for network in networks)


def _working_size(settings: FusionSettings) -> Size | None:
    return None if settings.working_size in ("auto", "full") else parse_size(settings.working_size)


def _open(settings: FusionSettings, *, is_real_time: bool) -> Engine:
    way = _way(settings)
    if way == "classical":
        return ClassicalEngine(settings.model)
    if way == "added":
        return _open_added(settings)
    if settings.runtime == "onnxruntime":
        raise EngineError("ONNX Runtime computes added networks only; use --runtime auto")
    path = _weights_path(settings, compact=is_real_time and way != "gpu")
    if way == "gpu":
        return _open_on_gpu(path, settings, is_real_time=is_real_time)
    if settings.precision == "fp16":
        raise EngineError("fp16 needs a GPU; use --precision auto")
    if way == "torch":
        return _open_torch(path, settings)
    return _open_openvino(path, settings, is_real_time=is_real_time)


def _way(settings: FusionSettings) -> Literal["classical", "added", "gpu", "torch", "openvino"]:
    if settings.mode != "network" or (settings.model in MODES and not settings.weights):
        return "classical"
    if not settings.weights and _is_added(settings.model):
        return "added"
    if settings.device.startswith("cuda") or (settings.device == "auto" and has_cuda()):
        return "gpu"
    return "torch" if settings.runtime == "torch" or settings.compiled or not _has_openvino() else "openvino"


def preload() -> None:
    """Make ready what watching will need, so that the first `open_engine` does not wait for it."""
    if has_cuda() or not _has_openvino():
        import fusion_app.engine.cpu.torch_runtime  # noqa: F401, PLC0415

        return
    with suppress(FusionAppError):  # whoever opens an engine will be told
        open_engine(FusionSettings(model=COMPACT), is_real_time=True)


def warm_up(engine: Engine, frame: Size) -> None:
    """Let ``engine`` fuse a blank pair of size ``frame`` as a pipeline would, so that the first real frame is fast."""
    blank = np.zeros((frame.height, frame.width, 3), np.uint8)
    if isinstance(engine, BytesEngine):
        engine.fuse_bytes(blank[..., 0], blank[..., 0])
    if not isinstance(engine, ImageEngine) or engine.fuse_image(blank[..., 0], blank) is None:
        grey = np.zeros(blank.shape[:2], np.float32)
        engine.fuse(grey, grey)


def _open_on_gpu(path: Path, settings: FusionSettings, *, is_real_time: bool) -> Engine:
    if settings.runtime == "openvino":
        raise EngineError("OpenVINO computes on the CPU only; use --runtime torch")
    if settings.precision in ("bf16", "int8"):
        raise EngineError(f"{settings.precision} needs OpenVINO on the CPU; use --precision fp16")
    from fusion_app.engine.gpu.opening import Form, open_on_gpu  # noqa: PLC0415 - torch costs seconds

    is_coarse = settings.precision == "fp16" or (settings.precision == "auto" and is_real_time)
    form = Form("fp16" if is_coarse else "fp32", is_compiled=settings.compiled)
    return open_on_gpu(path, settings.device, form, settings.threads)


def _open_torch(path: Path, settings: FusionSettings) -> Engine:
    if settings.runtime == "openvino":
        raise EngineError(
            "OpenVINO cannot compute what torch compiles; leave --compile out"
            if _has_openvino()
            else f"OpenVINO is not installed; {install_line('openvino')}"
        )
    if settings.precision in ("bf16", "int8"):
        raise EngineError(f"{settings.precision} needs OpenVINO on the CPU; use --precision fp32")
    from fusion_app.engine.cpu.torch_runtime import TorchRuntime, load_network  # noqa: PLC0415 - torch costs seconds

    reason = f"OpenVINO is not installed, so the network runs several times slower ({install_line('openvino')})"
    is_fallback = settings.runtime == "auto" and not _has_openvino()
    model, card = load_network(path)
    runtime = TorchRuntime(model, settings.threads, is_compiled=settings.compiled)
    return NetworkEngine(card.model, model.halo, runtime, reason if is_fallback else "", grid=model.grid)  # type: ignore[arg-type]


def _open_added(settings: FusionSettings) -> Engine:
    from fusion_app.engine.added.opening import open_added  # noqa: PLC0415 - for those who have added one

    device = "cpu" if settings.device == "auto" and not has_cuda() else settings.device
    return open_added(settings, device)


def _open_openvino(path: Path, settings: FusionSettings, *, is_real_time: bool) -> Engine:
    from fusion_app.engine.cpu.openvino_forms import open_form  # noqa: PLC0415 - where it is installed

    wanted: Precision = "fp32" if settings.precision == "auto" and not is_real_time else settings.precision
    return open_form(path, wanted, settings.threads or default_threads())


def _has_openvino() -> bool:
    return find_spec("openvino") is not None


def _weights_path(settings: FusionSettings, *, compact: bool) -> Path:
    if settings.weights:
        path = Path(settings.weights)
        if path.suffix != ".safetensors":
            raise WeightsError(f"{path} is no weights file; give one that ends in .safetensors, its .json beside it")
        return path
    name = settings.model
    if name == "auto":
        name = COMPACT if compact else BACKBONE
    names = model_names()
    if name not in names and network_path(name).is_file():
        raise EngineError(f"{network_path(name)} lies there without its card; add it anew")
    if name not in names:
        raise SettingsError("fusion.model", name, ("auto", *names))
    return _shipped(name)


def _shipped(name: str) -> Path:
    return Path(str(files("assets") / "weights" / f"{name}.safetensors"))  # wheels are unpacked: always a real file


def _is_added(name: str) -> bool:
    """Tell whether a model is one that the user has added; a later release may bring one of its own by that name."""
    return name in added_names() and name not in learned_names()
