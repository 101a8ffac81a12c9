"""Opens an added network by its name."""

from fusion_app.engine.added.engine import AddedEngine
from fusion_app.engine.added.runtime import AddedRuntime, read_network
from fusion_app.engine.added.store import load
from fusion_app.engine.devices import default_threads
from fusion_app.errors import EngineError
from fusion_app.settings import FusionSettings


def open_added(settings: FusionSettings, reason: str) -> AddedEngine:
    """Return the engine of the added network that ``settings`` name; ``reason`` is why it is not as asked for.

    Raises:
        FusionAppError: It is not there, not as it was added, or cannot be computed as ``settings`` ask.
    """
    name = settings.model
    if settings.device.startswith("cuda"):
        raise EngineError(f"{name} is computed on the CPU only; use --device cpu")
    if settings.runtime == "torch" or settings.compiled:
        raise EngineError(f"{name} is computed by OpenVINO only; leave --runtime torch and --compile out")
    if settings.precision not in ("auto", "fp32"):
        raise EngineError(f"{name} is computed in fp32 only; leave --precision {settings.precision} out")
    data, kept = load(name)
    compute = AddedRuntime(read_network(data, name), kept.card, name, settings.threads or default_threads())
    return AddedEngine(name, kept.card, compute, reason)
