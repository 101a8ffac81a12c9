"""The only door to torch and inference runtimes. `open_engine` chooses; torch is imported when first needed."""

from importlib.resources import as_file, files
from pathlib import Path

from fusion_app.engine.base import Engine
from fusion_app.engine.classical import ClassicalEngine
from fusion_app.errors import SettingsError, WeightsError
from fusion_app.fusion_modes import MODES
from fusion_app.settings import FusionSettings

__all__ = ["Engine", "model_names", "open_engine"]

BACKBONE = "cs2fusion"
COMPACT = "lite-6k"
"""What ``auto`` takes for watching without a GPU; the backbone would be a slide show there."""


def model_names() -> tuple[str, ...]:
    """Return every model and mode that can be named, the learned ones first."""
    weights = files("assets") / "weights"
    shipped = sorted(
        item.name.removesuffix(".safetensors") for item in weights.iterdir() if item.name.endswith(".safetensors")
    )
    return (*shipped, *MODES)


def open_engine(settings: FusionSettings, *, is_real_time: bool) -> Engine:
    """Return the engine that ``settings`` ask for, loaded and ready.

    Args:
        settings: Model, weights, device and threads.
        is_real_time: Someone is watching: ``auto`` then prefers a model that keeps up to the most faithful one.

    Raises:
        SettingsError: There is no model of that name.
        WeightsError: The weights are missing or damaged.
        EngineError: The device is not there.
    """
    if settings.model in MODES and not settings.weights:
        return ClassicalEngine(settings.model)
    from fusion_app.engine.torch_engine import TorchEngine, has_cuda  # noqa: PLC0415 - torch costs seconds to import

    if settings.weights:
        return TorchEngine(Path(settings.weights), settings.device, settings.threads)
    name = settings.model
    if name == "auto":
        has_gpu = settings.device != "cpu" and has_cuda()
        name = COMPACT if is_real_time and not has_gpu else BACKBONE
    return TorchEngine(_shipped_weights(name), settings.device, settings.threads)


def _shipped_weights(name: str) -> Path:
    names = model_names()
    if name not in names:
        raise SettingsError("fusion.model", name, ("auto", *names))
    with as_file(files("assets") / "weights") as folder:  # wheels are unpacked on installation: always real files
        path = folder / f"{name}.safetensors"
    if not path.exists():
        raise WeightsError(f"the weights of {name} are not installed; install the application again")
    return path
